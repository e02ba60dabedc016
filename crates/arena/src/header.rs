//! A match in a list: who, what, how far. Written with the events that change it, in the same transaction.

use arena_core::engine::{Ending, Match, Stage};
use arena_core::id::{MatchId, Seq};
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::score::{Score, Winner};
use arena_core::seed::Seed;
use arena_core::spec::Contestant;
use arena_store::{Field, Filter, Index, Kind, Model, Put, Query, Rev, View};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the status of a match is of which nothing more will happen.
const OVER: [&str; 3] = ["completed", "stopped", "failed"];

/// The header of a match, a document of [`Kind::Match`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// What is played.
    pub scenario: Name,
    /// `pending`, `running`, `paused`, `completed`, `stopped` or `failed`.
    pub status: String,
    /// Who attacks.
    pub red: Sitting,
    /// Who defends, if anybody.
    pub blue: Option<Sitting>,
    /// Who is under test.
    pub target: Sitting,
    /// What it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Name>,
    /// What chance was derived from.
    pub seed: Seed,
    /// How many rounds; `None` is until stopped.
    pub n_rounds: Option<u32>,
    /// Rounds judged.
    pub n_judged: u32,
    /// Whether some seat is the mock's.
    pub mock: bool,
    /// Whether it waits for a person to decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_person: bool,
    /// Who won, once completed.
    pub winner: Option<Winner>,
    /// The rates when the header was written.
    pub score: Score,
    /// Why it failed or was stopped, or what cut it short.
    pub reason: Option<String>,
    /// The last event when the header was written.
    pub last: Seq,
    /// The moment of that event.
    pub at: Timestamp,
}

/// Who sits in a seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// The agent's name.
    pub agent: Name,
    /// Its model.
    pub model: ModelSpec,
}

impl Sitting {
    fn of(contestant: &Contestant) -> Self {
        Self { agent: contestant.agent.name.clone(), model: contestant.model.clone() }
    }
}

impl Model for Header {
    const KIND: Kind = Kind::Match;

    fn indexes() -> Vec<Index> {
        let texts = [Self::STATUS, Self::LABEL, Self::SCENARIO, Self::RED, Self::BLUE, Self::TARGET];
        let flags = [Self::MOCK, Self::AWAITS_PERSON];
        let texts = texts.iter().map(|field| Index::of(Kind::Match, field));
        texts.chain(flags.iter().map(|field| Index::of(Kind::Match, field))).collect()
    }
}

impl Header {
    /// Where the match stands.
    pub const STATUS: Field<String> = Field::at("status");
    /// What it is a part of.
    pub const LABEL: Field<String> = Field::at("label");
    /// What is played.
    pub const SCENARIO: Field<String> = Field::at("scenario");
    /// Who attacks.
    pub const RED: Field<String> = Field::at("red.agent");
    /// Who defends.
    pub const BLUE: Field<String> = Field::at("blue.agent");
    /// Who is under test.
    pub const TARGET: Field<String> = Field::at("target.agent");
    /// Whether some seat is the mock's.
    pub const MOCK: Field<bool> = Field::at("mock");
    /// Whether it waits for a person to decide.
    pub const AWAITS_PERSON: Field<bool> = Field::at("awaits_person");

    /// What people see of matches when they ask in SQL.
    pub fn view() -> View {
        let text = |path| Field::<String>::at(path).column();
        let number = |path| Field::<f64>::at(path).column();
        let columns = vec![
            ("status", Self::STATUS.column()),
            ("scenario", Self::SCENARIO.column()),
            ("label", Self::LABEL.column()),
            ("red", Self::RED.column()),
            ("red_model", text("red.model")),
            ("blue", Self::BLUE.column()),
            ("blue_model", text("blue.model")),
            ("target", Self::TARGET.column()),
            ("target_model", text("target.model")),
            ("seed", text("seed")),
            ("n_rounds", number("n_rounds")),
            ("n_judged", number("n_judged")),
            ("mock", Self::MOCK.column()),
            ("awaits_person", Self::AWAITS_PERSON.column()),
            ("winner", text("winner")),
            ("n_breached", number("score.breached.hits")),
            ("n_attacks", number("score.breached.n")),
            ("n_served", number("score.served.hits")),
            ("n_tasks", number("score.served.n")),
            ("reason", text("reason")),
            ("at", text("at")),
        ];
        View { name: "matches", kind: Kind::Match, columns }
    }

    /// Matches that were cut off, the oldest first. What somebody paused is not among them.
    pub fn cut_off(limit: usize) -> Query {
        Query::of(Kind::Match, limit).filter(Self::STATUS.any_of(["pending", "running"]))
    }

    /// Matches of which nothing more will happen.
    pub fn over() -> Filter {
        Self::STATUS.any_of(OVER)
    }

    /// Matches of a label.
    pub fn labelled(label: &str, limit: usize) -> Query {
        Query::of(Kind::Match, limit).filter(Self::LABEL.is(label))
    }

    /// The header of `game` as it stands.
    pub fn of(game: &Match) -> Self {
        let spec = &game.spec;
        let (winner, reason) = match &game.stage {
            Stage::Ended(Ending::Completed { outcome, exhausted }) => {
                (Some(outcome.winner), exhausted.as_ref().map(ToString::to_string))
            }
            Stage::Ended(Ending::Stopped { reason }) => (None, Some(reason.clone())),
            Stage::Ended(Ending::Failed(failure)) => (None, Some(failure.message.clone())),
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) => (None, None),
        };
        Self {
            scenario: spec.scenario.name.clone(),
            status: game.stage.word().to_owned(),
            red: Sitting::of(&spec.red),
            blue: spec.blue.as_ref().map(Sitting::of),
            target: Sitting::of(&spec.target),
            label: spec.label.clone(),
            seed: spec.seed.clone(),
            n_rounds: spec.n_rounds.map(std::num::NonZeroU32::get),
            n_judged: u32::try_from(game.verdicts.len()).unwrap_or(u32::MAX),
            mock: game.has_mock(),
            awaits_person: game.awaits_person(),
            winner,
            score: game.score.clone(),
            reason,
            last: game.last,
            at: game.at,
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        OVER.contains(&self.status.as_str())
    }

    /// Who won, or else the status.
    pub fn standing(&self) -> &str {
        match self.winner {
            Some(winner) => winner.phrase(),
            None => &self.status,
        }
    }

    /// The write of this header over its revision `expected`.
    pub fn put(&self, id: MatchId, expected: Rev) -> Put {
        Put::of(id.to_string(), expected, self)
    }
}
