//! What a provider sent, as an error may show it: short, on one line, without secrets. Pure.

use crate::secrets::Secrets;

/// The most characters of a body that an error repeats.
const MAX_CHARS: usize = 200;

/// The beginning of `body`: at most 200 characters, control characters escaped, `secrets` masked, also one
/// of which `body` has only the beginning, because no more of it was read.
pub(crate) fn excerpt(body: &str, secrets: &Secrets) -> String {
    let body = secrets.mask_cut(body.trim());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_visible_and_without_secrets() {
        let mut secrets = Secrets::default();
        secrets.add_key(&crate::Key::new("sk-secret").unwrap());
        let long = format!("{}sk-secret", "é".repeat(195));
        for (body, shown) in [
            ("plain", "plain".to_owned()),
            ("  a\r\n\tb\x1b[31m\0  ", r"a\r\n\tb\u{1b}[31m\u{0}".to_owned()),
            ("left\u{202e}right", r"left\u{202e}right".to_owned()),
            ("bad key sk-secret, no sk-secret", "bad key [key], no [key]".to_owned()),
            ("bad key sk-secr", "bad key [key]".to_owned()),
            (&long, format!("{}[key]", "é".repeat(195))),
            (&"x".repeat(201), format!("{}…", "x".repeat(200))),
        ] {
            assert_eq!(excerpt(body, &secrets), shown, "{body:?}");
        }
    }
}
