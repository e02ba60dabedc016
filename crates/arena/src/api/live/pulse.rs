//! Whether a client is still there: it is asked after a silence of its own, however much it is told meanwhile, and given up after
//! a longer one. Pure.

use std::time::Duration;

use tokio::time::Instant;

/// Of silence from the client, then it is asked whether it is there.
const ASK_AFTER: Duration = Duration::from_secs(20);

/// Of silence from the client, then it is gone.
const GONE_AFTER: Duration = Duration::from_secs(45);

/// When a client was heard last, and asked last.
#[derive(Debug)]
pub(super) struct Pulse {
    heard_at: Instant,
    asked_at: Instant,
}

/// What is to be done when a moment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Ask it.
    Ask,
    /// Give it up.
    GiveUp,
}

impl Pulse {
    /// A client that came now.
    pub(super) fn new(now: Instant) -> Self {
        Self { heard_at: now, asked_at: now }
    }

    /// It said something.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard_at = now;
    }

    /// It was asked.
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked_at = now;
    }

    /// What is due next, and when.
    pub(super) fn next(&self) -> (Instant, Due) {
        let ask = self.heard_at.max(self.asked_at) + ASK_AFTER;
        let give_up = self.heard_at + GONE_AFTER;
        if ask < give_up { (ask, Due::Ask) } else { (give_up, Due::GiveUp) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_stays_and_who_does_not_is_given_up() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut pulse = Pulse::new(begun);
        assert_eq!(pulse.next(), (at(20), Due::Ask));
        pulse.asked(at(20));
        assert_eq!(pulse.next(), (at(40), Due::Ask));
        pulse.asked(at(40));
        assert_eq!(pulse.next(), (at(45), Due::GiveUp));
        pulse.heard(at(41));
        assert_eq!(pulse.next(), (at(61), Due::Ask));
        pulse.heard(at(50));
        assert_eq!(pulse.next(), (at(70), Due::Ask), "who speaks by itself is asked later");
    }
}
