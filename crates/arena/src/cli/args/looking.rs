//! What can be said of matches that are there: to list, show, replay and verify them.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use arena_core::name::Name;
use arena_core::view::Audience;
use clap::Parser;

use super::super::values::{audience, speed, status};
use super::{Database, Output, Rates};

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena matches
  arena matches --status running,paused
  arena matches --limit 1000 --json")]
pub(in crate::cli) struct List {
    /// Only these: pending, running, paused, completed, stopped, failed
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = status)]
    pub(in crate::cli) status: Vec<String>,
    /// Only those played with this --label
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) label: Option<Name>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value = "50")]
    pub(in crate::cli) limit: NonZeroUsize,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena show last
  arena show 01kanp8m --json
  arena show last --jsonl --audience spectator")]
pub(in crate::cli) struct Show {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) id: String,
    #[command(flatten)]
    pub(in crate::cli) output: Output,
    /// With --jsonl: what red, blue, target, spectator or operator may see
    #[arg(long, value_name = "AUDIENCE", default_value = "operator", requires = "jsonl", value_parser = audience)]
    pub(in crate::cli) audience: Audience,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena compare no-guard rules llm-guard
  arena compare baseline candidate --fail-on-regression --json

A defence is compared on the same rounds: play both with the same --seed, scenario, rounds and number of matches.

Exit codes:
  0  done, and every gate holds
  1  a gate failed
  2  there is no such match or label, or the two have no round in common
  3  too few rounds could be decided for --min-n, or with --fail-on-regression more than a fifth of the pairs could not")]
pub(in crate::cli) struct Compare {
    /// What to compare with: a label, a match by id or its beginning, or "last"
    #[arg(value_name = "BASE")]
    pub(in crate::cli) base: String,
    /// What is compared with it; may be repeated
    #[arg(value_name = "NEW", required = true)]
    pub(in crate::cli) new: Vec<String>,
    /// End with exit code 1 if something got worse beyond chance, or an objective was reached that was not before
    #[arg(long, help_heading = "Gate")]
    pub(in crate::cli) fail_on_regression: bool,
    #[command(flatten)]
    pub(in crate::cli) gate: Rates,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena replay last
  arena replay last --speed 1")]
pub(in crate::cli) struct Replay {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) id: String,
    /// How fast, against how it was played: 1, 2.5, 10; without it, at once
    #[arg(long, value_name = "X", value_parser = speed)]
    pub(in crate::cli) speed: Option<f64>,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena verify
  arena verify last --json
  arena verify last --cassette match.cassette

Exit code 1 if a record is not what the rules give, or cannot be read.")]
pub(in crate::cli) struct Verify {
    /// Which matches, by id or its beginning, or "last" [default: all]
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) matches: Vec<String>,
    /// Also look up every answer in the cassette that recorded the match
    #[arg(long, value_name = "FILE", requires = "matches")]
    pub(in crate::cli) cassette: Option<PathBuf>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  arena query \"select id, n_breached, n_attacks from matches where status = 'completed'\"
  arena query \"select target_model, count(*) as n from matches group by target_model\" --json
  arena query \"select type, count(*) as n from events group by type\" --csv
  arena query - < question.sql

There are matches, agents, scenarios, tokens, denied (each with id, rev, columns of its own, and
body: all of it as JSON) and events (match_id, seq, type, at, body). The SQL is that of the
database, SQLite or PostgreSQL. It can only read, also while matches are played. Flags are in
a body: hand it on only as you would the database.")]
pub(in crate::cli) struct Query {
    /// One SELECT, or \"-\" to read it from the standard input
    #[arg(value_name = "SQL")]
    pub(in crate::cli) sql: String,
    /// Show no more rows
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(in crate::cli) limit: NonZeroUsize,
    /// Print a JSON object
    #[arg(long, conflicts_with = "csv")]
    pub(in crate::cli) json: bool,
    /// Print comma-separated values
    #[arg(long)]
    pub(in crate::cli) csv: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  arena backup arena-2026-11-28.db
  arena verify --database arena-2026-11-28.db

The copy is the database as it stood at one moment, also while matches are played. A file that is there already is
left as it is.")]
pub(in crate::cli) struct Backup {
    /// The new file
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}
