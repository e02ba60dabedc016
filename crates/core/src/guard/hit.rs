//! What a check found, and how it is told.

use std::fmt::Write as _;
use std::ops::Range;

use super::check::{Check, OnHit};
use super::texts::Texts;

/// So many hits are looked for in one text. What is beyond is found once these are taken out.
pub(super) const MAX_HITS: usize = 32;

/// One thing that a check found.
#[derive(Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "it is the key in the file")]
pub(super) struct Hit {
    pub(super) check: Check,
    pub(super) on_hit: OnHit,
    /// What was found, for people. Never a secret.
    pub(super) what: String,
    /// Where; `None` is all of it.
    pub(super) place: Option<Place>,
}

/// A part of one of the texts that were looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// Which text.
    pub(super) text: usize,
    /// Its bytes, whole characters.
    pub(super) bytes: Range<usize>,
    /// What stands there instead, if the rest passes.
    pub(super) instead: &'static str,
}

impl Place {
    /// What is taken out is seen to be missing.
    pub(super) const REMOVED: &'static str = "[removed]";
}

/// A found text, short, in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    /// Enough to know it by.
    const MAX_CHARS: usize = 60;
    let mut chars = text.chars();
    let short: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() { format!("{short:?}...") } else { format!("{short:?}") }
}

/// `phrases: "ignore all previous instructions" at 12`, for each hit: how many characters stand before it.
pub(super) fn reason(hits: &[Hit], texts: &Texts) -> String {
    /// Whoever wants more of them reads the text.
    const MAX_TOLD: usize = 4;
    let mut told = String::new();
    for Hit { check, what, place, .. } in hits.iter().take(MAX_TOLD) {
        let separator = if told.is_empty() { "" } else { "; " };
        let _ = write!(told, "{separator}{check}: {what}");
        if let Some(place) = place {
            let (text, name) = texts.named(place.text);
            let _ = write!(told, " at {}", text[..place.bytes.start].chars().count());
            if let Some(name) = name {
                let _ = write!(told, " of {name}");
            }
        }
    }
    match hits.len().saturating_sub(MAX_TOLD) {
        0 => told,
        n => format!("{told}; and {n} more"),
    }
}
