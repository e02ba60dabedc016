//! What can be said of a server.

use std::net::SocketAddr;
use std::time::Duration;

use arena_core::name::Name;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Parser, Subcommand, ValueEnum};

use super::super::values::{microusd, scope, time};
use super::Database;
use crate::access::Scope;

#[derive(Subcommand)]
pub(in crate::cli) enum Token {
    /// Make a token; it is shown once
    Create(TokenCreate),
    /// List the tokens
    List(TokenList),
    /// Take a token back
    Revoke(TokenRevoke),
}

#[derive(Parser)]
pub(in crate::cli) struct TokenCreate {
    /// How it is called
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: Name,
    /// What it allows; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = PossibleValuesParser::new(Scope::ALL.map(Scope::word)).try_map(|word| scope(&word)))]
    pub(in crate::cli) scopes: Vec<Scope>,
    /// When it ends: 12h, 30d [default: never]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(in crate::cli) expires: Option<Duration>,
    /// Print it with all that is known of it as one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
pub(in crate::cli) struct TokenList {
    /// Print them as one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
pub(in crate::cli) struct TokenRevoke {
    /// How it is called
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: Name,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

/// How a log is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    /// Lines for people.
    Text,
    /// An object a line.
    Json,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena serve
  arena serve --listen 127.0.0.1:0 --json
  curl http://127.0.0.1:3000/api/v1/matches
  curl -d '{\"scenario\": \"support-desk\"}' -H 'content-type: application/json' http://127.0.0.1:3000/api/v1/matches

Matches that were interrupted are played on. SIGTERM or Ctrl-C puts all down in good order; SIGHUP reads the
configuration again.")]
pub(in crate::cli) struct Serve {
    /// Where to listen; port 0 takes a free one and prints it
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:3000", env = "ARENA_LISTEN")]
    pub(in crate::cli) listen: SocketAddr,
    /// Answer also to this name, with or without a port; may be repeated
    #[arg(long, value_name = "HOST")]
    pub(in crate::cli) allow_host: Vec<String>,
    /// How many matches are played at once
    #[arg(long, value_name = "C", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(in crate::cli) concurrency: u32,
    /// How many more may wait; beyond that a new one is refused
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(in crate::cli) queue: u32,
    /// How many model calls all matches may make together, until the server ends
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) total_calls: Option<u64>,
    /// How many tokens all matches may read and write together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) total_tokens: Option<u64>,
    /// What all matches may cost together; a call whose cost is not known uses it up
    #[arg(long, value_name = "USD", value_parser = microusd)]
    pub(in crate::cli) total_cost: Option<u64>,
    /// How many requests a second each token, or each address without one, may send in the long run; 0 is without a limit
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(in crate::cli) rate: u32,
    /// How long a call that a person has to allow waits for one
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(in crate::cli) wait_for_person: u64,
    /// Send traces to this collector, by OpenTelemetry's protocol over HTTP: `http://HOST:4318`; the variable
    /// `OTEL_EXPORTER_OTLP_HEADERS` has headers for it
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub(in crate::cli) otlp: Option<String>,
    /// How the log on stderr is written; the variable `ARENA_LOG` says how much
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "ARENA_LOG_FORMAT")]
    pub(in crate::cli) log_format: LogFormat,
    /// Print where it listens as one line of JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}
