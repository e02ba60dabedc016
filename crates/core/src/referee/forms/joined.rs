//! Texts read one after the other as one, and the way back from a place in it to places in them.

use std::ops::Range;

/// A part of one of the texts that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which text, from 0.
    pub text: usize,
    /// Its first byte there, the beginning of a character.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Texts as one.
pub(super) struct Joined {
    /// All of them.
    pub(super) text: String,
    /// Where each stands in it.
    places: Vec<Range<usize>>,
}

impl Joined {
    /// `texts` with `seam` between each two.
    pub(super) fn new(texts: &[&str], seam: &str) -> Self {
        let mut at = 0;
        let place = |text: &&str| {
            let place = at..at + text.len();
            at = place.end + seam.len();
            place
        };
        Self { text: texts.join(seam), places: texts.iter().map(place).collect() }
    }

    /// The parts of the texts that lie in `ranges`.
    pub(super) fn spans(&self, ranges: &[Range<usize>]) -> Vec<Span> {
        let mut spans = Vec::new();
        for range in ranges {
            let first = self.places.partition_point(|place| place.end <= range.start);
            for (text, place) in self.places.iter().enumerate().skip(first) {
                if place.start >= range.end {
                    break;
                }
                let (start, end) = (range.start.max(place.start), range.end.min(place.end));
                if start < end {
                    spans.push(Span { text, start: start - place.start, end: end - place.start });
                }
            }
        }
        spans
    }
}
