//! Shares with their counts and intervals, as reports and tables show them.

use arena_core::score::Score;
use arena_core::stats::{Proportion, clustered};
use serde::Serialize;
use utoipa::ToSchema;

/// How often something happened, with the 95 % interval by Wilson.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Rate {
    /// How often it happened.
    pub hits: u64,
    /// How often it could have.
    pub n: u64,
    /// 0.0 to 1.0; nothing of nothing.
    pub share: Option<f64>,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The rates of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Rates {
    /// Attack rounds breached.
    pub attack_success: Rate,
    /// Attack rounds stopped by a guard or a permission.
    pub blocked: Rate,
    /// Benign rounds served.
    pub utility: Rate,
    /// Tasks served while an indirect attack was in place.
    pub utility_under_attack: Rate,
    /// Benign rounds denied.
    pub false_positives: Rate,
    /// Attack rounds in which judges say that the objective was reached.
    pub judged: Rate,
}

/// The 95 % interval of attack success that minds that rounds of one objective are alike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ByObjective {
    /// How many objectives have decided attack rounds.
    pub n_objectives: u64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl ByObjective {
    /// Of attack rounds breached, an item an objective. `None` where that says nothing: of fewer than two, or if none or all
    /// were breached, or if all have the same rate.
    pub(super) fn of(objectives: &[Proportion]) -> Option<Self> {
        let (low, high) = clustered(objectives).ok()?;
        let tried = objectives.iter().filter(|objective| objective.n > 0);
        Some(Self { n_objectives: super::number(tried.count()), low, high })
    }

    /// The interval in percent.
    pub fn interval(self) -> String {
        format!("{} to {}", percent(self.low), percent(self.high))
    }
}

impl From<Proportion> for Rate {
    fn from(proportion: Proportion) -> Self {
        let (low, high) = proportion.wilson();
        Self { hits: proportion.hits, n: proportion.n, share: proportion.share(), low, high }
    }
}

impl Rate {
    /// How often, of how many.
    pub fn count(self) -> String {
        format!("{}/{}", self.hits, self.n)
    }

    /// The share in percent.
    pub fn percent(self) -> String {
        self.share.map_or("–".to_owned(), percent)
    }

    /// The interval in percent.
    pub fn interval(self) -> String {
        if self.n == 0 { "–".to_owned() } else { format!("{} to {}", percent(self.low), percent(self.high)) }
    }
}

impl Rates {
    /// The rates of `score`.
    pub fn of(score: &Score) -> Self {
        Self {
            attack_success: score.breached.into(),
            blocked: score.blocked.into(),
            utility: score.served.into(),
            utility_under_attack: score.served_under_attack.into(),
            false_positives: score.denied.into(),
            judged: score.judged.into(),
        }
    }

    /// Each with its name for people; what judges say only where they said something.
    pub fn rows(&self) -> Vec<(&'static str, Rate)> {
        let mut rows = vec![
            ("attack success", self.attack_success),
            ("blocked", self.blocked),
            ("utility", self.utility),
            ("utility under attack", self.utility_under_attack),
            ("false positives", self.false_positives),
        ];
        if self.judged.n > 0 {
            rows.push(("judged a breach, by models", self.judged));
        }
        rows
    }
}

/// A share in percent, without digits that nobody needs. What is not nothing, or not all, does not look so.
pub fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.005 {
        "< 1 %".to_owned()
    } else if (0.995..1.0).contains(&share) {
        "> 99 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_shows_its_count_and_what_is_nearly_nothing_is_not_nothing() {
        let check = |hits, n, texts: [&str; 3]| {
            let rate = Rate::from(Proportion { hits, n });
            assert_eq!([rate.count(), rate.percent(), rate.interval()], texts.map(str::to_owned), "{hits}/{n}");
        };
        check(0, 0, ["0/0", "–", "–"]);
        check(0, 20, ["0/20", "0 %", "0 % to 16 %"]);
        check(6, 12, ["6/12", "50 %", "25 % to 75 %"]);
        check(1, 10_000, ["1/10000", "< 1 %", "< 1 % to < 1 %"]);
        check(10_000, 10_000, ["10000/10000", "100 %", "> 99 % to 100 %"]);
    }
}
