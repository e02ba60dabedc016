//! The command that plays a match again.

use arena_core::budget::Budget;
use arena_core::id::Seat;
use arena_core::spec::Spec;

use crate::catalog;

/// The command that plays the match of `spec` again, as it stands in a shell. `scenario_file` is where the scenario is, if
/// that is known. Of what is neither built in nor known, the place is a guess: the name in this folder.
pub(super) fn command(spec: &Spec, scenario_file: Option<&str>) -> String {
    let mut words = vec!["arena".to_owned(), "play".to_owned()];
    let mut say = |words_of_one: &[&str]| words.extend(words_of_one.iter().map(|word| quoted(word)));
    let name = spec.scenario.name.as_str();
    match scenario_file {
        Some(file) => say(&[file]),
        None if catalog::scenario_names().iter().any(|built_in| built_in == name) => say(&[name]),
        None => say(&[&format!("./{name}")]),
    }
    say(&["--seed", spec.seed.as_str()]);
    match spec.n_rounds {
        Some(n_rounds) => say(&["--rounds", &n_rounds.to_string()]),
        None => say(&["--mode", "continuous"]),
    }
    let built_in = catalog::agent_names();
    for seat in Seat::ALL {
        let flag = format!("--{seat}");
        match spec.contestant(seat) {
            None => say(&[&flag, "none"]),
            Some(contestant) => {
                let name = contestant.agent.name.to_string();
                let place = if built_in.contains(&name) { name } else { format!("./{name}.toml") };
                say(&[&flag, &place, "--model", &format!("{seat}={}", contestant.model)]);
            }
        }
    }
    if spec.delay_ms > 0 {
        say(&["--delay", &decimal(spec.delay_ms, 3)]);
    }
    let (asked, usual) = (spec.budgets.whole, spec.scenario.budgets.whole);
    let limit = |of: fn(&Budget) -> Option<u64>| of(&asked).filter(|_| of(&asked) != of(&usual));
    for (flag, value) in [
        ("--max-calls", limit(|budget| budget.calls).map(|n| n.to_string())),
        ("--max-tokens", limit(|budget| budget.tokens).map(|n| n.to_string())),
        ("--max-cost", limit(|budget| budget.cost_microusd).map(|n| decimal(n, 6))),
        ("--max-seconds", limit(|budget| budget.seconds).map(|n| n.to_string())),
    ] {
        if let Some(value) = value {
            say(&[flag, &value]);
        }
    }
    words.join(" ")
}

/// `number` of which the last `digits` stand behind the point.
fn decimal(number: u64, digits: u32) -> String {
    let unit = 10_u64.pow(digits);
    let text = format!("{}.{:0width$}", number / unit, number % unit, width = digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_each_word_as_it_was() {
        for (word, expected) in [
            ("target=openai:org/model-1", "target=openai:org/model-1"),
            ("x:$(id)", "'x:$(id)'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expected);
        }
        for (number, digits, expected) in [(1500, 3, "1.5"), (250, 3, "0.25"), (2_000_000, 6, "2"), (1, 6, "0.000001")]
        {
            assert_eq!(decimal(number, digits), expected);
        }
    }
}
