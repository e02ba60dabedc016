//! Characters that nobody sees and a model reads: between the letters of a word, as a text of their own, turning it round.
//!
//! Honest texts have some: joiners in emoji and in Persian, a mark of the byte order, soft hyphens, spaces of width zero
//! where Thai or a long address may break, marks of direction beside Hebrew and Arabic, tags in the flag of Scotland.

use std::ops::Range;

/// What is found, in order.
pub(super) fn find(text: &str, most: usize) -> Vec<(&'static str, Range<usize>)> {
    let is_right_to_left = text.chars().any(is_right_to_left);
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<(&'static str, Range<usize>)> = Vec::new();
    let mut at = 0;
    while at < chars.len() && found.len() < most {
        let n_same = |is: fn(char) -> bool| chars[at..].iter().take_while(|(_, c)| is(*c)).count();
        let before = at.checked_sub(1).and_then(|before| chars.get(before)).map(|(_, c)| *c);
        let (kind, length) = run(&chars, at, before, is_right_to_left, n_same);
        if let Some(kind) = kind {
            let end = chars.get(at + length).map_or(text.len(), |(end, _)| *end);
            found.push((kind, chars[at].0..end));
        }
        at += length.max(1);
    }
    found
}

/// What stands there, if it is no honest use, and how many characters belong to it.
fn run(
    chars: &[(usize, char)],
    at: usize,
    before: Option<char>,
    is_right_to_left: bool,
    n_same: impl Fn(fn(char) -> bool) -> usize,
) -> (Option<&'static str>, usize) {
    /// A flag of a region is at most six tags and their end.
    const MAX_FLAG: usize = 7;
    /// Bytes hidden in selectors have one for each; an honest character has one.
    const MIN_SELECTORS: usize = 2;
    /// Bits hidden in zero widths have eight for each byte.
    const MIN_ZERO_WIDTH: usize = 4;
    let c = chars[at].1;
    if is_tag(c) {
        let length = n_same(is_tag);
        let is_flag = before == Some('\u{1f3f4}') && length <= MAX_FLAG;
        return ((!is_flag).then_some("tag characters"), length);
    }
    if is_selector(c) {
        let length = n_same(is_selector);
        return ((length >= MIN_SELECTORS).then_some("variation selectors"), length);
    }
    if is_direction(c) {
        let length = n_same(is_direction);
        let overrides = matches!(c, '\u{202d}' | '\u{202e}');
        return ((overrides || !is_right_to_left).then_some("marks that turn the text round"), length);
    }
    if is_zero_width(c) {
        let length = n_same(is_zero_width);
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let splits_word = is_letter(before) && is_letter(chars.get(at + length).map(|(_, c)| *c));
        return ((splits_word || length >= MIN_ZERO_WIDTH).then_some("characters of width zero"), length);
    }
    (None, 1)
}

/// Whether nobody sees it.
pub(super) fn is_invisible(c: char) -> bool {
    is_tag(c)
        || is_selector(c)
        || is_direction(c)
        || is_zero_width(c)
        || matches!(c, '\u{ad}' | '\u{200e}' | '\u{200f}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
    )
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_found_and_honest_ones_are_not() {
        let tags: String = "hi you".chars().map(|c| char::from_u32(u32::from(c) + 0xe_0000).unwrap()).collect();
        for (text, found) in [
            (format!("hello{tags}"), vec![("tag characters", 5..29)]),
            ("ig\u{200b}nore".to_owned(), vec![("characters of width zero", 2..5)]),
            ("a \u{200b}\u{200c}\u{200b}\u{200c} b".to_owned(), vec![("characters of width zero", 2..14)]),
            ("x\u{fe01}\u{e0101}".to_owned(), vec![("variation selectors", 1..8)]),
            (
                "a \u{202e}b\u{202c}".to_owned(),
                vec![("marks that turn the text round", 2..5), ("marks that turn the text round", 6..9)],
            ),
            ("שלום \u{202e}abc".to_owned(), vec![("marks that turn the text round", 9..12)]),
            // A family, a heart, Scotland, Persian, Hebrew, Thai, a byte order mark, a soft hyphen.
            ("👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}".to_owned(), vec![]),
            ("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}".to_owned(), vec![]),
            ("می\u{200c}خواهم".to_owned(), vec![]),
            ("\u{2067}שלום\u{2069} order 7\u{200e}".to_owned(), vec![]),
            ("ภาษา\u{200b}ไทย".to_owned(), vec![]),
            ("\u{feff}Dear all".to_owned(), vec![]),
            ("Donau\u{ad}dampf, and a link\u{200b} here".to_owned(), vec![]),
        ] {
            assert_eq!(find(&text, 32), found, "{text:?}");
        }
    }
}
