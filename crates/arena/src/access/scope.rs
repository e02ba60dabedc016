//! What a token allows. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing that may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look at everything, as a spectator.
    Read,
    /// Begin, pause, resume and stop matches.
    Run,
    /// Decide on tool calls and patches that wait for a person.
    Approve,
    /// See matches as Red does.
    ViewRed,
    /// See matches as Blue does.
    ViewBlue,
    /// See matches as the Target does.
    ViewTarget,
    /// Everything: agents, scenarios, tokens, settings, and matches with all their secrets.
    Administer,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Run, Self::Approve, Self::ViewRed, Self::ViewBlue, Self::ViewTarget, Self::Administer];

    /// The word in flags and documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Approve => "approve",
            Self::ViewRed => "view_red",
            Self::ViewBlue => "view_blue",
            Self::ViewTarget => "view_target",
            Self::Administer => "administer",
        }
    }
}
