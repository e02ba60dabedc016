//! Documents: JSON with an id and a revision, and how one is written. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Body, Model};

/// What a document describes. Ids are unique within a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The header of a match: what a list of matches shows.
    Match,
    /// What allows a program to use a server's API.
    Token,
    /// An agent of a user's own, with its revisions.
    Agent,
    /// A scenario of a user's own, with its revisions.
    Scenario,
    /// A request that was refused.
    Denied,
    /// A request that may be repeated, and what it began.
    Request,
    /// A move of an arena into this database that has not ended. No part of the arena.
    Move,
}

impl Kind {
    /// All kinds, in the order of their words.
    pub const ALL: [Self; 7] =
        [Self::Agent, Self::Denied, Self::Match, Self::Move, Self::Request, Self::Scenario, Self::Token];

    /// The word in the database and in exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Token => "token",
            Self::Agent => "agent",
            Self::Scenario => "scenario",
            Self::Denied => "denied",
            Self::Request => "request",
            Self::Move => "move",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How often a document was written: 1, 2, 3 and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rev(pub u64);

impl Rev {
    /// Expected of a document that must not exist yet.
    pub const NEW: Self = Self(0);

    /// The revision after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Rev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A document as it stands: with its text, or with the model that it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<B = Body> {
    /// What it describes.
    pub kind: Kind,
    /// Its id within the kind.
    pub id: String,
    /// Its revision, at least 1.
    pub rev: Rev,
    /// Its content.
    pub body: B,
}

/// A document to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Put {
    /// What it describes.
    pub kind: Kind,
    /// Its id within the kind.
    pub id: String,
    /// The revision that the caller read; [`Rev::NEW`] if there was none.
    pub expected: Rev,
    /// The whole new content.
    pub body: Body,
}

impl Put {
    /// `model` as the document `id`, over its revision `expected`.
    pub fn of<M: Model>(id: impl Into<String>, expected: Rev, model: &M) -> Self {
        Self { kind: M::KIND, id: id.into(), expected, body: Body::of(model) }
    }
}
