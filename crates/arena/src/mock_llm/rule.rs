//! When a fault happens: in a share of the requests, in the first ones, in every Nth, or always.

use std::str::FromStr;

use arena_core::seed::Seed;

use super::dice::Dice;
use super::fault::Fault;

/// A fault and when it happens: `KIND[:PARAMETER][@WHEN]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    fault: Fault,
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Always,
    /// In this share, from 0 to 1.
    Share(f64),
    /// In requests 1 to this.
    First(u64),
    /// In requests with a number that this divides.
    Every(u64),
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (fault, when) = match text.rsplit_once('@') {
            None => (text, When::Always),
            Some((fault, when)) => (fault, parse_when(when)?),
        };
        Ok(Self { fault: Fault::parse(fault)?, when })
    }
}

fn parse_when(text: &str) -> Result<When, String> {
    let number = |text: &str| text.parse().ok().filter(|n| *n > 0);
    let when = match (text.strip_prefix("first-"), text.strip_prefix("every-")) {
        (Some(n), _) => number(n).map(When::First),
        (_, Some(n)) => number(n).map(When::Every),
        (None, None) => text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(When::Share),
    };
    when.ok_or_else(|| {
        "after @ write a share from 0 to 1, first-N or every-N: 429@0.2, 500@first-3, reset@every-10".to_owned()
    })
}

/// The fault of request `number`, which counts from 1: that of the first rule which applies.
pub(super) fn drawn<'a>(rules: &'a [Rule], seed: &Seed, number: u64) -> Option<&'a Fault> {
    let applies = |(place, rule): &(usize, &Rule)| match rule.when {
        When::Always => true,
        When::Share(share) => Dice::new(seed, "fault", &[&number.to_string(), &place.to_string()]).happens(share),
        When::First(n) => number <= n,
        When::Every(n) => number.is_multiple_of(n),
    };
    rules.iter().enumerate().find(applies).map(|(_, rule)| &rule.fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_what_and_when() {
        let seed: Seed = "1".parse().unwrap();
        let rules: Vec<Rule> =
            ["429:ms=250@first-2", "reset@every-5", "500@0.25"].map(|rule| rule.parse().unwrap()).into();
        let names: Vec<_> = (1..=10).map(|n| drawn(&rules, &seed, n).map_or("", |fault| fault.name)).collect();
        assert_eq!(names[..2], ["429", "429"]);
        assert_eq!((names[4], names[9]), ("reset", "reset"));
        let n = (1..=4_000).filter(|n| drawn(&rules, &seed, *n).is_some_and(|fault| fault.name == "500")).count();
        assert!((600..1_000).contains(&n), "a quarter of four fifths of 4000: {n}");
        let again: Vec<_> = (1..=10).map(|n| drawn(&rules, &seed, n).map_or("", |fault| fault.name)).collect();
        assert_eq!(names, again);
    }

    #[test]
    fn what_makes_no_sense_is_answered_with_what_would() {
        for (text, expected) in [
            ("stal", "there is no fault \"stal\", did you mean \"stall\"?; arena mock-llm --help has them all"),
            ("500:7", "the fault 500 takes no parameter"),
            ("500@2", "after @ write a share"),
            ("500@first-0", "after @ write a share"),
            ("500@", "after @ write a share"),
            ("429:sometime", "a wait is told as one of: vendor, none,"),
            ("429:seconds=soon", "write a wait such as 7s, 1.5s or 250ms"),
            ("drip:fast", "write milliseconds between 0 and 86400000"),
            ("huge-line:0", "write a number of bytes between 1 and"),
            ("redirect:here", "\"here\" is no URL to go to"),
            ("unsupported:seed", "unsupported takes temperature or max_tokens"),
        ] {
            let error = text.parse::<Rule>().unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
