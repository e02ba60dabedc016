//! What real tools share in a process: the tools themselves, the sandbox, the MCP servers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use arena_core::engine::ControlResult;
use arena_core::id::MatchId;
use arena_core::real_tool::RealTool;
use arena_core::scenario::Scenario;
use arena_core::spec::Spec;
use arena_sandbox::{Cell, CellSpec, Native, Options, RelPath, Sandbox, Writable};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::use_mcp_tool::{USE_MCP_TOOL, offered};
use super::{Error, Failure, Toolbox};
use crate::causes::in_one_line;
use crate::config::Config;
use crate::egress::Gate;
use crate::mcp::Servers;
use crate::policy::{self, Policy};

/// Where real tools come from. What a tool needs is started when it is first needed, and lives until
/// [`Workshop::close`].
pub struct Workshop {
    toolbox: Toolbox,
    servers: Servers,
    gate: OnceLock<Result<Gate, String>>,
    patience: Duration,
    /// What came of starting it.
    sandbox: OnceCell<Result<Native, Arc<arena_sandbox::Error>>>,
    /// How the controls of scenarios without real tools went, by the hash of the scenario's source: nothing else decides it.
    pub(super) controls: Mutex<HashMap<blake3::Hash, Vec<ControlResult>>>,
}

impl Workshop {
    /// With the MCP servers of `config`. A person who has to allow a tool call is waited for as long as `patience`.
    /// Nothing is started.
    pub fn new(config: &Config, patience: Duration) -> Self {
        Self {
            toolbox: Toolbox::new(),
            servers: Servers::new(config),
            gate: OnceLock::new(),
            patience,
            sandbox: OnceCell::new(),
            controls: Mutex::default(),
        }
    }

    /// The tools there are.
    pub fn toolbox(&self) -> &Toolbox {
        &self.toolbox
    }

    /// How long a person is waited for who has to allow a tool call.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// The MCP servers.
    pub(super) fn servers(&self) -> &Servers {
        &self.servers
    }

    /// The tools that a match in `scenario` is set up with. If it may call tools of MCP servers, the servers are asked
    /// for them.
    ///
    /// # Errors
    /// [`Error::Unknown`] names the first tool that there is not.
    pub async fn tools(&self, scenario: &Scenario) -> Result<Vec<RealTool>, Error> {
        let mut tools = self.toolbox.of(scenario)?;
        for tool in tools.iter_mut().filter(|tool| tool.spec().name.as_str() == USE_MCP_TOOL) {
            let mut spec = tool.spec().clone();
            spec.description += &offered(&self.servers).await;
            *tool = RealTool::try_from(spec).expect("its parameters are a schema, as before");
        }
        Ok(tools)
    }

    /// Whether a match can have its tools: they are known, its permissions make sense, and a sandbox is there for those
    /// that need one.
    ///
    /// # Errors
    /// [`Error`] says what is missing.
    pub async fn check(&self, spec: &Spec) -> Result<(), Error> {
        if spec.tools.is_empty() {
            return Ok(());
        }
        // What the match will be called is not known yet, and rules seldom ask.
        Policy::of(MatchId::from_parts(Timestamp::UNIX_EPOCH, 0), spec)?;
        self.check_tools(&spec.scenario, &spec.tools).await
    }

    /// The same, for tools alone.
    pub(super) async fn check_tools(&self, scenario: &Scenario, tools: &[RealTool]) -> Result<(), Error> {
        let names = || tools.iter().map(|tool| &tool.spec().name);
        if let Some(name) = names().find(|name| self.toolbox.get(name.as_str()).is_none()) {
            return Err(self.toolbox.unknown(scenario, name));
        }
        if names().any(|name| self.toolbox.needs_cell(name.as_str())) {
            let started = self.sandbox().await;
            started.map_err(|cause| Error::Sandbox { scenario: scenario.name.clone(), cause })?;
        }
        Ok(())
    }

    /// The gate, made with the first request.
    pub(super) fn gate(&self) -> Result<&Gate, Failure> {
        let made = self.gate.get_or_init(|| Gate::new().map_err(|error| in_one_line(&error)));
        made.as_ref().map_err(|why| Failure::Broken(why.clone()))
    }

    /// The sandbox, started with the first call.
    ///
    /// # Errors
    /// Why there is none, the same every time.
    pub async fn sandbox(&self) -> Result<&Native, Arc<arena_sandbox::Error>> {
        let start = async || Native::start(Options::default()).await.map_err(Arc::new);
        self.sandbox.get_or_init(start).await.as_ref().map_err(Arc::clone)
    }

    /// The level of the cells, if one was opened.
    pub(super) fn isolation(&self) -> Option<String> {
        let native = self.sandbox.get()?.as_ref().ok()?;
        Some(native.report().level.to_string())
    }

    /// An empty cell in which commands may write what `policy` lets tools write.
    pub(super) async fn open_cell(&self, policy: &Policy) -> Result<Box<dyn Cell>, Failure> {
        let native = self.sandbox().await.map_err(|error| Failure::Broken(in_one_line(&*error)))?;
        let writable = match policy.writable() {
            policy::Writable::All => Writable::All,
            policy::Writable::Beneath(folders) => {
                Writable::Beneath(folders.iter().filter_map(|folder| RelPath::parse(folder).ok()).collect())
            }
        };
        let spec = CellSpec { writable, ..CellSpec::default() };
        native.open(spec).await.map_err(|error| Failure::Broken(in_one_line(&error)))
    }

    /// Ends the sandbox and the servers, and waits until nothing is left of them.
    pub async fn close(&self) {
        if let Some(Ok(native)) = self.sandbox.get() {
            native.close().await;
        }
        self.servers.close().await;
    }
}
