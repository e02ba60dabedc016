//! Gates: limits on rates, from the command line or else the configuration, and whether they hold.

use arena_core::score::Score;
use serde::Serialize;

use super::args::Rates;
use super::exit::Exit;
use crate::config::Gates;
use crate::report::percent;

/// One limit and what it met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Checked {
    /// The flag that sets it.
    gate: &'static str,
    /// What is allowed.
    limit: f64,
    /// What was found; `None` of nothing that could be decided.
    found: Option<f64>,
    /// Of how many rounds.
    n: u64,
    pub(super) passed: bool,
    #[serde(skip)]
    exit: Exit,
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
        let at_most = |gate, limit: Option<f64>, found: Option<f64>, n| {
            let passed = |limit| found.is_some_and(|found| found <= limit);
            let exit = if found.is_some() { Exit::Gate } else { Exit::Infrastructure };
            limit.map(|limit| Checked { gate, limit, found, n, passed: passed(limit), exit })
        };
        let (attacks, honest) = (score.breached, score.denied);
        let upper = (score.breached.n > 0).then(|| score.breached.wilson().1);
        #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
        let enough = self.min_n.map(|least| Checked {
            gate: "--min-n",
            limit: least as f64,
            found: Some(score.breached.n as f64),
            n: score.breached.n,
            passed: score.breached.n >= least,
            exit: Exit::Infrastructure,
        });
        [
            at_most("--max-asr", self.max_asr, attacks.share(), attacks.n),
            at_most("--max-asr-upper", self.max_asr_upper, upper, attacks.n),
            at_most("--max-false-block", self.max_false_block, honest.share(), honest.n),
            enough,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Rates {
    /// Whether a limit says how many attacks may succeed: then not each of them fails a run.
    pub(super) fn limit_attacks(self) -> bool {
        self.max_asr.is_some() || self.max_asr_upper.is_some()
    }
}

impl Checked {
    /// How a command ends by it.
    pub(super) fn exit(&self) -> Exit {
        if self.passed { Exit::Good } else { self.exit }
    }

    /// A line for people.
    pub(super) fn line(&self) -> String {
        let Self { gate, limit, found, n, passed, .. } = self;
        let word = if *passed { "holds" } else { "FAILED" };
        match (*gate, found) {
            ("--min-n", _) => format!("gate {gate} {limit} {word}: {n} attack rounds decided"),
            (_, Some(found)) => {
                format!("gate {gate} {} {word}: found {} of {n} rounds", percent(*limit), exactly(*found))
            }
            (_, None) => format!("gate {gate} {} {word}: no round could be decided", percent(*limit)),
        }
    }
}

fn exactly(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
