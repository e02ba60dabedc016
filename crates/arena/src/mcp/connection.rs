//! One conversation with one server, from its handshake to its end. Starts the process or opens the session; asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arena_core::name::Name;
use arena_models::Http;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, JsonObject, ReadResourceRequestParams, ReadResourceResponse,
};
use rmcp::service::{ClientInitializeError, Peer, RoleClient, RunningService, ServiceError, serve_client_with_ct};
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{IntoTransport, StreamableHttpClientTransport};
use tokio::sync::Mutex;

use super::answer::Answer;
use super::error::Error;
use super::listing::{MAX_PAGES, Resources, Tools, page, page_after};
use super::masks::Masks;
use super::meter::{MAX_MESSAGE_BYTES, Meter, Metered};
use super::process::Process;
use super::refusing::Refusing;
use crate::causes::in_one_line;
use crate::config::{Address, McpServer, Program, Reach};

/// A server that is there.
#[derive(Debug)]
pub(super) struct Connection {
    server: Name,
    timeout: Duration,
    peer: Peer<RoleClient>,
    meter: Arc<Meter>,
    masks: Masks,
    /// Something went wrong from which a conversation does not recover.
    is_lost: AtomicBool,
    /// Taken by who ends it.
    held: Mutex<Option<Held>>,
}

/// What ends with the conversation.
#[derive(Debug)]
struct Held {
    running: RunningService<RoleClient, Refusing>,
    process: Option<Process>,
}

impl Connection {
    /// Starts or asks `server`, and shakes hands.
    pub(super) async fn open(server: &McpServer) -> Result<Self, Error> {
        let masks = Masks::of(&server.reach);
        let meter = Arc::new(Meter::new());
        let (running, process) = match &server.reach {
            Reach::Program(program) => Self::start(server, program, &masks, &meter).await?,
            Reach::Address(address) => (Self::dial(server, address, &masks, &meter).await?, None),
        };
        Ok(Self {
            server: server.name.clone(),
            timeout: server.timeout,
            peer: running.peer().clone(),
            meter,
            masks,
            is_lost: AtomicBool::new(false),
            held: Mutex::new(Some(Held { running, process })),
        })
    }

    async fn start(
        server: &McpServer,
        program: &Program,
        masks: &Masks,
        meter: &Arc<Meter>,
    ) -> Result<(RunningService<RoleClient, Refusing>, Option<Process>), Error> {
        let (mut process, output, input) = Process::start(program).map_err(|cause| Error::NotStarted {
            server: server.name.clone(),
            command: program.command.clone(),
            cause: cause.to_string(),
        })?;
        let output = Metered { output, meter: Arc::clone(meter), n_line_bytes: 0 };
        match Self::shake_hands(server, AsyncRwTransport::new_client(output, input), masks, meter).await {
            Ok(running) => Ok((running, Some(process))),
            Err(Error::NotConnected { server, cause, .. }) => {
                let said = masks.excerpt(&process.last_words().await);
                Err(Error::NotConnected { server, cause, said })
            }
            Err(error) => Err(error),
        }
    }

    async fn dial(
        server: &McpServer,
        address: &Address,
        masks: &Masks,
        meter: &Arc<Meter>,
    ) -> Result<RunningService<RoleClient, Refusing>, Error> {
        let not_connected = |cause: String| {
            let (server, said) = (server.name.clone(), String::new());
            Error::NotConnected { server, cause, said }
        };
        let client =
            Http::session_client(server.connect_timeout).map_err(|cause| not_connected(in_one_line(&cause)))?;
        let config = StreamableHttpClientTransportConfig::with_uri(address.url.as_str())
            .custom_headers(address.headers.iter().cloned().collect())
            .max_sse_event_size(MAX_MESSAGE_BYTES)
            .max_json_response_size(MAX_MESSAGE_BYTES)
            // A call is never sent twice.
            .reinit_on_expired_session(false);
        let transport = StreamableHttpClientTransport::with_client(client, config);
        Self::shake_hands(server, transport, masks, meter).await
    }

    async fn shake_hands<T, E, A>(
        server: &McpServer,
        transport: T,
        masks: &Masks,
        meter: &Arc<Meter>,
    ) -> Result<RunningService<RoleClient, Refusing>, Error>
    where
        T: IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let hands = serve_client_with_ct(Refusing(Arc::clone(meter)), transport, meter.end.clone());
        match tokio::time::timeout(server.connect_timeout, hands).await {
            Ok(Ok(running)) => Ok(running),
            Ok(Err(error)) => {
                let cause = match &error {
                    // Around it are the names of types.
                    ClientInitializeError::TransportError { error, .. } => in_one_line(&*error.error),
                    other => in_one_line(other),
                };
                let cause = meter.excess().map_or_else(|| masks.excerpt(&cause), str::to_owned);
                Err(Error::NotConnected { server: server.name.clone(), cause, said: String::new() })
            }
            Err(_) => {
                let cause = format!("it did not shake hands within {:?}", server.connect_timeout);
                Err(Error::NotConnected { server: server.name.clone(), cause, said: String::new() })
            }
        }
    }

    /// Whether another request can be sent.
    pub(super) async fn is_alive(&self) -> bool {
        if self.is_lost.load(Ordering::Relaxed) || self.meter.excess().is_some() || self.peer.is_transport_closed() {
            return false;
        }
        let held = self.held.lock().await;
        held.as_ref().is_some_and(|held| held.process.as_ref().is_none_or(|process| !process.is_over()))
    }

    /// Its tools.
    pub(super) async fn tools(&self) -> Result<Tools, Error> {
        let mut tools = Tools::new(self.server.clone());
        if self.peer.peer_info().is_none_or(|info| info.capabilities.tools.is_none()) {
            return Ok(tools);
        }
        let listed = async {
            let mut at = None;
            for _ in 0..MAX_PAGES {
                let listed = self.peer.list_tools(Some(page(at.clone()))).await?;
                listed.tools.iter().for_each(|tool| tools.add(tool, &self.masks));
                at = page_after(at.as_ref(), listed.next_cursor);
                if at.is_none() {
                    break;
                }
            }
            Ok(())
        };
        self.asked("list its tools", listed).await?;
        Ok(tools)
    }

    /// Its resources.
    pub(super) async fn resources(&self) -> Result<Resources, Error> {
        let mut resources = Resources::default();
        if self.peer.peer_info().is_none_or(|info| info.capabilities.resources.is_none()) {
            return Ok(resources);
        }
        let listed = async {
            let mut at = None;
            for _ in 0..MAX_PAGES {
                let listed = self.peer.list_resources(Some(page(at.clone()))).await?;
                listed.resources.into_iter().for_each(|resource| resources.add(resource, &self.masks));
                at = page_after(at.as_ref(), listed.next_cursor);
                if at.is_none() {
                    break;
                }
            }
            Ok(())
        };
        self.asked("list its resources", listed).await?;
        Ok(resources)
    }

    /// Calls a tool, once.
    pub(super) async fn call(&self, tool: &str, arguments: JsonObject) -> Result<Answer, Error> {
        let question = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        match self.asked("answer", self.peer.call_tool_once(question)).await? {
            CallToolResponse::Complete(result) => Ok(Answer::of_tool(result, &self.masks)),
            CallToolResponse::InputRequired(_) => Err(self.unusable("asks for input, which this client does not give")),
            CallToolResponse::Task(_) => Err(self.unusable("is a task to be asked for later, which was not offered")),
            _ => Err(self.unusable("is of a kind that is not known")),
        }
    }

    /// Reads a resource.
    pub(super) async fn read(&self, uri: &str) -> Result<Answer, Error> {
        let question = ReadResourceRequestParams::new(uri);
        match self.asked("answer", self.peer.read_resource_once(question)).await? {
            ReadResourceResponse::Complete(result) => Ok(Answer::of_resource(&result, &self.masks)),
            _ => Err(self.unusable("asks for input, which this client does not give")),
        }
    }

    /// Ends it in good order: the conversation, then the process and its group.
    pub(super) async fn close(&self) {
        /// For the last words to a session's server.
        const GOODBYE: Duration = Duration::from_secs(2);
        self.is_lost.store(true, Ordering::Relaxed);
        let Some(mut held) = self.held.lock().await.take() else { return };
        // Who does not say goodbye in time is left without.
        let _ = held.running.close_with_timeout(GOODBYE).await;
        if let Some(process) = held.process {
            process.end().await;
        }
    }

    /// What comes of a request. A dropped one is taken back: the server is told that nobody waits any more.
    async fn asked<T>(
        &self,
        what: &'static str,
        request: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, Error> {
        self.meter.begin();
        match tokio::time::timeout(self.timeout, request).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.heard(error).await),
            Err(_) => Err(Error::TimedOut { server: self.server.clone(), what, limit: self.timeout }),
        }
    }

    async fn heard(&self, error: ServiceError) -> Error {
        match error {
            ServiceError::McpError(refusal) => Error::Refused {
                server: self.server.clone(),
                code: refusal.code.0,
                message: self.masks.excerpt(&refusal.message),
            },
            ServiceError::UnexpectedResponse | ServiceError::InputRequiredRoundsExceeded { .. } => {
                self.unusable("is not one to what was asked")
            }
            ServiceError::TransportClosed | ServiceError::Cancelled { .. } => self.lost("it ended".to_owned()).await,
            ServiceError::TransportSend(error) => self.lost(in_one_line(&*error.error)).await,
            other => self.lost(in_one_line(&other)).await,
        }
    }

    /// Ends what is left of it.
    async fn lost(&self, cause: String) -> Error {
        self.is_lost.store(true, Ordering::Relaxed);
        let cause = self.meter.excess().map_or(cause, str::to_owned);
        let held = self.held.lock().await.take();
        let said = match held.and_then(|held| held.process) {
            Some(mut process) => {
                let said = process.last_words().await;
                process.kill().await;
                said
            }
            None => String::new(),
        };
        Error::Lost { server: self.server.clone(), cause: self.masks.excerpt(&cause), said: self.masks.excerpt(&said) }
    }

    fn unusable(&self, problem: &'static str) -> Error {
        Error::Unusable { server: self.server.clone(), problem }
    }
}
