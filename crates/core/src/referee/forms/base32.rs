//! Base32 (RFC 4648) of the flag's text. The flag itself is base32 as well: of its bits.

use std::ops::Range;

use super::digits::{Alphabet, find_spelled};
use super::page::Page;
use super::sign::bytes;

const BITS: u32 = 5;

const DIGITS: Alphabet = Alphabet::new(&[b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"abcdefghijklmnopqrstuvwxyz234567"]);

/// The secret in base32.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let runs = DIGITS.runs(bytes(page.text), u8::is_ascii_whitespace, page.secret.n_digits(BITS as usize));
    runs.iter().find_map(|run| find_spelled(&page.secret.needle, run, BITS))
}
