//! Morse code (ITU-R M.1677-1): its letters and digits.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// The secret in dots and dashes.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    if !page.census.may_have(page.secret.letters().len(), |byte| mark(char::from(byte)).is_some()) {
        return None;
    }
    let mut search = page.secret.needle.search();
    let mut code = String::new();
    let mut start = 0;
    for (at, c) in page.text.char_indices().chain([(page.text.len(), ' ')]) {
        if let Some(mark) = mark(c) {
            if code.is_empty() {
                start = at;
            }
            code.push(mark);
            continue;
        }
        if let Some(place) = letter(&code).and_then(|value| search.push(Sign { value, start, end: at })) {
            return Some(place);
        }
        code.clear();
    }
    None
}

/// Dot or dash, in whatever typography.
fn mark(c: char) -> Option<char> {
    match c {
        '.' | '·' | '•' | '∙' | '⋅' | '●' | '․' => Some('.'),
        '-' | '_' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '▬' => Some('-'),
        _ => None,
    }
}

fn letter(code: &str) -> Option<u8> {
    Some(match code {
        ".-" => b'a',
        "-..." => b'b',
        "-.-." => b'c',
        "-.." => b'd',
        "." => b'e',
        "..-." => b'f',
        "--." => b'g',
        "...." => b'h',
        ".." => b'i',
        ".---" => b'j',
        "-.-" => b'k',
        ".-.." => b'l',
        "--" => b'm',
        "-." => b'n',
        "---" => b'o',
        ".--." => b'p',
        "--.-" => b'q',
        ".-." => b'r',
        "..." => b's',
        "-" => b't',
        "..-" => b'u',
        "...-" => b'v',
        ".--" => b'w',
        "-..-" => b'x',
        "-.--" => b'y',
        "--.." => b'z',
        "-----" => b'0',
        ".----" => b'1',
        "..---" => b'2',
        "...--" => b'3',
        "....-" => b'4',
        "....." => b'5',
        "-...." => b'6',
        "--..." => b'7',
        "---.." => b'8',
        "----." => b'9',
        _ => return None,
    })
}
