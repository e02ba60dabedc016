//! Binary digits, eight a character.

use std::ops::Range;

use super::digits::{Alphabet, find_spelled};
use super::page::Page;
use super::sign::Sign;
use super::words::words;

const DIGITS: Alphabet = Alphabet::new(&[b"01"]);

/// The secret in binary digits.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    if page.census.n(|byte| DIGITS.value(byte).is_some()) < page.secret.n_digits(1) {
        return None;
    }
    let words: Vec<Vec<Sign>> = words(page.text, "0b", &DIGITS).collect();
    // Digits in words of fewer than eight may be digits, or numbers that stand between.
    [1, 8].into_iter().find_map(|least| {
        let digits: Vec<Sign> = words.iter().filter(|word| word.len() >= least).flatten().copied().collect();
        find_spelled(&page.secret.needle, &digits, 1)
    })
}
