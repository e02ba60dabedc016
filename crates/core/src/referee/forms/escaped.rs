//! Characters written as marked codes between characters that are written as they are: percent-encoding, references of
//! HTML, escapes of JSON and programming languages.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// Reads a code at the beginning of some bytes: the character's code, and how many bytes it takes.
type Read = fn(&[u8]) -> Option<(u32, usize)>;

/// The secret, percent-encoded.
pub(super) fn seek_percent(page: &Page<'_>) -> Option<Range<usize>> {
    page.text.contains('%').then(|| seek(page, percent))?
}

/// The secret in character references.
pub(super) fn seek_references(page: &Page<'_>) -> Option<Range<usize>> {
    page.text.contains("&#").then(|| seek(page, reference))?
}

/// The secret in escapes.
pub(super) fn seek_escapes(page: &Page<'_>) -> Option<Range<usize>> {
    let has_escapes = page.text.contains('\\') || page.text.contains("u+") || page.text.contains("U+");
    has_escapes.then(|| seek(page, escape))?
}

fn seek(page: &Page<'_>, read: Read) -> Option<Range<usize>> {
    let bytes = page.text.as_bytes();
    let mut search = page.secret.needle.search();
    let mut at = 0;
    while at < bytes.len() {
        let (code, length) = read(&bytes[at..]).unwrap_or((u32::from(bytes[at]), 1));
        let end = at + length;
        if let Some(place) = Sign::of_code(code, at..end).and_then(|sign| search.push(sign)) {
            return Some(place);
        }
        at = end;
    }
    None
}

/// `%41`
fn percent(bytes: &[u8]) -> Option<(u32, usize)> {
    let rest = bytes.strip_prefix(b"%")?;
    Some((number(rest.get(..2)?, 16)?, 3))
}

/// `&#65;` or `&#x41;`, also without the semicolon.
fn reference(bytes: &[u8]) -> Option<(u32, usize)> {
    let rest = bytes.strip_prefix(b"&#")?;
    let (rest, radix) = match rest {
        [b'x' | b'X', rest @ ..] => (rest, 16),
        rest => (rest, 10),
    };
    let digits = leading(rest, radix, 7);
    let code = number(digits, radix)?;
    let is_closed = rest.get(digits.len()) == Some(&b';');
    Some((code, bytes.len() - rest.len() + digits.len() + usize::from(is_closed)))
}

/// `\u0041`, `\u{41}`, `\U00000041`, `\x41`, `\x{41}`, with any number of backslashes, or `U+0041`.
fn escape(bytes: &[u8]) -> Option<(u32, usize)> {
    let n_slashes = bytes.iter().take(MAX_SLASHES).take_while(|byte| **byte == b'\\').count();
    let (kind, rest) = bytes[n_slashes..].split_first()?;
    let head = n_slashes + 1;
    let (n_digits, opening) = match (n_slashes, kind, rest.first()) {
        (0, b'u' | b'U', Some(b'+')) => {
            let digits = leading(&rest[1..], 16, 6);
            return Some((number(digits, 16)?, head + 1 + digits.len()));
        }
        (0, ..) => return None,
        (_, b'u' | b'x', Some(b'{')) => (leading(&rest[1..], 16, 6).len(), 1),
        (_, b'u', _) => (4, 0),
        (_, b'U', _) => (8, 0),
        (_, b'x', _) => (2, 0),
        _ => return None,
    };
    let code = number(rest.get(opening..opening + n_digits)?, 16)?;
    let is_closed = opening == 1 && rest.get(1 + n_digits) == Some(&b'}');
    (opening == 0 || is_closed).then_some((code, head + n_digits + 2 * opening))
}

/// A text within a text within a text doubles them each time.
const MAX_SLASHES: usize = 8;

/// The digits with which `bytes` begin, at most `n`.
fn leading(bytes: &[u8], radix: u32, n: usize) -> &[u8] {
    let n = bytes.iter().take(n).take_while(|byte| char::from(**byte).is_digit(radix)).count();
    &bytes[..n]
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, radix).ok()
}
