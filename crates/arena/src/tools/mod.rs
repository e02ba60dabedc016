//! Tools that really run: Cline's tool set, one file a tool. They touch a cell's workspace, the egress gate and MCP
//! servers, each through the module that owns it.
//!
//! A call comes to the [`Bench`] of its match twice: first [`Bench::rule`] says by the permissions whether it may run, and
//! once its start is in the record [`Bench::run`] runs it and says what it changed. A new tool is a file with an
//! implementation of [`Tool`] and a line in [`Toolbox::new`].

mod access_mcp_resource;
mod apply_patch;
mod arguments;
mod ask_followup_question;
mod attempt_completion;
mod bench;
mod contents;
mod controls;
mod definitions;
mod entry_name;
mod execute_command;
mod http_request;
mod job;
mod layout;
mod list_code_definition_names;
mod list_files;
mod output;
mod read_file;
mod replace_in_file;
mod route;
mod search_files;
mod toolbox;
mod use_mcp_tool;
mod web_fetch;
mod workshop;
mod write_to_file;

use std::sync::Arc;

use arena_core::message::ToolSpec;
use arena_core::name::Name;
use arena_core::problem::unknown;
use arena_sandbox::workspace;
use async_trait::async_trait;
use serde_json::Value;

pub use self::bench::Bench;
pub use self::job::Job;
pub use self::toolbox::Toolbox;
pub use self::workshop::Workshop;
use crate::causes::in_one_line;
use crate::policy::{self, Access};

/// A tool: what a model is told of it, what a call of it would touch, and what it does.
#[async_trait]
pub trait Tool: Send + Sync {
    /// Its name, its purpose and the JSON Schema of its arguments.
    fn spec(&self) -> ToolSpec;

    /// Everything that a call would touch: what the permissions decide on. `arguments` fit the schema.
    ///
    /// # Errors
    /// A sentence for the model, if the arguments fit and make no sense all the same.
    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String>;

    /// Whether it works on the files of a workspace, or runs commands there.
    fn needs_cell(&self) -> bool {
        true
    }

    /// Whether the model itself says that a person should look at the call. It can raise the bar and never lower it.
    fn wants_approval(&self, _arguments: &Value) -> bool {
        false
    }

    /// Runs a call that may run, once. What it answers is for the model.
    ///
    /// # Errors
    /// [`Failure`] says whether the model or the arena has to do something about it.
    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure>;
}

/// Why a tool did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The call could not be carried out as it was made: the model is told this sentence. Nothing was changed.
    Told(String),
    /// The arena could not run it: the round cannot be counted.
    Broken(String),
}

impl Failure {
    /// What is wrong with a file. What the system does not say of files is not the model's matter.
    fn of_file(error: workspace::Error) -> Self {
        match error {
            workspace::Error::Io { .. } => Self::Broken(in_one_line(&error)),
            told => Self::Told(told.to_string()),
        }
    }

    /// Whichever it is, in words.
    fn into_reason(self) -> String {
        match self {
            Self::Told(reason) | Self::Broken(reason) => reason,
        }
    }
}

/// A match cannot have the tools that its scenario asks for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such tool.
    #[error("scenario {scenario:?}: target.tools: {}", unknown("tool", name.as_str(), known.iter().map(Name::as_str)))]
    Unknown {
        /// Which scenario.
        scenario: Name,
        /// What it asks for.
        name: Name,
        /// What there is.
        known: Vec<Name>,
    },
    /// The permissions have mistakes.
    #[error(transparent)]
    Policy(#[from] policy::Error),
    /// There is no cell to run commands in.
    #[error("the tools of scenario {scenario:?} need a sandbox, and there is none")]
    Sandbox {
        /// Which scenario.
        scenario: Name,
        /// What is in its way, and what would help.
        #[source]
        cause: Arc<arena_sandbox::Error>,
    },
}
