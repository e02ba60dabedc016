//! What reports and pages have in common to the eye: colours, and marks that say more than a colour.

mod mark;

pub(crate) use self::mark::{interval, outcome_mark, said, severity, shape, state_mark, who};

/// Their style sheet.
pub(crate) const TOKENS: &str = include_str!("tokens.css");
