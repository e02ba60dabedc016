//! The other side of a connection: a server may ask its client for a model's answer, for a person's, for folders. Ours
//! gives none of it, counts what it is told, and shows nothing of it.

use std::sync::Arc;

use rmcp::model::{
    ClientCapabilities, ClientConfig, ClientResult, ErrorCode, ErrorData, Implementation, ServerNotification,
    ServerRequest,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient, Service};

use super::meter::Meter;

/// Answers what servers ask.
#[derive(Debug)]
pub(super) struct Refusing(pub(super) Arc<Meter>);

impl Service<RoleClient> for Refusing {
    async fn handle_request(
        &self,
        request: ServerRequest,
        _: RequestContext<RoleClient>,
    ) -> Result<ClientResult, ErrorData> {
        self.0.message();
        match request {
            ServerRequest::PingRequest(_) => Ok(ClientResult::empty(())),
            // A model's answer, a person's, folders, and whatever is invented later.
            _ => Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "this client offers nothing to servers", None)),
        }
    }

    async fn handle_notification(
        &self,
        _: ServerNotification,
        _: NotificationContext<RoleClient>,
    ) -> Result<(), ErrorData> {
        self.0.message();
        Ok(())
    }

    fn get_info(&self) -> ClientConfig {
        let this = Implementation::new("ai-arena", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), this)
    }
}
