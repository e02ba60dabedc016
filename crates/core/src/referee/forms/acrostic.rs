//! The first letters of lines, words and sentences.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// The secret in first letters.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let find = |parts: &mut dyn Iterator<Item = &str>, n_left_out: fn(&str) -> usize| {
        page.secret.needle.find(first_letters(page.letters(), parts, n_left_out))
    };
    find(&mut page.text.split_inclusive('\n'), |_| 0)
        .or_else(|| find(&mut page.text.split_inclusive('\n'), number))
        .or_else(|| find(&mut page.text.split_inclusive(char::is_whitespace), |_| 0))
        .or_else(|| find(&mut page.text.split_inclusive(['.', '!', '?', '。', '\n']), |_| 0))
}

/// The first letter of each of `parts`, which are the text, without as many bytes of it as are left out.
fn first_letters<'a>(
    mut letters: &[Sign],
    parts: impl Iterator<Item = &'a str>,
    n_left_out: fn(&str) -> usize,
) -> impl Iterator<Item = Sign> {
    let mut end = 0;
    parts.filter_map(move |part| {
        let start = end + n_left_out(part);
        end += part.len();
        letters = &letters[letters.iter().take_while(|letter| letter.start < start).count()..];
        letters.first().filter(|letter| letter.start < end).copied()
    })
}

/// The length of a line's number: `12. `, `12) `, `(12) ` or `12: `.
fn number(line: &str) -> usize {
    let rest = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    // What was trimmed in between are digits: `rest` began with a letter or one of them.
    if after.starts_with(['.', ')', ':']) { line.len() - after.len() } else { 0 }
}
