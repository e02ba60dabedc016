//! Whom a lap picks, by the standings of its targets and the time that is left.

use arena_core::attempt::Class;
use tokio::time::{Duration, Instant};

use crate::chain::Standing;
use crate::chain::lap::{Lap, Pick};

/// The standings by a letter each: `r`eady, `h`alf-open, `p`robing, `o`ut, or the seconds for which it is cooling.
fn standings(word: &str, now: Instant) -> Vec<Standing> {
    let standing = |c| match c {
        'r' => Standing::Ready,
        'h' => Standing::HalfOpen,
        'p' => Standing::Probing,
        'o' => Standing::Out { class: Class::Auth, message: String::new() },
        digit => Standing::Cooling { until: now + Duration::from_secs(u64::from(digit.to_digit(10).unwrap())) },
    };
    word.chars().map(standing).collect()
}

/// What was done with the first target before.
#[derive(Clone, Copy, Debug)]
enum First {
    Unasked,
    Left,
    /// Asked, and to be asked again after so many seconds, before all others or after them.
    Stays(u64, bool),
}

use First::{Left, Stays, Unasked};

#[test]
fn the_first_that_is_ready_is_asked_and_else_the_first_that_will_be() {
    let now = Instant::now();
    let s = Duration::from_secs;
    let waits = |seconds| Pick::Wait(now + s(seconds));
    for (word, first, left, expected) in [
        ("rr", Unasked, 9, Pick::Ask(0)),
        ("5h", Unasked, 9, Pick::Ask(1)),
        ("po", Unasked, 9, waits(8)),
        ("53", Unasked, 9, waits(3)),
        ("5p", Unasked, 9, waits(5)),
        ("3o", Unasked, 9, waits(3)),
        // Not in time: the one that would be the first, or the probed one as long as there is hope.
        ("97", Unasked, 5, Pick::Insist(1)),
        ("9p", Unasked, 5, waits(4)),
        ("9p", Unasked, 1, Pick::Insist(0)),
        ("oo", Unasked, 9, Pick::End),
        ("pp", Unasked, 1, Pick::End),
        // There is hardly any time, or none, but nobody was asked yet.
        ("rr", Unasked, 0, Pick::Ask(0)),
        ("rr", Left, 0, Pick::End),
        ("rr", Left, 1, Pick::Ask(1)),
        ("r9", Left, 5, Pick::End),
        ("r9", Left, 10, waits(9)),
        // The first may be asked again.
        ("rr", Stays(2, true), 9, waits(2)),
        ("rr", Stays(0, true), 9, Pick::Ask(0)),
        ("rr", Stays(2, true), 2, Pick::Ask(1)),
        ("5r", Stays(2, true), 9, Pick::Ask(1)),
        ("59", Stays(2, true), 9, waits(5)),
        ("rr", Stays(0, false), 9, Pick::Ask(1)),
        ("r5", Stays(0, false), 9, Pick::Ask(0)),
        ("r5", Stays(7, false), 9, waits(5)),
        ("r9", Stays(7, false), 9, waits(7)),
        ("ro", Stays(9, false), 9, Pick::End),
        ("or", Stays(0, true), 9, Pick::Ask(1)),
    ] {
        let mut lap = Lap::new(2, now + s(left));
        match first {
            Unasked => {}
            Left => lap.asks(0),
            Stays(seconds, is_first_choice) => {
                lap.asks(0);
                lap.stays(0, now + s(seconds), is_first_choice);
            }
        }
        assert_eq!(lap.pick(&standings(word, now), now), expected, "{word} {first:?} {left}");
    }
}

#[test]
fn time_is_shared_among_those_that_may_still_be_asked_in_it() {
    let now = Instant::now();
    for (word, left, expected) in [
        ("rrr", 9, 3),
        ("r8p", 9, 3),
        ("ro9", 9, 9),
        ("r", 9, 9),
        // A share that is too small to be of use is no share.
        ("rrrr", 2, 1),
        ("rr", 0, 0),
    ] {
        let standings = standings(word, now);
        let lap = Lap::new(standings.len(), now + Duration::from_secs(left));
        assert_eq!(lap.share(0, &standings, now), Duration::from_secs(expected), "{word} {left}");
    }
}
