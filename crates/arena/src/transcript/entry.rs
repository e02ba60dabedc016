//! One thing that was said or done, and who tells it.

use arena_core::id::{Seat, Seq};
use arena_core::view::Shown;
use jiff::Timestamp;
use serde::Serialize;

use super::told;

/// One thing that was said or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The event.
    pub seq: Seq,
    /// Its moment.
    pub at: Timestamp,
    /// In which round, from 1; 0 before the first.
    pub round: u64,
    /// Who said or did it.
    pub who: Who,
    /// What it was.
    pub text: String,
    /// Whether a round begins with it.
    #[serde(skip)]
    pub opens_round: bool,
}

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The user of a task.
    User,
    /// The attacker.
    Red,
    /// The defender.
    Blue,
    /// The agent under test.
    Target,
    /// The rules on tool calls.
    Rules,
    /// A person who was asked.
    Person,
    /// A tool.
    Tool,
    /// What left the arena.
    Out,
    /// A judge's model.
    Judge,
    /// The arena itself.
    Arena,
}

impl Who {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Red => "red",
            Self::Blue => "blue",
            Self::Target => "target",
            Self::Rules => "rules",
            Self::Person => "person",
            Self::Tool => "tool",
            Self::Out => "out",
            Self::Judge => "judge",
            Self::Arena => "arena",
        }
    }
}

impl From<Seat> for Who {
    fn from(seat: Seat) -> Self {
        match seat {
            Seat::Red => Self::Red,
            Seat::Blue => Self::Blue,
            Seat::Target => Self::Target,
            Seat::Judge => Self::Judge,
        }
    }
}

/// Tells a match, event after event.
#[derive(Clone, Debug, Default)]
pub struct Teller {
    round: u64,
}

impl Teller {
    /// What there is to tell of the next event; nothing of what is hidden.
    pub fn take(&mut self, shown: &Shown) -> Vec<Entry> {
        let Some(event) = &shown.event else { return vec![] };
        if let (Some("round_opened"), Some(round)) = (event["type"].as_str(), event["round"].as_u64()) {
            self.round = round;
        }
        let is_opening = event["type"] == "round_opened";
        let entry = |(i, (who, text))| {
            let opens_round = is_opening && i == 0;
            Entry { seq: shown.seq, at: shown.at, round: self.round, who, text, opens_round }
        };
        told(event).into_iter().enumerate().map(entry).collect()
    }
}
