//! The secret, backwards.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// The secret from its last letter to its first, which is its first from the last letter of the text.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let backwards = page.letters().iter().rev().map(|letter| Sign { start: letter.end, end: letter.start, ..*letter });
    let place = page.secret.needle.find(backwards)?;
    Some(place.end..place.start)
}
