//! What a provider sent, as an error may show it: short, on one line, without the key. Pure.

use crate::key::Key;

/// The most characters of a body that an error repeats.
const MAX_CHARS: usize = 200;

/// The beginning of `body`: at most 200 characters, control characters escaped, `key` masked.
pub(crate) fn excerpt(body: &str, key: Option<&Key>) -> String {
    let body = masked(body.trim(), key);
    let mut shown = String::new();
    for (n_chars, c) in body.chars().enumerate() {
        if n_chars == MAX_CHARS {
            shown.push('…');
            break;
        }
        // Those of Unicode's format characters that turn or hide text count as control characters too.
        if c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// `text` with `key` masked wherever it stands. Some servers repeat the header that they refuse.
///
/// Masking comes before cutting, so that no half of a key is left at the end.
pub(crate) fn masked(text: &str, key: Option<&Key>) -> String {
    match key {
        Some(key) => text.replace(key.expose(), "[key]"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_visible_and_without_the_key() {
        let key = Key::new("sk-secret").unwrap();
        let long = format!("{}sk-secret", "é".repeat(195));
        for (body, shown) in [
            ("plain", "plain".to_owned()),
            ("  a\r\n\tb\x1b[31m\0  ", r"a\r\n\tb\u{1b}[31m\u{0}".to_owned()),
            ("left\u{202e}right", r"left\u{202e}right".to_owned()),
            ("bad key sk-secret, no sk-secret", "bad key [key], no [key]".to_owned()),
            (&long, format!("{}[key]", "é".repeat(195))),
            (&"x".repeat(201), format!("{}…", "x".repeat(200))),
        ] {
            assert_eq!(excerpt(body, Some(&key)), shown, "{body:?}");
        }
    }
}
