//! Escapes of JSON and of programming languages: `\u0069`, `\u{69}`, `\x69`.

use super::Writing;

pub(super) fn undo(writing: &mut Writing<'_>) {
    let source = writing.source();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = source[at..].find('\\') {
        at += found;
        match escaped(&source[at..]) {
            Some((c, length)) => {
                writing.keep(kept..at);
                writing.put(c, &(at..at + length));
                at += length;
                kept = at;
            }
            None => at += 1,
        }
    }
    writing.keep(kept..source.len());
}

/// The character, and how many bytes its escape has.
fn escaped(text: &str) -> Option<(char, usize)> {
    if let Some(digits) = text.strip_prefix("\\x") {
        return Some((char::from_u32(hex(digits.get(..2)?)?)?, 4));
    }
    if let Some(rest) = text.strip_prefix("\\u{") {
        /// A code point has no more digits.
        const MAX_DIGITS: usize = 6;
        let n_digits = rest.bytes().take(MAX_DIGITS + 1).position(|b| b == b'}')?;
        return Some((char::from_u32(hex(&rest[..n_digits])?)?, n_digits + 4));
    }
    let unit = hex(text.strip_prefix("\\u")?.get(..4)?)?;
    if let Some(c) = char::from_u32(unit) {
        return Some((c, 6));
    }
    let low = hex(text.get(6..)?.strip_prefix("\\u")?.get(..4)?)?;
    let units = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
    Some((char::decode_utf16(units).next()?.ok()?, 12))
}

fn hex(digits: &str) -> Option<u32> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
