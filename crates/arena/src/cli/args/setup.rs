//! What can be said of everything around matches: the configuration, models, scenarios, the shell.

use std::path::PathBuf;

use arena_core::model::ModelSpec;
use arena_core::name::Name;
use clap::{Parser, Subcommand};
use serde_json::{Map, Value};

use super::super::values::{json_object, model_of_provider};
use super::Database;

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena doctor
  arena doctor --ping
  arena doctor --ping --ping-model local:qwen3 --json

Exit codes:
  0  all that is configured is good
  2  something that is configured cannot be used
  3  a provider or an MCP server did not answer")]
pub(in crate::cli) struct Doctor {
    /// Ask every provider that is ready one tiny question, and every MCP server that is enabled for its tools
    #[arg(long)]
    pub(in crate::cli) ping: bool,
    /// Which model is asked, instead of the first in a chain or the cheapest known. May be repeated
    #[arg(long, value_name = "PROVIDER:MODEL", requires = "ping", value_parser = model_of_provider)]
    pub(in crate::cli) ping_model: Vec<ModelSpec>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena models
  arena models --provider anthropic
  arena models --json")]
pub(in crate::cli) struct Models {
    /// Only of this provider, whether it has its key or not
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) provider: Option<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Subcommand)]
pub(in crate::cli) enum Scenario {
    /// List the built-in scenarios
    List {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show what a scenario is about
    Show {
        /// A built-in scenario, or the path of a scenario's folder or file
        #[arg(value_name = "SCENARIO")]
        scenario: String,
        /// Print its file
        #[arg(long)]
        source: bool,
    },
    /// Begin a scenario of one's own: a folder with an example that can be played
    New {
        /// Its name, and that of the folder
        #[arg(value_name = "NAME")]
        name: Name,
        /// Where the folder is made
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        r#in: PathBuf,
    },
    /// Point at what is no mistake and likely not meant; ends with 1 if there is something
    Lint {
        /// Built-in scenarios, suites, or paths of their folders or files [default: all built-in]
        #[arg(value_name = "SCENARIO")]
        scenarios: Vec<String>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Play a scenario's controls: reference exploits, reference defences, targets that do nothing
    Check {
        /// Built-in scenarios, suites, or paths of their folders or files [default: all built-in]
        #[arg(value_name = "SCENARIO")]
        scenarios: Vec<String>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum Mcp {
    /// List the MCP servers of the configuration with their tools and resources; starts those that are enabled
    List {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Call a tool of a server
    Call {
        /// As the configuration calls it
        #[arg(value_name = "SERVER")]
        server: String,
        /// As the server calls it
        #[arg(value_name = "TOOL")]
        tool: String,
        /// Its arguments, a JSON object
        #[arg(value_name = "JSON", default_value = "{}", value_parser = json_object)]
        arguments: Map<String, Value>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Read a resource of a server
    Read {
        /// As the configuration calls it
        #[arg(value_name = "SERVER")]
        server: String,
        /// Which resource
        #[arg(value_name = "URI")]
        uri: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena completions bash > ~/.local/share/bash-completion/completions/arena
  arena completions zsh > ~/.zfunc/_arena")]
pub(in crate::cli) struct Completions {
    /// For which shell
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Subcommand)]
pub(in crate::cli) enum Permissions {
    /// Check an agent's rules, and say what becomes of calls
    #[command(after_help = "\
Exit codes:
  0  the rules are good, and every call is allowed
  1  a call is denied, or a person is asked
  2  a rule cannot be read or never decides anything, an example fails, or a call is not written as one")]
    Check {
        /// A built-in agent, or the path of an agent's file
        #[arg(value_name = "AGENT")]
        agent: String,
        /// Calls, as TOOL(argument)
        #[arg(value_name = "CALL")]
        calls: Vec<String>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}
