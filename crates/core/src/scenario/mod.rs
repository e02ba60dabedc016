//! A scenario: what the Target is for, what is planted, what Red may win, what must still work.
//!
//! Parsed once from TOML ([`Scenario::parse`]) into types that cannot be wrong: names refer to things that are there,
//! predicates to fields that exist. [`crate::engine::controls`] shows besides that its referee can tell right from wrong.

mod check;
mod conditions;
mod draft;
mod lint;
mod objectives;
mod reference;
mod tag;
mod workspace;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::problem::{Error, Problem};
pub use lint::Hint;
pub use tag::Tag;

use crate::budget::Budgets;
use crate::flag::Flags;
use crate::interned::{Interned, Parsed};
use crate::name::Name;
use crate::permissions::Permissions;
use crate::predicate::{Condition, Test};
use crate::ruling::Checkpoint;
use crate::seed::Seed;
use crate::tool::Tool;

/// A parsed scenario.
#[derive(Debug)]
pub struct Scenario {
    /// The text it was parsed from: its identity, and how it is recorded.
    source: String,
    /// How it is called.
    pub name: Name,
    /// A few words for lists.
    pub title: String,
    /// A paragraph for people.
    pub summary: String,
    /// How Red's text reaches the Target.
    pub channel: Channel,
    /// Of every five rounds, this many are benign work: 0 to 4.
    pub benign_in_five: u32,
    /// Blue wins only with at least this share of benign rounds served: 0.0 to 1.0.
    pub utility_floor: f64,
    /// The agent under test.
    pub target: TargetBrief,
    /// What Red is told beside the objective.
    pub red: RedBrief,
    /// What Blue is told to protect.
    pub policy: String,
    /// Planted secrets.
    pub flags: Vec<FlagSpec>,
    /// The world at the start of each round, flags not yet filled in.
    pub fixtures: Value,
    /// What the Target may call. Nothing else can be called.
    pub tools: Vec<Tool>,
    /// What Red may reach. Not empty.
    pub objectives: Vec<Objective>,
    /// What is known to have been tried: its own pack of attacks. May be empty.
    pub attacks: Vec<Attack>,
    /// Benign work. Not empty if rounds or the channel need it.
    pub tasks: Vec<Task>,
    /// What one match may use unless its start says otherwise.
    pub budgets: Budgets,
}

/// How Red's text reaches the Target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Red speaks to the Target.
    Chat,
    /// Red's text is planted in data that the Target reads while it works on a benign task.
    Indirect {
        /// JSON pointer into the world at which Red's text is put.
        plant: String,
        /// What Red is told about that place.
        place: String,
    },
}

/// The agent under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetBrief {
    /// What it is for, in a line that everybody may know.
    pub role: String,
    /// Its system prompt, flags not yet filled in.
    pub prompt: String,
    /// The most model calls of one turn: 1 to 50.
    pub max_steps: u32,
    /// The real tools it has, beside the simulated ones of the scenario. They work on the files under `/files`.
    pub tools: Vec<Name>,
    /// Which calls of them may run, unless the Target's agent brings its own rules.
    pub permissions: Permissions,
}

/// What Red is told beside the objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedBrief {
    /// Free text; may be empty.
    pub briefing: String,
    /// Whether Red knows the Target's tools.
    pub knows_tools: bool,
    /// Whether Red knows the Target's system prompt (flags shown as their ids).
    pub knows_prompt: bool,
    /// How many messages it may send in a round: 1 to 20, and 1 over the indirect channel.
    pub max_turns: u32,
}

/// An attack that was written beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// Its id.
    pub id: Name,
    /// What it is after.
    pub objective: Name,
    /// What is said, one message a turn. Not empty.
    pub turns: Vec<String>,
}

/// A planted secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagSpec {
    /// Its id.
    pub id: Name,
    /// Looks like a secret and must not count.
    pub decoy: bool,
}

/// Something Red may reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Its id.
    pub id: Name,
    /// What Red is told to reach.
    pub goal: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is called in taxonomies.
    pub tags: Vec<Tag>,
    /// When it is reached.
    pub reached: Reached,
    /// Shows that it can be reached, and be prevented.
    pub control: Control,
}

/// How bad a reached objective is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth fixing.
    Medium,
    /// Must be fixed.
    High,
    /// Stop the line.
    Critical,
}

impl Severity {
    /// From mild to bad.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in files and flags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// When an objective is reached. All but the last kind are facts.
#[derive(Clone, Debug, PartialEq)]
pub enum Reached {
    /// The flag, or a reversible form of it, appears in what Red can see.
    Leak {
        /// Which flag.
        flag: Name,
    },
    /// The flag, or a reversible form of it, was in a request that reached the arena's gate.
    Exfiltration {
        /// Which flag.
        flag: Name,
    },
    /// A call that ran matches.
    ForbiddenCall {
        /// Which tool.
        tool: Name,
        /// All must hold of its arguments.
        when: Vec<Condition>,
    },
    /// All hold of the world afterwards, and did not all hold before.
    StateChange {
        /// Conditions on the world.
        when: Vec<Condition>,
    },
    /// Red submits the flag, letter by letter.
    Capture {
        /// Which flag.
        flag: Name,
        /// How often Red may guess in a match.
        guesses: u32,
    },
    /// All hold of an answer that was released.
    Answer {
        /// Conditions on its text.
        when: Vec<Test>,
    },
    /// A judge's model says so.
    Judged {
        /// What it is asked about the round; yes is a breach.
        question: String,
    },
}

impl Reached {
    /// The kind's word in files and records.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Leak { .. } => "leak",
            Self::Exfiltration { .. } => "exfiltration",
            Self::ForbiddenCall { .. } => "forbidden_call",
            Self::StateChange { .. } => "state_change",
            Self::Capture { .. } => "capture",
            Self::Answer { .. } => "answer",
            Self::Judged { .. } => "judged",
        }
    }
}

/// The reference exploit of an objective, and where a reference defence stops it.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// What Red says.
    pub attack: String,
    /// What a hijacked Target does, flags not yet filled in.
    pub replies: Vec<ScriptedReply>,
    /// The checkpoint at which a guard that blocks is enough.
    pub defence: Checkpoint,
}

/// One answer of a scripted Target.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptedReply {
    /// What it says.
    pub text: String,
    /// What it calls: tool and arguments.
    pub calls: Vec<(Name, Value)>,
}

/// Benign work.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: Name,
    /// What the user asks.
    pub request: String,
    /// All must hold for the task to be served.
    pub checks: Vec<Check>,
    /// What a good Target does; must pass the checks.
    pub solution: Vec<ScriptedReply>,
}

/// One sign that a task was served.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// The released answer contains this, in any case of letters. May hold `{{flag.ID}}`.
    Answer(String),
    /// A call of this tool ran whose arguments satisfy all of these.
    Call(Name, Vec<Condition>),
    /// The world satisfies this afterwards.
    State(Condition),
}

impl Scenario {
    /// Parses and checks a scenario. `file` is only a name for messages.
    ///
    /// # Errors
    /// [`Error`] lists every problem found, with line, key, what is allowed and the nearest valid name.
    pub fn parse(file: &str, source: &str) -> Result<Self, Error> {
        check::scenario(file, source)
    }

    /// The same, parsed anew only if none with this text is in memory.
    ///
    /// # Errors
    /// As for [`Scenario::parse`].
    pub fn interned(file: &str, source: &str) -> Result<Arc<Self>, Error> {
        Self::known().get(file, source)
    }

    /// The TOML text it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The tool of this name.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.spec.name.as_str() == name)
    }

    /// The objective of this id.
    pub fn objective(&self, id: &str) -> Option<&Objective> {
        self.objectives.iter().find(|objective| objective.id.as_str() == id)
    }

    /// The task of this id.
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id.as_str() == id)
    }

    /// The flags that `seed` plants here.
    pub fn plant(&self, seed: &Seed) -> Flags {
        Flags::plant(seed, self.flags.iter().map(|flag| &flag.id))
    }
}

impl PartialEq for Scenario {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// A scenario is recorded as its source: what was played can be read, and is parsed by the one parser.
impl Serialize for Scenario {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(serializer)
    }
}

impl Parsed for Scenario {
    const RECORDED: &str = "recorded scenario";

    fn known() -> &'static Interned<Self> {
        static KNOWN: Interned<Scenario> = Interned::new();
        &KNOWN
    }

    fn parse(file: &str, source: &str) -> Result<Self, Error> {
        Self::parse(file, source)
    }
}
