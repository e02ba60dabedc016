//! What can be said on the command line.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use arena_core::model::ModelSpec;
use arena_core::seed::Seed;
use arena_core::spec::Mode;
use arena_core::view::Audience;
use clap::{Parser, Subcommand, ValueEnum};

use super::values::{
    FailOn, SeatModel, audience, fail_on, microusd, mode, model_of_provider, seat_model, seconds, speed, status,
};
use crate::config::{self, Config, Environment};

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
pub(super) struct Args {
    #[command(flatten)]
    pub(super) color: Color,
    #[command(flatten)]
    pub(super) configuration: Configuration,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Where the configuration is.
#[derive(Clone, Parser)]
pub(super) struct Configuration {
    /// The file with providers, chains and prices, instead of ./arena.toml
    #[arg(
        long = "config",
        global = true,
        value_name = "PATH",
        long_help = "The file with providers, chains and prices; without it ARENA_CONFIG names it, or ./arena.toml is taken if it is there"
    )]
    pub(super) file: Option<PathBuf>,
}

impl Configuration {
    /// The configuration, with the environment as it is.
    pub(super) fn load(&self) -> Result<Config, config::Error> {
        Config::load(self.file.as_deref(), &Environment::read())
    }
}

#[derive(Parser)]
pub(super) struct Color {
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
    pub(super) fn write_global(&self) {
        match self.when {
            When::Auto => anstream::ColorChoice::Auto,
            When::Always => anstream::ColorChoice::AlwaysAnsi,
            When::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Play matches in a scenario
    Play(Play),
    /// Play on what was interrupted
    Resume(Resume),
    /// End a match that is not over
    Stop(Stop),
    /// List the matches in the database
    Matches(List),
    /// Show a match: who played, each round's verdict, the rates
    Show(Show),
    /// Show a match again as it was played
    Replay(Replay),
    /// Fold a match's record again and derive every verdict anew
    Verify(Verify),
    /// Say what is configured, and what is missing
    Doctor(Doctor),
    /// List the models that can be used now
    Models(Models),
    /// Scenarios: list, show, check
    #[command(
        subcommand,
        after_help = "\
Examples:
  arena scenario show inbox
  arena scenario show support-desk --source > mine.toml
  arena scenario check ./mine.toml"
    )]
    Scenario(Scenario),
    /// Run a server that speaks like OpenAI, Anthropic and Gemini, and fails like them on request
    MockLlm(super::mock_llm::Args),
    /// Print a completion script for a shell
    Completions(Completions),
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena play support-desk
  arena play support-desk --seed 7 --jsonl
  arena play inbox --blue none --mode standard
  arena play ./my-scenario --target ./my-agent.toml --model target=openai:gpt-5-mini
  arena play support-desk --model target=chain:careful --config ./arena.toml
  arena play support-desk --matches 100 --concurrency 20 --fail-on 'severity>=high' --json

Environment:
  OPENAI_API_KEY and others   keys of providers; arena doctor lists them
  ARENA_CONFIG                the configuration, instead of ./arena.toml
  ARENA_LOG                   what is logged on stderr: error, warn, info, debug or trace

Exit codes: see arena --help")]
pub(super) struct Play {
    /// A built-in scenario, or the path of a scenario's folder or file
    #[arg(value_name = "SCENARIO")]
    pub(super) scenario: String,
    /// Who attacks: a built-in agent or the path of an agent file
    #[arg(long, value_name = "AGENT", default_value = "attacker")]
    pub(super) red: String,
    /// Who defends; "none" plays with the guards off
    #[arg(long, value_name = "AGENT", default_value = "guard")]
    pub(super) blue: String,
    /// Who is under test
    #[arg(long, value_name = "AGENT", default_value = "assistant")]
    pub(super) target: String,
    /// Which model speaks, for all seats or for one: mock, openai:NAME, red=chain:NAME. May be repeated; before an
    /// agent's own
    #[arg(long = "model", value_name = "[SEAT=]PROVIDER:MODEL", value_parser = seat_model)]
    pub(super) models: Vec<SeatModel>,
    /// How long: 5, 20 or 50 rounds, or until stopped
    #[arg(long, value_name = "MODE", default_value = "quick", value_parser = mode)]
    pub(super) mode: Mode,
    /// How many rounds, instead of a mode
    #[arg(long, value_name = "N", conflicts_with = "mode")]
    pub(super) rounds: Option<NonZeroU32>,
    /// Rest between rounds, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds)]
    pub(super) delay: f64,
    /// Repeat a match: the same seed and the same answers give the same match. Of several matches each gets SEED-1,
    /// SEED-2 and so on [default: random]
    #[arg(long, value_name = "SEED")]
    pub(super) seed: Option<Seed>,
    /// How many matches
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) matches: u32,
    /// How many of them at once
    #[arg(long, value_name = "C", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) concurrency: u32,
    #[command(flatten)]
    pub(super) tape: Tape,
    #[command(flatten)]
    pub(super) budget: Budget,
    #[command(flatten)]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) gate: Gate,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(next_help_heading = "Budget of a match")]
pub(super) struct Budget {
    /// End a match after so many model calls
    #[arg(long = "max-calls", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) calls: Option<u64>,
    /// End a match after so many tokens, read and written
    #[arg(long = "max-tokens", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) tokens: Option<u64>,
    /// End a match after so many US dollars; the price of every model must be known
    #[arg(long = "max-cost", value_name = "USD", value_parser = microusd)]
    pub(super) cost: Option<u64>,
    /// End a match after so many seconds
    #[arg(long = "max-seconds", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) seconds: Option<u64>,
}

#[derive(Parser)]
#[command(next_help_heading = "Cassette")]
pub(super) struct Tape {
    /// Write every turn of the models into a new file, from which the match can be played again
    #[arg(long, value_name = "FILE", conflicts_with = "cassette")]
    pub(super) record: Option<PathBuf>,
    /// Take every answer from such a file: no model is asked, no key is needed
    #[arg(long, value_name = "FILE")]
    pub(super) cassette: Option<PathBuf>,
}

#[derive(Clone, Copy, Parser)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// Print every event as a line of JSON
    #[arg(long, conflicts_with = "json")]
    pub(super) jsonl: bool,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Parser)]
#[command(next_help_heading = "Gate")]
pub(super) struct Gate {
    /// End with exit code 1 on: breach, severity>=low|medium|high|critical, or never
    #[arg(long, value_name = "WHAT", default_value = "breach", value_parser = fail_on)]
    pub(super) fail_on: FailOn,
}

#[derive(Parser)]
#[command(next_help_heading = "Database")]
pub(super) struct Database {
    /// The SQLite file in which everything is kept
    #[arg(long, value_name = "PATH", env = "ARENA_DATABASE", default_value = "arena.db")]
    pub(super) database: PathBuf,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena resume
  arena resume last --jsonl
  arena resume --concurrency 50 --fail-on never --json")]
pub(super) struct Resume {
    /// Which matches, by id or its beginning, or "last"; one that is paused goes on [default: all that were interrupted]
    #[arg(value_name = "MATCH")]
    pub(super) matches: Vec<String>,
    /// How many of them at once
    #[arg(long, value_name = "C", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) concurrency: u32,
    #[command(flatten)]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) gate: Gate,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena stop last
  arena stop 01kanp8m --reason 'the guard is misconfigured'

A match that another process plays is stopped through that process.")]
pub(super) struct Stop {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(super) id: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", default_value = "stopped from the command line")]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena matches
  arena matches --status running,paused
  arena matches --limit 1000 --json")]
pub(super) struct List {
    /// Only these: pending, running, paused, completed, stopped, failed
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = status)]
    pub(super) status: Vec<String>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value = "50")]
    pub(super) limit: NonZeroUsize,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena show last
  arena show 01kanp8m --json
  arena show last --jsonl --audience spectator")]
pub(super) struct Show {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(super) id: String,
    #[command(flatten)]
    pub(super) output: Output,
    /// With --jsonl: what red, blue, target, spectator or operator may see
    #[arg(long, value_name = "AUDIENCE", default_value = "operator", requires = "jsonl", value_parser = audience)]
    pub(super) audience: Audience,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena replay last
  arena replay last --speed 1")]
pub(super) struct Replay {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(super) id: String,
    /// How fast, against how it was played: 1, 2.5, 10; without it, at once
    #[arg(long, value_name = "X", value_parser = speed)]
    pub(super) speed: Option<f64>,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena verify
  arena verify last --json
  arena verify last --cassette match.cassette

Exit code 1 if a record is not what the rules give, or cannot be read.")]
pub(super) struct Verify {
    /// Which matches, by id or its beginning, or "last" [default: all]
    #[arg(value_name = "MATCH")]
    pub(super) matches: Vec<String>,
    /// Also look up every answer in the cassette that recorded the match
    #[arg(long, value_name = "FILE", requires = "matches")]
    pub(super) cassette: Option<PathBuf>,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena doctor
  arena doctor --ping
  arena doctor --ping --ping-model local:qwen3 --json

Exit codes:
  0  all that is configured is good
  2  something that is configured cannot be used
  3  a provider did not answer")]
pub(super) struct Doctor {
    /// Ask every provider that is ready one tiny question
    #[arg(long)]
    pub(super) ping: bool,
    /// Which model is asked, instead of the first in a chain or the cheapest known. May be repeated
    #[arg(long, value_name = "PROVIDER:MODEL", requires = "ping", value_parser = model_of_provider)]
    pub(super) ping_model: Vec<ModelSpec>,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena models
  arena models --provider anthropic
  arena models --json")]
pub(super) struct Models {
    /// Only of this provider, whether it has its key or not
    #[arg(long, value_name = "NAME")]
    pub(super) provider: Option<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Subcommand)]
pub(super) enum Scenario {
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
    /// Play a scenario's controls: reference exploits, reference defences, targets that do nothing
    Check {
        /// Built-in scenarios, or paths of scenario folders or files [default: all built-in]
        #[arg(value_name = "SCENARIO")]
        scenarios: Vec<String>,
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
pub(super) struct Completions {
    /// For which shell
    pub(super) shell: clap_complete::Shell,
}
