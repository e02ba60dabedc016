//! Text that an agent wrote, made safe for a terminal or a page: what would act on it is shown instead.

use std::fmt::Write as _;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// It can be shown as it is. Line breaks and tabs are in it.
    Plain(&'a str),
    /// A terminal or a browser would obey it, or it would hide or reorder others.
    Acting(char),
}

/// The pieces of `text`, in their order.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if acts(first) { first.len_utf8() } else { rest.find(acts).unwrap_or(rest.len()) };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(if acts(first) { Piece::Acting(first) } else { Piece::Plain(piece) })
    })
}

/// `text` with every acting character made visible.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(text) => out.push_str(text),
            // U+2400 and on are the pictures of the control characters: ␛ for escape.
            Piece::Acting(c @ '\0'..='\u{1f}') => out.extend(char::from_u32(0x2400 + u32::from(c))),
            Piece::Acting('\u{7f}') => out.push('\u{2421}'),
            Piece::Acting(c) => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
        }
    }
    out
}

fn acts(c: char) -> bool {
    !matches!(c, '\n' | '\t') && (c.is_ascii_control() || hides(c))
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
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fff9}'..='\u{fffb}'
            // No characters at all, and forbidden in XML.
            | '\u{fffe}'..='\u{ffff}'
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
            ("a\u{fffe}b\u{ffff}c\u{fffd}", "a<U+FFFE>b<U+FFFF>c\u{fffd}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
