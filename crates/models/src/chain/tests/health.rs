//! The health of a target: what opens its breaker, what cools it, and what is too old to count.

use arena_core::attempt::Class;
use tokio::time::{Duration, Instant};

use crate::chain::Standing;
use crate::chain::backoff::Jitter;
use crate::chain::health::{Health, Outcome};

/// What happens to a target, in order. Attempts are named by the order in which they began.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Begins,
    Answers(u64),
    Fails(u64),
    /// A limit of so many seconds, if it says.
    Limits(u64, Option<u64>),
    GivesUp(u64),
    /// So many seconds pass.
    Passes(u64),
}

use Happens::{Answers, Begins, Fails, GivesUp, Limits, Passes};

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The standing in the end, its times in seconds from then.
fn standing(happenings: &[Happens]) -> String {
    let mut health = Health::new();
    let mut now = Instant::now();
    // The jitter that takes nothing off.
    let jitter = (0..10_000).map(|seed| Jitter::drawn(seed, 1)).find(|jitter| jitter.of(s(1)) == s(1)).unwrap();
    for happens in happenings {
        match happens {
            Begins => assert!(health.begin(false, now).is_some(), "{happenings:?}"),
            Answers(number) => health.end(*number, Outcome::Answered { empty_for: None }, now),
            Fails(number) => health.end(*number, Outcome::Failed, now),
            Limits(number, wait) => {
                health.end(*number, Outcome::Limited { wait: wait.map(s), is_daily: false, jitter }, now);
            }
            GivesUp(number) => health.give_up(*number),
            Passes(seconds) => now += s(*seconds),
        }
    }
    match health.standing(now) {
        Standing::Cooling { until } => format!("cooling {}", (until - now).as_secs()),
        Standing::Broken { until } => format!("broken {}", (until - now).as_secs()),
        standing => format!("{standing:?}"),
    }
}

/// Attempts that follow each other: `x` fails, `o` answers, `p` passes half a minute.
fn one_by_one(word: &str) -> Vec<Happens> {
    let mut number = 0..;
    let happenings = word.chars().flat_map(|c| match c {
        'x' => vec![Begins, Fails(number.next().unwrap())],
        'o' => vec![Begins, Answers(number.next().unwrap())],
        _ => vec![Passes(30)],
    });
    happenings.collect()
}

#[test]
fn three_failures_in_a_row_or_most_of_a_minute_s_open_the_breaker() {
    for (word, expected) in [
        ("xx", "Ready"),
        ("xxx", "broken 30"),
        ("xxoxx", "broken 30"),
        ("xoxo", "Ready"),
        ("oxxox", "broken 30"),
        ("oxox", "Ready"),
        ("oxoxoxox", "Ready"),
        ("xxoox", "broken 30"),
        // What is older than a minute does not count.
        ("xxopppoxox", "Ready"),
        ("xxxp", "HalfOpen"),
        ("xxxpx", "broken 60"),
        ("xxxpxppxppppxppppppppx", "broken 300"),
        ("xxxpo", "Ready"),
        ("xxxpoxx", "Ready"),
    ] {
        assert_eq!(standing(&one_by_one(word)), expected, "{word}");
    }
}

#[test]
fn what_began_before_is_not_held_against_a_target_after() {
    for (case, happenings, expected) in [
        (
            "three that hung since before the last success",
            vec![Begins, Begins, Begins, Begins, Answers(3), Fails(0), Fails(1), Fails(2)],
            // Three of four in a minute are too few for a rate.
            "Ready",
        ),
        ("three that failed together", vec![Begins, Begins, Begins, Fails(0), Fails(1), Fails(2)], "broken 30"),
        (
            "one that began before the breaker opened answers while it is open",
            vec![Begins, Begins, Begins, Begins, Fails(0), Fails(1), Fails(2), Answers(3)],
            "broken 30",
        ),
        (
            "one that began before the breaker opened fails while it is probed",
            vec![Begins, Begins, Begins, Begins, Fails(0), Fails(1), Fails(2), Passes(30), Begins, Fails(3)],
            "Probing",
        ),
        (
            "those that began before the breaker opened fail when it is closed again",
            [
                vec![Begins; 8],
                vec![Fails(0), Fails(1), Fails(2), Passes(30), Begins, Answers(8)],
                vec![Fails(3), Fails(4), Fails(5), Fails(6), Fails(7)],
            ]
            .concat(),
            "Ready",
        ),
        (
            "a probe that is given up makes room for another",
            vec![Begins, Begins, Begins, Fails(0), Fails(1), Fails(2), Passes(30), Begins, GivesUp(3)],
            "HalfOpen",
        ),
        (
            "an answer to a question from before the limit does not lift it",
            vec![Begins, Begins, Limits(0, Some(9)), Answers(1)],
            "cooling 9",
        ),
    ] {
        assert_eq!(standing(&happenings), expected, "{case}");
    }
}

#[test]
fn limits_that_follow_each_other_cool_for_longer() {
    let limits = |n_limits: u64| (0..n_limits).flat_map(|n| vec![Begins, Limits(n, None), Passes(60)]);
    for (n_limits, expected) in [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (9, 60)] {
        let happenings: Vec<_> = limits(n_limits).chain([Begins, Limits(n_limits, None)]).collect();
        assert_eq!(standing(&happenings), format!("cooling {expected}"), "after {n_limits}");
    }
    for (case, happenings, expected) in [
        ("an answer between", vec![Begins, Limits(0, None), Passes(5), Begins, Answers(1), Begins, Limits(2, None)], 5),
        ("questions that ran into it together", vec![Begins, Begins, Limits(0, None), Limits(1, None)], 5),
        ("the longer of two words", vec![Begins, Begins, Limits(0, Some(30)), Limits(1, Some(20))], 30),
        ("no limit but a daily one is for longer than an hour", vec![Begins, Limits(0, Some(1_000_000))], 3600),
    ] {
        assert_eq!(standing(&happenings), format!("cooling {expected}"), "{case}");
    }
}

#[test]
fn who_insists_is_let_through_but_to_a_target_that_is_out_or_probed() {
    let now = Instant::now();
    let mut health = Health::new();
    for number in 0..3 {
        health.begin(false, now).unwrap();
        health.end(number, Outcome::Failed, now);
    }
    assert_eq!(health.begin(false, now), None);
    assert_eq!(health.begin(true, now), Some(3), "it is the probe");
    assert_eq!(health.begin(true, now), None, "there is one already");
    health.end(3, Outcome::Out { class: Class::Auth, message: "no".to_owned() }, now);
    assert_eq!(health.begin(true, now), None);
    assert_eq!(health.standing(now), Standing::Out { class: Class::Auth, message: "no".to_owned() });
}
