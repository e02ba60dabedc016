//! Leetspeak: digits and marks for letters. It cannot be read back with certainty (4 may be A or 4), so the secret is
//! compared as leetspeak writes it. That leaves more than a hundred of its bits.

use std::ops::Range;

use super::page::Page;
use super::sign::bytes;

/// The secret in any mixture of letters, and digits and marks for them.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let secret = page.secret.written(fold);
    if !page.census.holds(secret.letters(), fold) {
        return None;
    }
    secret.find(bytes(page.text).filter_map(|sign| sign.with(fold(sign.value)).plain()))
}

/// The same letter for all that leetspeak writes for one another.
fn fold(character: u8) -> u8 {
    match character {
        b'0' => b'o',
        b'1' | b'l' | b'L' | b'!' | b'|' => b'i',
        b'2' => b'z',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'6' | b'9' => b'g',
        b'7' | b'+' => b't',
        b'8' => b'b',
        other => other.to_ascii_lowercase(),
    }
}
