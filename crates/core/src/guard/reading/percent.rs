//! Percent-encoding (RFC 3986).

use super::Writing;
use super::digits::put_text;

pub(super) fn undo(writing: &mut Writing<'_>) {
    let source = writing.source();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = source[at..].find('%') {
        at += found;
        let mut bytes = Vec::new();
        while let Some(byte) = byte(&source[at + 3 * bytes.len()..]) {
            bytes.push(byte);
        }
        if bytes.is_empty() {
            at += 1;
            continue;
        }
        writing.keep(kept..at);
        put_text(writing, &bytes, |part| at + 3 * part.start..at + 3 * part.end);
        at += 3 * bytes.len();
        kept = at;
    }
    writing.keep(kept..source.len());
}

fn byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}
