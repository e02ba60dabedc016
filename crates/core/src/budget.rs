//! What a match, or one seat of it, may use.

use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::id::Seat;
use crate::message::{Reply, Usage};

/// Limits of a match and of its seats. What is not set is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// Of the whole match.
    #[serde(default, rename = "match", skip_serializing_if = "Budget::is_unlimited")]
    pub whole: Budget,
    /// Of the Red seat.
    #[serde(default, skip_serializing_if = "Budget::is_unlimited")]
    pub red: Budget,
    /// Of the Blue seat.
    #[serde(default, skip_serializing_if = "Budget::is_unlimited")]
    pub blue: Budget,
    /// Of the Target seat.
    #[serde(default, skip_serializing_if = "Budget::is_unlimited")]
    pub target: Budget,
}

/// Limits of one purse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Model calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// Tokens, read and written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Cost, in millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_microusd: Option<u64>,
    /// Time: from the start of the match, or for a seat the time its models took. Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

/// What was used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Model calls answered.
    pub calls: u64,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Cost, in billionths of a US dollar, of the calls whose price is known.
    pub priced_nanousd: u64,
    /// Calls, failed ones that used tokens among them, whose cost is not known.
    pub unpriced_calls: u64,
    /// Time the models took, milliseconds.
    pub model_ms: u64,
}

/// What a model costs. One US dollar a million tokens is 1,000,000 trillionths of a dollar a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Trillionths of a US dollar for a token read.
    pub input_picousd: u64,
    /// Trillionths of a US dollar for a token that the provider had read before.
    pub cached_picousd: u64,
    /// Trillionths of a US dollar for a token written.
    pub output_picousd: u64,
}

/// A limit that is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhausted {
    /// Whose; `None` is the match's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<Seat>,
    /// What ran out: `calls`, `tokens`, `cost` or `time`.
    pub what: String,
}

impl Budgets {
    /// The purse of a seat.
    pub fn of(&self, seat: Seat) -> &Budget {
        match seat {
            Seat::Red => &self.red,
            Seat::Blue => &self.blue,
            Seat::Target => &self.target,
            // Judges have no purse of their own.
            Seat::Judge => &self.whole,
        }
    }

    /// These limits where they are set, `defaults` where they are not.
    pub fn or(self, defaults: Self) -> Self {
        Self {
            whole: self.whole.or(defaults.whole),
            red: self.red.or(defaults.red),
            blue: self.blue.or(defaults.blue),
            target: self.target.or(defaults.target),
        }
    }

    /// Whether some purse limits the cost.
    pub fn limits_cost(&self) -> bool {
        [self.whole, self.red, self.blue, self.target].iter().any(|budget| budget.cost_microusd.is_some())
    }
}

impl Budget {
    /// What of this purse is used up, if anything.
    pub fn exhausted_by(&self, spent: &Spent, elapsed_ms: u64) -> Option<&'static str> {
        let reached = |limit: Option<u64>, used: u64| limit.is_some_and(|limit| used >= limit);
        if reached(self.calls, spent.calls) {
            Some("calls")
        } else if reached(self.tokens, spent.tokens()) {
            Some("tokens")
        } else if reached(self.cost_microusd.map(|limit| limit.saturating_mul(1000)), spent.priced_nanousd)
            // A cost that is not known may be any: the limit can no longer be kept.
            || self.cost_microusd.is_some() && spent.unpriced_calls > 0
        {
            Some("cost")
        } else if reached(self.seconds.map(|limit| limit.saturating_mul(1000)), elapsed_ms) {
            Some("time")
        } else {
            None
        }
    }

    fn or(self, defaults: Self) -> Self {
        Self {
            calls: self.calls.or(defaults.calls),
            tokens: self.tokens.or(defaults.tokens),
            cost_microusd: self.cost_microusd.or(defaults.cost_microusd),
            seconds: self.seconds.or(defaults.seconds),
        }
    }

    fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}

impl Spent {
    /// Tokens read and written.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Adds one answer with the attempts before it. `price` is the seat's own word on what its model costs; without it,
    /// what the reply says counts.
    pub fn add(&mut self, reply: &Reply, price: Option<Price>) {
        self.add_attempts(&reply.attempts, price);
        self.calls += 1;
        self.model_ms = self.model_ms.saturating_add(reply.waited_ms).saturating_add(reply.elapsed_ms);
        if !reply.cached {
            let cost_nanousd = price.map(|price| price.of(reply.usage)).or(reply.cost_nanousd);
            self.add_usage(reply.usage, cost_nanousd);
        }
    }

    /// Adds attempts that brought no answer: they took time, and some of them tokens, at the seat's `price` if it has one.
    pub fn add_attempts(&mut self, attempts: &[Attempt], price: Option<Price>) {
        for attempt in attempts {
            self.model_ms = self.model_ms.saturating_add(attempt.waited_ms).saturating_add(attempt.elapsed_ms);
            if let Some(usage) = attempt.usage {
                self.add_usage(usage, price.map(|price| price.of(usage)).or(attempt.cost_nanousd));
            }
        }
    }

    fn add_usage(&mut self, usage: Usage, cost_nanousd: Option<u64>) {
        self.input_tokens = self.input_tokens.saturating_add(usage.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(usage.output_tokens);
        match cost_nanousd {
            Some(cost_nanousd) => self.priced_nanousd = self.priced_nanousd.saturating_add(cost_nanousd),
            None => self.unpriced_calls += 1,
        }
    }

    /// What was used since it was `before`.
    pub fn minus(&self, before: &Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(before.calls),
            input_tokens: self.input_tokens.saturating_sub(before.input_tokens),
            output_tokens: self.output_tokens.saturating_sub(before.output_tokens),
            priced_nanousd: self.priced_nanousd.saturating_sub(before.priced_nanousd),
            unpriced_calls: self.unpriced_calls.saturating_sub(before.unpriced_calls),
            model_ms: self.model_ms.saturating_sub(before.model_ms),
        }
    }

    /// What both used.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            priced_nanousd: self.priced_nanousd.saturating_add(other.priced_nanousd),
            unpriced_calls: self.unpriced_calls.saturating_add(other.unpriced_calls),
            model_ms: self.model_ms.saturating_add(other.model_ms),
        }
    }
}

impl Price {
    /// What the mock costs.
    pub const FREE: Self = Self { input_picousd: 0, cached_picousd: 0, output_picousd: 0 };

    /// The price of US dollars for a million tokens, as providers list it; `None` if one is below 0 or above a million.
    /// Without a price for tokens that were read before, they cost what others do.
    pub fn per_million(input_usd: f64, cached_usd: Option<f64>, output_usd: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 1e6")]
        let picousd = |usd: f64| (0.0..=1e6).contains(&usd).then(|| (usd * 1e6).round() as u64);
        Some(Self {
            input_picousd: picousd(input_usd)?,
            cached_picousd: picousd(cached_usd.unwrap_or(input_usd))?,
            output_picousd: picousd(output_usd)?,
        })
    }

    /// What these tokens cost, billionths of a US dollar, rounded up.
    pub fn of(self, usage: Usage) -> u64 {
        let cached = usage.cached_tokens.min(usage.input_tokens);
        let fresh = (usage.input_tokens - cached).saturating_mul(self.input_picousd);
        let again = cached.saturating_mul(self.cached_picousd);
        let written = usage.output_tokens.saturating_mul(self.output_picousd);
        fresh.saturating_add(again).saturating_add(written).div_ceil(1000)
    }
}

impl std::fmt::Display for Exhausted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.seat {
            None => write!(f, "the {} budget of the match is spent", self.what),
            Some(seat) => write!(f, "the {} budget of {seat} is spent", self.what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::Class;
    use crate::message::Finish;
    use crate::model::ModelSpec;

    fn usage(input_tokens: u64, cached_tokens: u64, output_tokens: u64) -> Usage {
        Usage { input_tokens, cached_tokens, output_tokens, estimated: false }
    }

    #[test]
    fn tokens_cost_what_the_list_says() {
        let price = Price::per_million(0.25, Some(0.025), 2.0).unwrap();
        for (usage, cost_nanousd) in [
            (usage(0, 0, 0), 0),
            (usage(1_000_000, 0, 0), 250_000_000),
            (usage(1_000_000, 400_000, 0), 160_000_000),
            (usage(0, 0, 1_000), 2_000_000),
            // Below a billionth of a dollar there is nothing but a billionth of a dollar.
            (usage(1, 1, 0), 25),
            (usage(10, 99, 0), 250),
        ] {
            assert_eq!(price.of(usage), cost_nanousd, "{usage:?}");
        }
        assert_eq!(Price::per_million(0.000_2, None, 0.0).unwrap().of(usage(1, 0, 0)), 1, "cheap is not free");
        assert_eq!((Price::per_million(-1.0, None, 0.0), Price::per_million(0.0, None, f64::NAN)), (None, None));
    }

    #[test]
    fn attempts_that_failed_are_paid_for_and_what_is_not_known_is_not_nothing() {
        let attempt = |usage, cost_nanousd| Attempt {
            model: ModelSpec::MOCK,
            class: Class::Truncated,
            message: String::new(),
            waited_ms: 3,
            elapsed_ms: 20,
            usage,
            cost_nanousd,
        };
        let plain = Reply {
            waited_ms: 5,
            elapsed_ms: 100,
            cost_nanousd: Some(70),
            ..Reply::new(ModelSpec::MOCK, "", vec![], Finish::Stop, usage(10, 0, 5))
        };
        let price = Price::per_million(1.0, None, 1.0);
        let spent = |calls, input_tokens, priced_nanousd, unpriced_calls, model_ms| Spent {
            calls,
            input_tokens,
            output_tokens: input_tokens / 2,
            priced_nanousd,
            unpriced_calls,
            model_ms,
        };
        for (name, reply, price, expected) in [
            ("the reply's own cost", plain.clone(), None, spent(1, 10, 70, 0, 105)),
            ("the seat's price before it", plain.clone(), price, spent(1, 10, 15_000, 0, 105)),
            ("unknown", Reply { cost_nanousd: None, ..plain.clone() }, None, spent(1, 10, 0, 1, 105)),
            ("from the cache", Reply { cached: true, ..plain.clone() }, None, spent(1, 0, 0, 0, 105)),
            (
                "attempts before it",
                Reply {
                    attempts: vec![
                        attempt(None, None),
                        attempt(Some(usage(10, 0, 5)), Some(30)),
                        attempt(Some(usage(10, 0, 5)), None),
                    ],
                    ..plain.clone()
                },
                None,
                spent(1, 30, 100, 1, 105 + 3 * 23),
            ),
            (
                "attempts at the seat's price, whatever they say",
                Reply {
                    attempts: vec![
                        attempt(None, None),
                        attempt(Some(usage(10, 0, 5)), Some(30)),
                        attempt(Some(usage(10, 0, 5)), None),
                    ],
                    ..plain
                },
                price,
                spent(1, 30, 45_000, 0, 105 + 3 * 23),
            ),
        ] {
            let mut sum = Spent::default();
            sum.add(&reply, price);
            assert_eq!(sum, expected, "{name}");
        }
    }

    #[test]
    fn a_cost_that_is_not_known_ends_what_limits_it() {
        let spent = Spent { unpriced_calls: 1, ..Spent::default() };
        let limited = Budget { cost_microusd: Some(1_000_000), ..Budget::default() };
        assert_eq!(limited.exhausted_by(&spent, 0), Some("cost"));
        assert_eq!(limited.exhausted_by(&Spent::default(), 0), None);
        assert_eq!(Budget::default().exhausted_by(&spent, 0), None);
    }
}
