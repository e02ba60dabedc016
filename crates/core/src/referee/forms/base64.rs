//! Base64 of either alphabet (RFC 4648), once or twice.

use std::ops::Range;

use super::digits::{Alphabet, find_spelled, readings};
use super::page::Page;
use super::sign::{Sign, bytes};

const BITS: u32 = 6;

const DIGITS: Alphabet = Alphabet::new(&[
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
]);

/// The secret in base64, or in base64 of which this is the base64.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    runs(page, bytes(page.text)).iter().find_map(|run| {
        let twice = || {
            let once = readings(run, BITS).flat_map(|bytes| runs(page, bytes));
            { once }.find_map(|run| find_spelled(&page.secret.needle, &run, BITS))
        };
        find_spelled(&page.secret.needle, run, BITS).or_else(twice)
    })
}

fn runs(page: &Page<'_>, bytes: impl Iterator<Item = Sign>) -> Vec<Vec<Sign>> {
    DIGITS.runs(bytes, u8::is_ascii_whitespace, page.secret.n_digits(BITS as usize))
}
