//! What every check has: where it looks, and what follows if it hits.

use std::fmt;

use serde::Deserialize;

use crate::ruling::Checkpoint;

/// The checks, by their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Phrases,
    Regex,
    Encodings,
    Invisible,
    Canaries,
    Entropy,
    MaxChars,
    Tools,
}

impl Check {
    /// How sure a hit is, percent. Fixed: a rank of the checks by how seldom they hit an honest text.
    pub(super) fn confidence(self) -> u8 {
        match self {
            Self::Canaries | Self::MaxChars | Self::Tools => 100,
            Self::Regex | Self::Encodings => 95,
            Self::Phrases => 90,
            Self::Invisible => 80,
            Self::Entropy => 50,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phrases => "phrases",
            Self::Regex => "regex",
            Self::Encodings => "encodings",
            Self::Invisible => "invisible",
            Self::Canaries => "canaries",
            Self::Entropy => "entropy",
            Self::MaxChars => "max_chars",
            Self::Tools => "tools",
        })
    }
}

/// What follows from a hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnHit {
    /// Nothing passes.
    #[default]
    Block,
    /// The rest passes.
    Rewrite,
}

/// A check that is switched on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Switched<T> {
    /// What follows from a hit.
    pub(super) on_hit: OnHit,
    /// Where it looks. Not empty.
    pub(super) at: Vec<Checkpoint>,
    /// What it needs beside.
    pub(super) with: T,
}

impl<T> Switched<T> {
    /// The check, if it looks there.
    pub(super) fn looking(this: Option<&Self>, checkpoint: Checkpoint) -> Option<&Self> {
        this.filter(|check| check.at.contains(&checkpoint))
    }
}
