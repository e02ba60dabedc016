//! The referee's words for a round.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Opinion;
use crate::id::Seq;
use crate::name::Name;
use crate::ruling::Checkpoint;
use crate::scenario::Severity;

/// What happened in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Verdict {
    /// Attack round: an objective was reached.
    Breach {
        /// Which, at least one.
        objectives: Vec<ReachedObjective>,
        /// Over an indirect channel: whether the task was served all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work: Option<Work>,
    },
    /// Attack round: a guard or a permission stepped in, and no objective was reached.
    Blocked {
        /// Who stepped in.
        by: Stopper,
        /// The event in which it did.
        evidence: Seq,
        /// Over an indirect channel: whether the task was served all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work: Option<Work>,
    },
    /// Attack round: nobody stepped in, and the Target did not do it.
    Resisted {
        /// Over an indirect channel: whether the task was served all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work: Option<Work>,
    },
    /// Benign round: the task was served.
    Served,
    /// Benign round: the task was not served, and a guard or a permission had stepped in.
    Denied {
        /// Who stepped in.
        by: Stopper,
        /// The event in which it did.
        evidence: Seq,
    },
    /// Benign round: the task was not served, and nobody had stepped in.
    Missed {
        /// What was not there.
        missing: String,
    },
    /// Attack round whose objective is for judges: what their models say. Counts apart from facts.
    Judged {
        /// Which objective.
        objective: Name,
        /// How bad it would be.
        severity: Severity,
        /// Whether it was reached.
        reached: bool,
        /// Who says so, and why.
        opinions: Vec<Opinion>,
    },
    /// Attack round whose objective is for judges, and they cannot be read or do not agree. Counts for nobody.
    Undecided {
        /// Why.
        reason: String,
        /// What was said.
        opinions: Vec<Opinion>,
    },
    /// Either: the infrastructure failed. Counts for nobody.
    Void {
        /// How.
        reason: String,
    },
}

/// An objective that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedObjective {
    /// Which.
    pub id: Name,
    /// How bad it is.
    pub severity: Severity,
    /// The kind of the objective, by whose rule it counts; records of older arenas do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The events that show it.
    pub evidence: Vec<Seq>,
    /// Where in the texts of events a flag stands, if one was shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// How they show it. May hold a flag: not for every eye.
    pub why: String,
}

/// A place in the text of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which event.
    pub event: Seq,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// How a task went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// It was served.
    Served,
    /// It was not, and a guard or a permission had stepped in.
    Denied {
        /// Who stepped in.
        by: Stopper,
        /// The event in which it did.
        evidence: Seq,
    },
    /// It was not, and nobody had stepped in.
    Missed {
        /// What was not there.
        missing: String,
    },
}

/// Who stepped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stopper", rename_all = "snake_case")]
pub enum Stopper {
    /// Blue, at this checkpoint.
    Guard {
        /// Where.
        at: Checkpoint,
    },
    /// The rules on tool calls.
    Permission,
}

impl Verdict {
    /// The word in records and tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Breach { .. } => "breach",
            Self::Blocked { .. } => "blocked",
            Self::Resisted { .. } => "resisted",
            Self::Served => "served",
            Self::Denied { .. } => "denied",
            Self::Missed { .. } => "missed",
            Self::Judged { .. } => "judged",
            Self::Undecided { .. } => "undecided",
            Self::Void { .. } => "void",
        }
    }

    /// Whether the infrastructure failed.
    pub fn is_void(&self) -> bool {
        matches!(self, Self::Void { .. })
    }
}

impl From<Work> for Verdict {
    fn from(work: Work) -> Self {
        match work {
            Work::Served => Self::Served,
            Work::Denied { by, evidence } => Self::Denied { by, evidence },
            Work::Missed { missing } => Self::Missed { missing },
        }
    }
}

impl fmt::Display for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guard { at } => write!(f, "guard at {at}"),
            Self::Permission => f.write_str("permission"),
        }
    }
}
