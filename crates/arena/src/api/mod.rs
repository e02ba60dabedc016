//! The HTTP API: one file a resource, the whole router on this page. It knows no page of the web UI.
//!
//! A request goes through `request` (its id, the log), then the door, then to its handler, which reads it strictly (`extract`)
//! and answers with its resource or a `problem`.

mod agents;
mod app;
pub(crate) mod approvals;
mod audit_log;
pub(crate) mod cursor;
pub(crate) mod denied;
mod docs;
mod document;
mod etag;
pub(crate) mod extract;
mod health;
mod kept;
mod live;
pub(crate) mod matches;
pub(crate) mod models;
mod once;
mod problem;
mod provider_key;
mod question;
mod reports;
mod request;
mod scenarios;
mod session;
pub(crate) mod settings;
pub(crate) mod stats;
mod tally;
pub(crate) mod tokens;
mod waiting;

use axum::Router;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

pub use self::app::App;
pub use self::document::openapi_json;
pub use self::problem::{Code, Problem};
pub(crate) use self::request::{RequestId, request, with_headers_of};
pub use self::settings::Settings;

/// Where the API begins.
pub const ROOT: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "AI Arena",
        description = "Adversarial matches between LLM agents: Red attacks, Blue defends, a Target does its job in between.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(problem::Document, matches::Eyes, matches::Sort, matches::Status, matches::TranscriptFormat, reports::Wanted)),
    modifiers(&Bearer)
)]
struct Api;

/// Says that a token may be shown.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme =
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("aia_").build());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
        // On the server's own machine nobody has to.
        document.security = Some(vec![SecurityRequirement::default(), SecurityRequirement::new("token", [""; 0])]);
    }
}

/// The routes, and the document that describes them.
pub fn routes() -> (Router<App>, Document) {
    let api = OpenApiRouter::new()
        .merge(agents::routes())
        .merge(question::routes())
        .merge(scenarios::routes())
        .merge(matches::routes())
        .merge(reports::routes())
        .merge(approvals::routes())
        .merge(models::routes())
        .merge(provider_key::routes())
        .merge(stats::routes())
        .merge(settings::routes())
        .merge(live::routes())
        .merge(session::routes())
        .merge(tokens::routes())
        .merge(denied::routes())
        .merge(audit_log::routes())
        .merge(document::routes());
    OpenApiRouter::with_openapi(Api::openapi()).nest(ROOT, api).split_for_parts()
}

/// All that programs are answered, and the pages that explain it.
pub(crate) fn router() -> Router<App> {
    let (routes, _) = routes();
    routes.merge(health::routes()).merge(docs::routes())
}
