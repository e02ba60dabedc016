//! Every second, third or fourth character, with anything between.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// The secret among other characters, or among other letters and digits, whatever marks stand between.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let characters: Vec<Sign> = page
        .text
        .char_indices()
        .map(|(start, c)| {
            let end = start + c.len_utf8();
            Sign::of_code(u32::from(c), start..end).unwrap_or(Sign { value: 0, start, end })
        })
        .collect();
    [page.letters(), &characters].into_iter().find_map(|signs| {
        (2..=4).find_map(|step| {
            (0..step).find_map(|first| page.secret.needle.find(signs.iter().skip(first).step_by(step).copied()))
        })
    })
}
