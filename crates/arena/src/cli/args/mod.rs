//! What can be said on the command line: the commands, and what several of them take. `playing`, `looking`, `moving`, `pruning`,
//! `reporting`, `serving`, `auditing` and `setup` have what each takes of its own.

mod auditing;
mod looking;
mod moving;
mod playing;
mod pruning;
mod reporting;
mod serving;
mod setup;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(in crate::cli) use self::auditing::{
    Audit, AuditCheckpoint, AuditKeygen, AuditList, AuditLog, AuditShow, AuditVerify,
};
pub(in crate::cli) use self::looking::{Backup, Compare, List, Query, Replay, Show, Verify};
pub(in crate::cli) use self::moving::{Export, Import, Migrate};
pub(in crate::cli) use self::playing::{Approve, Play, Resume, Stop, Tape};
pub(in crate::cli) use self::pruning::Prune;
pub(in crate::cli) use self::reporting::{Report, ReportFiles};
pub(in crate::cli) use self::serving::{LogFormat, Serve, Token, TokenCreate, TokenList, TokenRevoke};
pub(in crate::cli) use self::setup::{Completions, Doctor, Mcp, Models, Permissions, Scenario};
use super::location::Location;
use super::values::{FailOn, fail_on};
use crate::config::{self, Config, Environment, share};

const END: &str = "\
Examples:
  arena play support-desk
  arena show last
  arena scenario list

Exit codes:
    0  done, and nothing was breached
    1  a gate failed: a breach (see --fail-on), or a record that does not verify
    2  wrong usage or input: arguments, files, the database, a model that is set up wrongly
    3  void or infrastructure: too many rounds were void, a provider was away, a disk was full
    5  nothing ran
  130  interrupted, with everything so far in the database";

/// An adversarial arena for LLM agents: Red attacks, Blue defends, a Target does its job in between.
#[derive(Parser)]
#[command(name = "arena", version, after_help = END)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub(in crate::cli) color: Color,
    #[command(flatten)]
    pub(in crate::cli) configuration: Configuration,
    #[command(subcommand)]
    pub(in crate::cli) command: Command,
}

/// Where the configuration is.
#[derive(Clone, Parser)]
pub(in crate::cli) struct Configuration {
    /// The file with providers, chains, prices and MCP servers, instead of ./arena.toml
    #[arg(
        long = "config",
        global = true,
        value_name = "PATH",
        long_help = "The file with providers, chains and prices; without it ARENA_CONFIG names it, or ./arena.toml is taken if it is there"
    )]
    pub(in crate::cli) file: Option<PathBuf>,
}

impl Configuration {
    /// The configuration, with the environment as it is.
    pub(in crate::cli) fn load(&self) -> Result<Config, config::Error> {
        Config::load(self.file.as_deref(), &Environment::read())
    }
}

#[derive(Parser)]
pub(in crate::cli) struct Color {
    /// When to use colours
    #[arg(
        long = "color",
        global = true,
        long_help = "When to use colours; NO_COLOR and CLICOLOR_FORCE are heeded",
        value_name = "WHEN",
        default_value = "auto"
    )]
    when: When,
}

#[derive(Clone, Copy, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(in crate::cli) fn write_global(&self) {
        match self.when {
            When::Auto => anstream::ColorChoice::Auto,
            When::Always => anstream::ColorChoice::AlwaysAnsi,
            When::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[derive(Subcommand)]
pub(in crate::cli) enum Command {
    /// Play matches in a scenario
    Play(Box<Play>),
    /// Play on what was interrupted
    Resume(Resume),
    /// End a match that is not over
    Stop(Stop),
    /// Run the whole arena as a server: API, live feed, matches
    Serve(Serve),
    /// Tokens: who may use a server from elsewhere
    #[command(
        subcommand,
        after_help = "\
Examples:
  arena token create ci --scope read --scope run --expires 90d
  curl -H \"authorization: Bearer $TOKEN\" http://arena.example:3000/api/v1/matches
  arena token revoke ci"
    )]
    Token(Token),
    /// Say whether a tool call may run that waits for a person
    Approve(Approve),
    /// List the matches in the database
    Matches(List),
    /// Show a match: who played, each round's verdict, the rates
    Show(Show),
    /// Compare matches on the same seeds: what a defence stops, and what it costs
    Compare(Compare),
    /// Show a match again as it was played
    Replay(Replay),
    /// Report on matches: for people, a pull request, CI, code scanning
    Report(Report),
    /// Fold a match's record again and derive every verdict anew
    Verify(Verify),
    /// Ask the database in SQL
    Query(Query),
    /// Copy the database while it is in use
    Backup(Backup),
    /// Write the whole arena, or one match, to a file of JSON Lines
    Export(Export),
    /// Take in what arena export has written
    Import(Import),
    /// Move the whole arena into another database
    Migrate(Migrate),
    /// Take away what is old: matches that are over, and what only they needed
    Prune(Prune),
    /// The audit trail: tool calls, the log of all changes, whether anything was changed past the arena
    #[command(
        subcommand,
        after_help = "\
Examples:
  arena audit list last
  arena audit show last 17
  arena audit log
  arena audit verify
  arena audit keygen audit.key"
    )]
    Audit(Audit),
    /// Say what is configured, and what is missing
    Doctor(Doctor),
    /// List the models that can be used now
    Models(Models),
    /// Scenarios: list, show, begin one, lint, check
    #[command(
        subcommand,
        after_help = "\
Examples:
  arena scenario show inbox
  arena scenario show support-desk --source > mine.toml
  arena scenario new my-agent
  arena scenario lint ./my-agent
  arena scenario check ./my-agent prompt-injection"
    )]
    Scenario(Scenario),
    /// Permissions: what becomes of calls of an agent's tools
    #[command(
        subcommand,
        after_help = "\
Examples:
  arena permissions check ./agent.toml 'execute_command(git status -s)' 'read_file(secrets/key)'
  arena permissions check ./agent.toml --json 'http_request(GET https://api.example/)'"
    )]
    Permissions(Permissions),
    /// Try out the MCP servers of the configuration: list, call, read
    #[command(
        subcommand,
        after_help = "\
Examples:
  arena mcp list
  arena mcp call files read_text_file '{\"path\": \"/srv/docs/a.txt\"}'
  arena mcp read everything demo://resource/static/document/features.md

Exit codes:
  0  done
  1  the tool says that it failed
  2  there is no such server, it is not enabled, it lacks a variable, or its program cannot be started
  3  the server did not answer, or not so that it is of use
  5  no server is configured"
    )]
    Mcp(Mcp),
    /// Run a server that speaks like OpenAI, Anthropic and Gemini, and fails like them on request
    MockLlm(super::mock_llm::Args),
    /// Print a completion script for a shell
    Completions(Completions),
}

#[derive(Clone, Copy, Parser)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct Output {
    /// Print every event as a line of JSON
    #[arg(long, conflicts_with = "json")]
    pub(in crate::cli) jsonl: bool,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Clone, Copy, Parser)]
#[command(next_help_heading = "Gate")]
pub(in crate::cli) struct Gate {
    /// End with exit code 1 on: breach, severity>=low|medium|high|critical, or never [default: breach, or never if
    /// --max-asr or --max-asr-upper is set]
    #[arg(long, value_name = "WHAT", value_parser = fail_on)]
    pub(in crate::cli) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(in crate::cli) rates: Rates,
}

#[derive(Clone, Copy, Parser)]
#[command(next_help_heading = "Gate")]
pub(in crate::cli) struct Rates {
    /// Fail if more of the attack rounds were breached, in percent
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(in crate::cli) max_asr: Option<f64>,
    /// Fail if more may have been breached: by the upper end of the 95 % interval, in percent
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(in crate::cli) max_asr_upper: Option<f64>,
    /// Fail if more of the benign rounds were denied by a guard or a permission, in percent
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(in crate::cli) max_false_block: Option<f64>,
    /// End with exit code 3 if fewer attack rounds were decided: a rate of few says little
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) min_n: Option<u64>,
}

#[derive(Parser)]
#[command(next_help_heading = "Database")]
pub(in crate::cli) struct Database {
    /// Where everything is kept: an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE
    ///
    /// The password may be in `PGPASSWORD` or `~/.pgpass` instead.
    #[arg(long, value_name = "PLACE", env = "ARENA_DATABASE", hide_env_values = true, default_value = "arena.db")]
    pub(in crate::cli) database: Location,
}
