//! What came of the matches that were played: for people a table, for programs an object.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use arena_core::budget::Spent;
use arena_core::engine::Match;
use arena_core::id::MatchId;
use arena_core::score::Score;
use serde::Serialize;
use serde_json::{Value, json};

use super::args::Output;
use super::exit::Exit;
use super::gate::Checked;
use super::table::rates;
use super::visible::visible;
use crate::header::Header;
use crate::report::Rates;

/// One match that was played.
#[derive(Serialize)]
pub(super) struct Tally {
    id: MatchId,
    header: Header,
    spent: Spent,
    #[serde(skip)]
    exit: Exit,
}

/// All of them.
#[derive(Default)]
pub(super) struct Summary {
    tallies: Vec<Tally>,
    pub(super) score: Score,
    spent: Spent,
    /// Matches whose turn did not come.
    pub(super) n_not_begun: usize,
    pub(super) worst_exit: Exit,
    /// The limits on rates, once all is played.
    pub(super) gates: Vec<Checked>,
}

impl Tally {
    pub(super) fn of(id: MatchId, game: &Match) -> Self {
        Self { id, header: Header::of(game), spent: game.spent_in_all(), exit: Exit::of(&game.stage) }
    }
}

impl Summary {
    pub(super) fn add(&mut self, tally: Tally) {
        self.score = std::mem::take(&mut self.score).plus(&tally.header.score);
        self.spent = self.spent.plus(&tally.spent);
        self.worst_exit = self.worst_exit.max(tally.exit);
        self.tallies.push(tally);
    }

    /// The matches, in the order in which they were made.
    pub(super) fn ids(&self) -> Vec<MatchId> {
        let mut ids: Vec<MatchId> = self.tallies.iter().map(|tally| tally.id).collect();
        ids.sort_unstable();
        ids
    }

    /// Data to stdout; beside lines of JSON, the table is for people and goes to stderr.
    pub(super) fn print(&mut self, output: Output, wall: Duration) -> std::io::Result<()> {
        self.tallies.sort_by_key(|tally| tally.id);
        if output.json {
            return writeln!(std::io::stdout(), "{}", self.to_json(wall));
        }
        let text = self.to_text(wall);
        if output.jsonl { write!(anstream::stderr(), "{text}") } else { write!(anstream::stdout(), "{text}") }
    }

    fn to_json(&self, wall: Duration) -> Value {
        let score = &self.score;
        json!({
            "schema_version": 1,
            "matches": self.tallies,
            "n_not_begun": self.n_not_begun,
            "rates": rates_json(score),
            "objectives_reached": score.reached,
            "worst_severity": score.worst,
            "n_void_rounds": score.n_void,
            "n_undecided_rounds": score.n_undecided,
            "gates": self.gates,
            "spent": self.spent,
            "wall_ms": u64::try_from(wall.as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn to_text(&self, wall: Duration) -> String {
        let mut lines = vec![String::new()];
        let mocks = self.tallies.iter().filter(|tally| tally.header.mock).count();
        let label = match mocks {
            0 => String::new(),
            n => format!(" · {n} with MOCK players: their figures say nothing about a model"),
        };
        lines.push(format!("{}{label}", count(self.tallies.len(), "match", "matches")));
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for Tally { header, .. } in &self.tallies {
            *statuses.entry(header.standing()).or_default() += 1;
        }
        let statuses: Vec<String> = statuses.iter().map(|(what, n)| format!("{n} × {what}")).collect();
        lines.push(statuses.join(" · "));
        if self.n_not_begun > 0 {
            lines.push(format!("{} not begun", count(self.n_not_begun, "match", "matches")));
        }
        // A single match has told its reason in the transcript.
        let failed = self.tallies.iter().filter(|_| self.tallies.len() > 1);
        let mut reasons: Vec<String> = failed.filter_map(|tally| tally.header.reason.as_deref()).map(visible).collect();
        reasons.dedup();
        lines.extend(reasons.into_iter().take(3));
        lines.push(String::new());
        lines.push(rates(&self.score).to_string());
        lines.extend(self.gates.iter().map(Checked::line));
        lines.push(String::new());
        lines.push(format!("{} · {}", self.spent_text(), seconds(wall)));
        if let [Tally { id, header, .. }] = self.tallies.as_slice() {
            lines.push(format!("match {id} · seed {}", header.seed));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn spent_text(&self) -> String {
        let Spent { calls, input_tokens, output_tokens, priced_nanousd, unpriced_calls, .. } = self.spent;
        #[expect(clippy::cast_precision_loss, reason = "money is shown to four digits")]
        let cost = match (priced_nanousd, unpriced_calls) {
            (0, 0) => "no cost".to_owned(),
            (_, 0) => format!("{:.4} USD", priced_nanousd as f64 / 1e9),
            (0, _) => "cost unknown".to_owned(),
            (_, n) => {
                format!("{:.4} USD and {} of unknown cost", priced_nanousd as f64 / 1e9, count_u64(n, "call", "calls"))
            }
        };
        format!(
            "{} · {input_tokens} tokens in, {output_tokens} out · {cost}",
            count_u64(calls, "model call", "model calls")
        )
    }
}

/// Rates with counts and intervals.
pub(super) fn rates_json(score: &Score) -> Value {
    json!(Rates::of(score))
}

fn count(n: usize, one: &str, many: &str) -> String {
    count_u64(n as u64, one, many)
}

fn count_u64(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

fn seconds(wall: Duration) -> String {
    if wall < Duration::from_secs(10) {
        format!("{:.2} s", wall.as_secs_f64())
    } else {
        format!("{:.0} s", wall.as_secs_f64())
    }
}
