//! Gates: limits on rates, from the command line or else the configuration, and whether they hold.

use arena_core::score::Score;
use arena_core::stats::Proportion;
use serde::{Serialize, Serializer};

use super::args::Rates;
use super::exit::Exit;
use crate::config::Gates;

/// One limit and what it met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Checked {
    gate: Limit,
    /// What is allowed.
    limit: f64,
    /// What was found; `None` of nothing that could be decided.
    found: Option<f64>,
    /// Of how many rounds.
    n: u64,
    passed: bool,
}

/// What a limit is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    MaxAsr,
    MaxAsrUpper,
    MaxFalseBlock,
    MinN,
}

impl Limit {
    /// The flag that sets it.
    fn flag(self) -> &'static str {
        match self {
            Self::MaxAsr => "--max-asr",
            Self::MaxAsrUpper => "--max-asr-upper",
            Self::MaxFalseBlock => "--max-false-block",
            Self::MinN => "--min-n",
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.flag())
    }
}

impl Rates {
    /// What was said on the command line, or else in the configuration.
    pub(super) fn or(self, file: &Gates) -> Self {
        Self {
            max_asr: self.max_asr.or(file.max_asr),
            max_asr_upper: self.max_asr_upper.or(file.max_asr_upper),
            max_false_block: self.max_false_block.or(file.max_false_block),
            min_n: self.min_n.or(file.min_n),
        }
    }

    /// Holds `score` against every limit that is set. A rate of no rounds holds no limit: it says nothing.
    pub(super) fn check(self, score: &Score) -> Vec<Checked> {
        let at_most = |gate, limit: Option<f64>, found: Option<f64>, of: Proportion| {
            let passed = |limit| found.is_some_and(|found| found <= limit);
            limit.map(|limit| Checked { gate, limit, found, n: of.n, passed: passed(limit) })
        };
        let Score { breached, denied, .. } = score;
        let upper = (breached.n > 0).then(|| breached.wilson().1);
        #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
        let enough = self.min_n.map(|least| Checked {
            gate: Limit::MinN,
            limit: least as f64,
            found: Some(breached.n as f64),
            n: breached.n,
            passed: breached.n >= least,
        });
        [
            at_most(Limit::MaxAsr, self.max_asr, breached.share(), *breached),
            at_most(Limit::MaxAsrUpper, self.max_asr_upper, upper, *breached),
            at_most(Limit::MaxFalseBlock, self.max_false_block, denied.share(), *denied),
            enough,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Checked {
    /// How a command ends by it.
    pub(super) fn exit(&self) -> Exit {
        match (self.passed, self.gate, self.found) {
            (true, ..) => Exit::Good,
            // Too few rounds say nothing, good or bad.
            (false, Limit::MinN, _) | (false, _, None) => Exit::Infrastructure,
            (false, Limit::MaxAsr | Limit::MaxAsrUpper | Limit::MaxFalseBlock, Some(_)) => Exit::Gate,
        }
    }

    /// Whether it says how many breaches are too many. Who says so does not want every one of them to fail.
    pub(super) fn limits_breaches(&self) -> bool {
        match self.gate {
            Limit::MaxAsr | Limit::MaxAsrUpper => true,
            Limit::MaxFalseBlock | Limit::MinN => false,
        }
    }

    /// A line for people.
    pub(super) fn line(&self) -> String {
        let Self { gate, limit, found, n, passed } = self;
        let word = if *passed { "holds" } else { "FAILED" };
        let (limit, found) = match (gate, found) {
            (Limit::MinN, _) => (limit.to_string(), format!("{n} attack rounds decided")),
            (_, None) => (as_said(*limit), "no round could be decided".to_owned()),
            (Limit::MaxAsrUpper, Some(found)) => (as_said(*limit), format!("found up to {} of {n}", exactly(*found))),
            (Limit::MaxAsr | Limit::MaxFalseBlock, Some(found)) => {
                (as_said(*limit), format!("found {} of {n}", exactly(*found)))
            }
        };
        format!("gate {} {limit} {word}: {found}", gate.flag())
    }
}

/// A limit with the digits that somebody gave it: one of 2.5 % is not "2 %".
fn as_said(limit: f64) -> String {
    format!("{} %", (limit * 1e8).round() / 1e6)
}

fn exactly(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
