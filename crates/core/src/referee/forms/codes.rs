//! Codes of ASCII as decimal or octal numbers.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// How many of these digits, at least one of them, are the next code.
type Length = fn(&[u8]) -> usize;

/// The secret in decimal codes.
pub(super) fn seek_decimal(page: &Page<'_>) -> Option<Range<usize>> {
    seek(page, 10, |digits| match digits {
        [_] | [_, _] | [_, _, _] => digits.len(),
        // Run together, printable codes can be told apart: those with three digits begin with 1, those with two do not.
        [b'1', ..] => 3,
        _ => 2,
    })
}

/// The secret in octal codes.
pub(super) fn seek_octal(page: &Page<'_>) -> Option<Range<usize>> {
    seek(page, 8, |digits| match digits {
        [_] | [_, _] | [b'0', _, _, _] => digits.len(),
        _ => 3,
    })
}

fn seek(page: &Page<'_>, radix: u32, length: Length) -> Option<Range<usize>> {
    // No letter has a code of one digit.
    if page.census.n(|byte| byte.is_ascii_digit()) < 2 * page.secret.letters().len() {
        return None;
    }
    let bytes = page.text.as_bytes();
    let mut search = page.secret.needle.search();
    let mut at = 0;
    while at < bytes.len() {
        let n_digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = at + n_digits;
        while at < end {
            let next = at + length(&bytes[at..end]);
            let code = bytes[at..next]
                .iter()
                .try_fold(0, |code, digit| Some(code * radix + char::from(*digit).to_digit(radix)?));
            let sign = code.and_then(|code| Sign::of_code(code, at..next));
            if let Some(place) = sign.and_then(|sign| search.push(sign)) {
                return Some(place);
            }
            at = next;
        }
        at += bytes[at..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
    }
    None
}
