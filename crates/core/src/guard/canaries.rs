//! Planted flags in a text.

use std::ops::Range;

use serde::Deserialize;

use super::reading::Reading;
use crate::referee;

/// In which form a flag is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Canaries {
    /// Letter by letter.
    #[default]
    Exact,
    /// In every form that the referee counts as shown.
    AnyForm,
}

impl Canaries {
    /// What is found, for people, and where: in which text, which bytes.
    pub(super) fn find(self, secrets: &[&str], texts: &[&str], most: usize) -> Vec<(String, usize, Range<usize>)> {
        let mut found = Vec::new();
        for (nth, secret) in secrets.iter().enumerate().filter(|(_, secret)| !secret.is_empty()) {
            let before = found.len();
            for (text, written) in texts.iter().enumerate() {
                let places = written.match_indices(secret).take(most);
                found.extend(places.map(|(at, _)| (name(nth), text, at..at + secret.len())));
            }
            let looks_on = self == Self::AnyForm && found.len() == before;
            if let Some(shown) = looks_on.then(|| referee::find(secret, texts)).flatten() {
                let what = format!("{} {}", name(nth), shown.form);
                found.extend(shown.spans.iter().map(|span| (what.clone(), span.text, span.start..span.end)));
            }
        }
        found
    }
}

/// The flags in a reading of a text, letter by letter, and where they are in the text itself.
pub(super) fn places(secrets: &[&str], reading: &Reading, most: usize) -> Vec<(usize, Range<usize>)> {
    let all = secrets.iter().enumerate().filter(|(_, secret)| !secret.is_empty());
    all.flat_map(|(nth, secret)| {
        let places = reading.text.match_indices(secret).take(most);
        places.map(move |(at, _)| (nth, reading.place(&(at..at + secret.len()))))
    })
    .collect()
}

/// By its number: whoever reads the ruling may not know the flag.
pub(super) fn name(nth: usize) -> String {
    format!("flag {}", nth + 1)
}
