//! The secret, whatever its letters look like.

use std::ops::Range;

use super::page::Page;

/// The secret in letters that one takes for it.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let letters = page.letters().iter().map(|letter| letter.with(look_alike(letter.value)));
    page.secret.written(look_alike).find(letters)
}

/// The same letter for those that one takes for one another.
pub(super) fn look_alike(letter: u8) -> u8 {
    match letter.to_ascii_lowercase() {
        b'0' => b'o',
        b'1' | b'l' => b'i',
        other => other,
    }
}
