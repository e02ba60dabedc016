//! A text as words, so that a pattern for them need not know what may stand between two.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::Writing;

pub(super) fn split(writing: &mut Writing<'_>) {
    let source = writing.source();
    let mut chars = source.char_indices().peekable();
    // Where the gap begins that was not written yet, and whether a line ends in it.
    let mut gap: Option<(usize, bool)> = None;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let bytes = at..at + c.len_utf8();
        // A line of a text that is quoted begins with a mark.
        let quotes = c == '>' && gap.is_some_and(|(_, ends_line)| ends_line);
        if c == '\\' && matches!(next, Some('n' | 'r' | 't')) {
            // JSON in a text has its line breaks escaped.
            chars.next();
            gap.get_or_insert((at, false));
        } else if is_gap(c) || quotes {
            let (_, ends_line) = gap.get_or_insert((at, false));
            *ends_line |= c == '\n';
        } else if matches!(c, '\'' | '’') {
            // "don't" is one word, and quotation marks are none.
            let is_within = gap.is_none() && next.is_some_and(char::is_alphabetic);
            if !is_within {
                gap.get_or_insert((at, false));
            }
        } else {
            if let Some((start, _)) = gap.take() {
                writing.put(' ', &(start..at));
            }
            decompose_canonical(c, |part| {
                if !is_combining_mark(part) {
                    part.to_lowercase().for_each(|lower| writing.put(lower, &bytes));
                }
            });
        }
    }
}

/// What may stand between two words of a sentence. What ends a sentence, and brackets, are more.
fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '_' | '*'
                | '"'
                | '`'
                | '~'
                | '-'
                | '+'
                | ','
                | '‐'
                | '‑'
                | '–'
                | '—'
                | '“'
                | '”'
                | '„'
                | '«'
                | '»'
                | '‘'
        )
}
