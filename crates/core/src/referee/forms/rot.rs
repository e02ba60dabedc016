//! Letters moved along the alphabet (Caesar's cipher), and printable ASCII moved by 47.
//!
//! A moved text has the steps of the original from letter to letter, so that one walk finds all 25 moves.

use std::ops::Range;

use super::needle::Needle;
use super::page::Page;
use super::sign::{Sign, bytes};

/// The secret moved, and by how much.
pub(super) fn seek(page: &Page<'_>) -> Option<(u8, Range<usize>)> {
    [digits_kept, digits_moved].into_iter().find_map(|move_digit| seek_with(page, move_digit))
}

/// The secret as ROT47 writes it.
pub(super) fn seek_47(page: &Page<'_>) -> Option<Range<usize>> {
    let read = |byte: u8| match byte {
        b'!'..=b'~' => ((byte - b'!' + 47) % 94 + b'!').to_ascii_lowercase(),
        other => other,
    };
    if !page.census.holds(page.secret.letters(), read) {
        return None;
    }
    page.secret.needle.find(bytes(page.text).filter_map(|sign| sign.with(read(sign.value)).plain()))
}

fn digits_kept(digit: u8) -> u8 {
    digit
}

fn digits_moved(digit: u8) -> u8 {
    (digit - b'0' + 5) % 10 + b'0'
}

fn seek_with(page: &Page<'_>, move_digit: fn(u8) -> u8) -> Option<(u8, Range<usize>)> {
    let secret: Vec<u8> =
        page.secret.letters().iter().map(|c| if c.is_ascii_digit() { move_digit(*c) } else { *c }).collect();
    let digits: Vec<u8> = secret.iter().copied().filter(u8::is_ascii_digit).collect();
    if !page.census.may_hold(&digits, |byte| byte) {
        return None;
    }
    // The first letter's step is from whatever stands before: what is looked for begins after it.
    let n_head = secret.iter().position(u8::is_ascii_alphabetic)? + 1;
    let (head, first) = (&secret[..n_head], secret[n_head - 1]);
    let steps = Needle::new(steps(secret.iter().copied()).skip(n_head).collect())?;
    let letters = page.letters();
    let mut search = steps.search();
    for (at, step) in steps_of(letters) {
        let Some(tail) = search.push(Sign { value: step, start: at, end: at + 1 }) else { continue };
        let Some(start) = tail.start.checked_sub(n_head) else { continue };
        let by = (letters[tail.start - 1].value + 26 - first) % 26;
        let is_head =
            letters[start..tail.start - 1].iter().map(|sign| sign.value).eq(head[..n_head - 1].iter().copied());
        if by != 0 && is_head {
            return Some((by, letters[start].start..letters[tail.end - 1].end));
        }
    }
    None
}

fn steps_of(letters: &[Sign]) -> impl Iterator<Item = (usize, u8)> {
    steps(letters.iter().map(|sign| sign.value)).enumerate()
}

/// For each letter how far it is from the letter before it, 0 to 25, and each digit as it is.
fn steps(letters: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    letters.scan(b'a', |before, letter| {
        if letter.is_ascii_digit() {
            return Some(letter);
        }
        let step = (letter + 26 - *before) % 26;
        *before = letter;
        Some(step)
    })
}
