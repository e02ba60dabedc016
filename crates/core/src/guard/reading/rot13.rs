//! Each Latin letter moved by 13. There is no telling whether a text is written so.

use super::Writing;

pub(super) fn undo(writing: &mut Writing<'_>) {
    for (at, c) in writing.source().char_indices() {
        let bytes = at..at + c.len_utf8();
        match c {
            'a'..='m' | 'A'..='M' => writing.put(char::from(c as u8 + 13), &bytes),
            'n'..='z' | 'N'..='Z' => writing.put(char::from(c as u8 - 13), &bytes),
            _ => writing.keep(bytes),
        }
    }
}
