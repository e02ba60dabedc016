//! Text that an agent wrote, made safe for a terminal: what would act on it is shown instead.

use std::fmt::Write as _;

/// `text` with every character that a terminal would obey, or that would hide or reorder others, made visible.
/// Line breaks and tabs stay.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            // U+2400 and on are the pictures of the control characters: ␛ for escape.
            '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => out.push('\u{2421}'),
            c if hides(c) => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Controls of the second block, invisible, blank and direction-changing characters, tags and variation selectors.
fn hides(c: char) -> bool {
    matches!(
        c,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_gets_through() {
        for (text, shown) in [
            ("plain é 漢\n\tnext", "plain é 漢\n\tnext"),
            ("\u{1b}[2J\u{1b}]0;owned\u{7}", "␛[2J␛]0;owned␇"),
            ("a\rb\u{8}c\u{7f}", "a␍b␈c␡"),
            ("a\u{202e}b\u{200b}c\u{9b}d\u{e0041}", "a<U+202E>b<U+200B>c<U+009B>d<U+E0041>"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
