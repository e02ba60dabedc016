//! Reports: what came of matches, for people and programs that were not there.
//!
//! One model, and a file a format. [`Draft`] takes the records of matches and gives the [`Report`]; it is a pure function
//! of them, and [`gather()`] reads them from the database. What a report shows of a match is what a spectator may see: no
//! planted flag, no reason of the guard. Every format is made from the report alone.

mod conclusion;
mod draft;
mod finding;
mod format;
mod gather;
mod html;
mod junit;
mod location;
mod markdown;
mod rate;
mod reproduce;
mod sarif;
mod side;
mod text;
mod transcript;

use arena_core::budget::Spent;
use arena_core::id::MatchId;
use arena_core::name::Name;
use jiff::Timestamp;
use serde::Serialize;

pub use conclusion::{Conclusion, Outcome};
pub use draft::Draft;
pub use finding::{Example, Finding, Held, Holder, RoundRef, State};
pub use format::Format;
pub use gather::{Error, gather};
pub use location::{Anchor, Location};
pub use rate::{ByObjective, Rate, Rates, percent};
pub use side::Side;
pub use transcript::{Step, Transcript};

use crate::header::Header;

/// Of rounds of which a larger share is void, nothing can be concluded.
pub const MAX_VOID_SHARE: f64 = 0.2;

/// The name of the row with the interval that minds that rounds of one objective are alike; it stands below attack success.
const BY_OBJECTIVE: &str = "by objective";

/// What came of matches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of this shape, here 1. Fields may be added under the same version.
    pub schema_version: u32,
    /// When it was made.
    pub generated_at: Timestamp,
    /// What made it.
    pub generator: String,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// The rates of all matches together.
    pub rates: Rates,
    /// Attack success with objectives as clusters; nothing where that says nothing.
    pub attack_success_by_objective: Option<ByObjective>,
    /// What was played.
    pub matches: Vec<Played>,
    /// Every objective of every scenario that was played, the worst first.
    pub findings: Vec<Finding>,
    /// Rounds that count for nobody.
    pub n_inconclusive: u64,
    /// The first of them.
    pub inconclusive: Vec<Inconclusive>,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Played {
    /// Which.
    pub id: MatchId,
    /// Who, what, how far. Its reason holds no flag.
    pub header: Header,
    /// When it was set up.
    pub created_at: Timestamp,
    /// The scenario in words.
    pub title: String,
    /// BLAKE3 of the scenario's text, its first 16 characters: the same text is the same scenario.
    pub scenario_hash: String,
    /// What its models used.
    pub spent: Spent,
    /// The command that plays it again.
    pub reproduce: String,
}

/// A round that counts for nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inconclusive {
    /// In which match.
    #[serde(rename = "match")]
    pub id: MatchId,
    /// Which round, from 1.
    pub round: u32,
    /// In which scenario.
    pub scenario: Name,
    /// `attack` or `benign`.
    pub kind: &'static str,
    /// The objective or the task.
    pub about: Name,
    /// Why.
    pub reason: String,
}

impl Played {
    /// Whether it was played to its end.
    pub fn is_complete(&self) -> bool {
        self.header.winner.is_some()
    }
}

impl Report {
    /// Objectives that were reached, the worst first.
    pub fn reached(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.state == State::Reached)
    }

    /// The rates, each with its name for people. Attack success comes twice, if it can: once with its rounds taken as
    /// independent, once with those of one objective taken as alike.
    pub fn rate_rows(&self) -> Vec<(&'static str, Rate)> {
        let mut rows = self.rates.rows();
        if let Some(ByObjective { low, high, .. }) = self.attack_success_by_objective {
            rows.insert(1, (BY_OBJECTIVE, Rate { low, high, ..self.rates.attack_success }));
        }
        rows
    }

    /// Whether a mock played or stood in.
    pub fn has_mock(&self) -> bool {
        self.matches.iter().any(|played| played.header.mock)
    }

    /// What all matches used.
    pub fn spent(&self) -> Spent {
        self.matches.iter().fold(Spent::default(), |sum, played| sum.plus(&played.spent))
    }

    /// The scenarios, each once, in their order.
    pub fn scenarios(&self) -> Vec<&Name> {
        let mut scenarios: Vec<&Name> = self.matches.iter().map(|played| &played.header.scenario).collect();
        scenarios.sort();
        scenarios.dedup();
        scenarios
    }
}

/// A noun with its number.
fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A number of something that is in memory.
fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
