//! Character references of HTML: numeric ones, and the named ones that HTML itself needs.

use super::Writing;

pub(super) fn undo(writing: &mut Writing<'_>) {
    let source = writing.source();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = source[at..].find('&') {
        at += found;
        match reference(&source[at..]) {
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

/// The character, and how many bytes its reference has.
fn reference(text: &str) -> Option<(char, usize)> {
    /// `&#x10ffff;` with two leading zeros.
    const MAX_BYTES: usize = 12;
    let end = text.bytes().take(MAX_BYTES).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => ' ',
            _ => return None,
        },
    };
    Some((c, end + 1))
}
