//! What can be said of matches that are to be played, played on, or ended.

use std::num::NonZeroU32;
use std::path::PathBuf;

use arena_core::name::Name;
use arena_core::seed::Seed;
use arena_core::spec::Mode;
use clap::Parser;

use super::super::values::{microusd, mode, seat_model, seconds};
use super::{Database, Gate, Output, ReportFiles};
use crate::lineup::SeatModel;

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena play support-desk
  arena play support-desk --seed 7 --jsonl
  arena play inbox --blue none --mode standard
  arena play ./my-scenario --target ./my-agent.toml --model target=openai:gpt-5-mini
  arena play support-desk --model target=chain:careful --config ./arena.toml
  arena play support-desk --matches 100 --concurrency 20 --fail-on 'severity>=high' --json
  arena play support-desk --matches 100 --seed nightly --label with-guard --max-asr-upper 10% --max-false-block 2%
  arena play support-desk --mode standard -o report.html -o report.sarif

Environment:
  OPENAI_API_KEY and others   keys of providers; arena doctor lists them
  ARENA_CONFIG                the configuration, instead of ./arena.toml
  ARENA_LOG                   what is logged on stderr: error, warn, info, debug or trace

Exit codes: see arena --help")]
pub(in crate::cli) struct Play {
    /// A built-in scenario, or the path of a scenario's folder or file
    #[arg(value_name = "SCENARIO")]
    pub(in crate::cli) scenario: String,
    /// Who attacks: a built-in agent or the path of an agent file
    #[arg(long, value_name = "AGENT", default_value = "attacker")]
    pub(in crate::cli) red: String,
    /// Who defends; "none" plays with the guards off
    #[arg(long, value_name = "AGENT", default_value = "guard")]
    pub(in crate::cli) blue: String,
    /// Who is under test
    #[arg(long, value_name = "AGENT", default_value = "assistant")]
    pub(in crate::cli) target: String,
    /// Who is asked where a scenario has objectives that facts cannot decide: an agent with seat = "judge". May be
    /// repeated; judges who differ decide nothing
    #[arg(long = "judge", value_name = "AGENT")]
    pub(in crate::cli) judges: Vec<String>,
    /// Which model speaks, for all seats or for one: mock, openai:NAME, red=chain:NAME. May be repeated; before an
    /// agent's own
    #[arg(long = "model", value_name = "[SEAT=]PROVIDER:MODEL", value_parser = seat_model)]
    pub(in crate::cli) models: Vec<SeatModel>,
    /// How long: 5, 20 or 50 rounds, or until stopped
    #[arg(long, value_name = "MODE", default_value = "quick", value_parser = mode)]
    pub(in crate::cli) mode: Mode,
    /// How many rounds, instead of a mode
    #[arg(long, value_name = "N", conflicts_with = "mode")]
    pub(in crate::cli) rounds: Option<NonZeroU32>,
    /// Rest between rounds, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds)]
    pub(in crate::cli) delay: f64,
    /// Repeat a match: the same seed and the same answers give the same match. Of several matches each gets SEED-1,
    /// SEED-2 and so on [default: random]
    #[arg(long, value_name = "SEED")]
    pub(in crate::cli) seed: Option<Seed>,
    /// What the matches are a part of, to find and compare them by
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) label: Option<Name>,
    /// How many matches
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(in crate::cli) matches: u32,
    /// How many of them at once
    #[arg(long, value_name = "C", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(in crate::cli) concurrency: u32,
    #[command(flatten)]
    pub(in crate::cli) real: Real,
    #[command(flatten)]
    pub(in crate::cli) tape: Tape,
    #[command(flatten)]
    pub(in crate::cli) budget: Budget,
    #[command(flatten)]
    pub(in crate::cli) output: Output,
    #[command(flatten)]
    pub(in crate::cli) reports: ReportFiles,
    #[command(flatten)]
    pub(in crate::cli) gate: Gate,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(next_help_heading = "Budget of a match")]
pub(in crate::cli) struct Budget {
    /// End a match after so many model calls
    #[arg(long = "max-calls", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) calls: Option<u64>,
    /// End a match after so many tokens, read and written
    #[arg(long = "max-tokens", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) tokens: Option<u64>,
    /// End a match after so many US dollars; the price of every model must be known
    #[arg(long = "max-cost", value_name = "USD", value_parser = microusd)]
    pub(in crate::cli) cost: Option<u64>,
    /// End a match after so many seconds
    #[arg(long = "max-seconds", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) seconds: Option<u64>,
}

#[derive(Parser)]
#[command(next_help_heading = "Cassette")]
pub(in crate::cli) struct Tape {
    /// Write every turn of the models into a new file, from which the match can be played again
    #[arg(long, value_name = "FILE", conflicts_with = "cassette")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// Take every answer from such a file: no model is asked, no key is needed
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) cassette: Option<PathBuf>,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena resume
  arena resume last --jsonl
  arena resume --concurrency 50 --fail-on never --json")]
pub(in crate::cli) struct Resume {
    /// Which matches, by id or its beginning, or "last"; one that is paused goes on [default: all that were interrupted]
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) matches: Vec<String>,
    /// How many of them at once
    #[arg(long, value_name = "C", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(in crate::cli) concurrency: u32,
    #[command(flatten)]
    pub(in crate::cli) real: Real,
    #[command(flatten)]
    pub(in crate::cli) output: Output,
    #[command(flatten)]
    pub(in crate::cli) reports: ReportFiles,
    #[command(flatten)]
    pub(in crate::cli) gate: Gate,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Clone, Copy, Parser)]
#[command(next_help_heading = "Real tools")]
pub(in crate::cli) struct Real {
    /// How long a call that a person has to allow waits for arena approve; without it such a call is denied
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(in crate::cli) wait_for_person: u64,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena approve last
  arena approve 01kanp8m --deny 'not on a Friday'

A call waits for a person if a rule under \"ask\" says so and the match is played with --wait-for-person.")]
pub(in crate::cli) struct Approve {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) id: String,
    /// The call may not run, and the Target is told this
    #[arg(long, value_name = "REASON")]
    pub(in crate::cli) deny: Option<String>,
    /// Who decides, for the record
    #[arg(long, value_name = "NAME", env = "USER", default_value = "somebody at the command line")]
    pub(in crate::cli) by: String,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena stop last
  arena stop 01kanp8m --reason 'the guard is misconfigured'

A match that another process plays is stopped through that process.")]
pub(in crate::cli) struct Stop {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) id: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", default_value = "stopped from the command line")]
    pub(in crate::cli) reason: String,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}
