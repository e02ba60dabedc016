//! What is looked for in the letters of a text, and again in whatever they encode.

use std::ops::Range;

use super::check::{Check, OnHit, Switched};
use super::hit::{Hit, MAX_HITS, Place, quoted};
use super::reading::{self, Reading};
use super::{canaries, phrases};
use crate::predicate::Pattern;
use crate::ruling::Checkpoint;

/// The checks that look there.
pub(super) struct Sought<'a> {
    pub(super) checkpoint: Checkpoint,
    pub(super) phrases: Option<&'a Switched<()>>,
    pub(super) regex: Option<&'a Switched<Vec<Pattern>>>,
    pub(super) secrets: &'a [&'a str],
}

struct Found {
    check: Check,
    on_hit: OnHit,
    what: String,
    /// Where, in the text itself.
    bytes: Range<usize>,
}

impl Sought<'_> {
    /// Adds what is found in `text`, the `nth` of those that are looked at; if `encodings`, also what it encodes.
    pub(super) fn hits_in(&self, nth: usize, text: &str, encodings: Option<&Switched<()>>, hits: &mut Vec<Hit>) {
        if self.phrases.is_none() && self.regex.is_none() && self.secrets.is_empty() {
            return;
        }
        let place = |bytes: Range<usize>| Some(Place { text: nth, bytes, instead: Place::REMOVED });
        let first = Reading::of(text);
        let plain = self.find(&first);
        let mut known: Vec<Range<usize>> = plain.iter().map(|found| found.bytes.clone()).collect();
        hits.extend(plain.into_iter().map(|Found { check, on_hit, what, bytes }| Hit {
            check,
            on_hit,
            what,
            place: place(bytes),
        }));
        let Some(encodings) = encodings else { return };
        let check = Check::Encodings;
        let is_whole = reading::each(&first, |reading| {
            let secrets = canaries::places(self.secrets, reading, MAX_HITS);
            let secrets = secrets.into_iter().map(|(nth, bytes)| (canaries::name(nth), bytes));
            let others = self.find(reading).into_iter().map(|found| (found.what, found.bytes));
            for (what, bytes) in secrets.chain(others) {
                // A code leaves what is not written in it, so most readings show what the text itself shows.
                if known.len() < 2 * MAX_HITS && !known.iter().any(|other| overlap(other, &bytes)) {
                    known.push(bytes.clone());
                    let what = format!("{what} in {}", reading.told());
                    hits.push(Hit { check, on_hit: encodings.on_hit, what, place: place(bytes) });
                }
            }
        });
        if !is_whole {
            let what = "more is encoded in it than is looked at".to_owned();
            hits.push(Hit { check, on_hit: OnHit::Block, what, place: None });
        }
    }

    fn find(&self, reading: &Reading) -> Vec<Found> {
        let mut all = Vec::new();
        if let Some(Switched { on_hit, .. }) = self.phrases {
            let found = phrases::find(reading, self.checkpoint, MAX_HITS).into_iter();
            all.extend(found.map(|(phrase, bytes)| Found {
                check: Check::Phrases,
                on_hit: *on_hit,
                what: quoted(&phrase),
                bytes,
            }));
        }
        if let Some(Switched { on_hit, with: patterns, .. }) = self.regex {
            for pattern in patterns {
                all.extend(pattern.places(&reading.text, MAX_HITS).into_iter().map(|place| {
                    let what = quoted(&reading.text[place.clone()]);
                    Found { check: Check::Regex, on_hit: *on_hit, what, bytes: reading.place(&place) }
                }));
            }
        }
        all
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}
