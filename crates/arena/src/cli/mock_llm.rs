//! `arena mock-llm`: runs the server that speaks and fails like three vendors, until somebody ends it.

use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use arena_core::seed::Seed;
use clap::Parser;
use serde_json::json;

use super::exit::{Exit, Failure};
use super::signals::ended;
use crate::mock_llm::{self, MOST_TOKENS, MockLlm, Options, RightKey, Rule};

const WHEN: &str = "\
A fault is written KIND[:PARAMETER][@WHEN]. WHEN is a share of the questions from 0 to 1, drawn from the seed; first-N, \
for the questions 1 to N; or every-N. Without it the fault is in all of them. Of several --fault that apply, the first \
counts. A single question asks for a fault with the header x-mock-fault: KIND[:PARAMETER], or with its model's name: \
fault-KIND[:PARAMETER]. Faults of tool calls show where a question offers tools.

";

const EXAMPLES: &str = "

Examples:
  arena mock-llm
  arena mock-llm --latency 200 --latency-jitter 100 --between-tokens 20
  arena mock-llm --fault 429:seconds=7@0.2 --fault reset-mid@every-10 --seed 1
  arena mock-llm --listen 127.0.0.1:0 --json --fault 529@first-3
  curl http://127.0.0.1:18080/stats";

#[derive(Parser)]
#[command(after_long_help = format!("{WHEN}{}{EXAMPLES}", mock_llm::help()))]
#[command(after_help = "All faults: arena mock-llm --help")]
pub(super) struct Args {
    /// Where to listen; port 0 takes a free one and prints it
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:18080", value_parser = address)]
    listen: SocketAddr,
    /// Allow an address that other machines can reach
    #[arg(long)]
    allow_remote: bool,
    /// What is drawn, is drawn from this
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: Seed,
    /// Print where it listens as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Parser)]
#[command(next_help_heading = "Answers")]
struct Answers {
    /// Before the first byte, milliseconds
    #[arg(long, value_name = "MS", default_value = "0", value_parser = mock_llm::milliseconds)]
    latency: Duration,
    /// At most so much more, drawn for each question, milliseconds
    #[arg(long, value_name = "MS", default_value = "0", value_parser = mock_llm::milliseconds)]
    latency_jitter: Duration,
    /// Between two pieces of a stream, milliseconds
    #[arg(long, value_name = "MS", default_value = "0", value_parser = mock_llm::milliseconds)]
    between_tokens: Duration,
    /// Words in an answer
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_TOKENS)))]
    tokens: u32,
    /// Say this instead of words
    #[arg(long, value_name = "TEXT", conflicts_with = "tokens")]
    text: Option<String>,
    /// Share of the answers that call a tool, if tools are offered: 0 to 1
    #[arg(long, value_name = "RATE", default_value = "1", value_parser = rate)]
    tool_calls: f64,
}

#[derive(Parser)]
#[command(next_help_heading = "Limits and faults")]
struct Limits {
    /// The one key that is right [default: any, or none]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Answer 429 beyond so many questions a minute
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<NonZeroU32>,
    /// What goes wrong, and when; may be repeated (see below)
    #[arg(long = "fault", value_name = "KIND[:PARAMETER][@WHEN]")]
    faults: Vec<Rule>,
}

pub(super) async fn mock_llm(args: Args) -> Result<Exit, Failure> {
    let Args { listen, json, .. } = args;
    let server = MockLlm::start(args.into()).await.map_err(|cause| cannot_listen(listen, &cause))?;
    // Printed at once: whoever started this waits for it.
    let mut out = std::io::stdout();
    writeln!(out, "{}", if json { line(&server) } else { greeting(&server) })?;
    out.flush()?;
    ended().await;
    let stats = server.close().await;
    writeln!(std::io::stderr(), "{}", json!({"schema_version": 1, "stats": stats}))?;
    Ok(Exit::Good)
}

impl From<Args> for Options {
    fn from(args: Args) -> Self {
        let Args { listen, allow_remote, seed, json: _, answers, limits } = args;
        Self {
            listen,
            allow_remote,
            seed,
            latency: answers.latency,
            latency_jitter: answers.latency_jitter,
            between_tokens: answers.between_tokens,
            tokens: answers.tokens,
            text: answers.text,
            tool_calls: answers.tool_calls,
            key: limits.key.map(RightKey::new),
            requests_per_minute: limits.requests_per_minute,
            faults: limits.faults,
        }
    }
}

fn line(server: &MockLlm) -> String {
    json!({
        "schema_version": 1,
        "address": server.address(),
        "openai_base_url": server.openai_base_url(),
        "anthropic_base_url": server.anthropic_base_url(),
        "gemini_base_url": server.gemini_base_url(),
        "stats_url": server.stats_url(),
    })
    .to_string()
}

fn greeting(server: &MockLlm) -> String {
    format!(
        "a MOCK listens on {}: no model is behind it\n\n\
         OPENAI_BASE_URL={}\nANTHROPIC_BASE_URL={}\nGOOGLE_GEMINI_BASE_URL={}\n\nwhat it did: {}",
        server.address(),
        server.openai_base_url(),
        server.anthropic_base_url(),
        server.gemini_base_url(),
        server.stats_url()
    )
}

fn cannot_listen(listen: SocketAddr, cause: &std::io::Error) -> Failure {
    let hint = match cause.kind() {
        ErrorKind::InvalidInput => "; add --allow-remote if that is meant",
        ErrorKind::AddrInUse => "; --listen 127.0.0.1:0 takes a free port",
        _ => "",
    };
    Failure::usage(format!("cannot listen on {listen}: {cause}{hint}"))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:18080 or [::1]:0".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "write a number from 0 to 1".to_owned())
}
