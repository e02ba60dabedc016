//! Base85: Ascii85 as Adobe writes it, Z85 of `ZeroMQ`, and RFC 1924's alphabet, which Python and Git use. Five digits
//! are four bytes; fewer at the end are one byte less than they are digits.

use std::ops::{Range, RangeInclusive};

use super::digits::Alphabet;
use super::needle::Needle;
use super::page::Page;
use super::sign::{Sign, bytes};

const ALPHABETS: [Alphabet; 3] = [
    Alphabet::new(&[br##"!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstu"##]),
    Alphabet::new(&[b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"]),
    Alphabet::new(&[b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"]),
];

/// The secret in base85.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    // Four bytes are five digits.
    let least = (page.secret.letters().len() * 5).div_ceil(4);
    ALPHABETS.iter().find_map(|alphabet| {
        let runs = alphabet.runs(bytes(page.text), is_break, least);
        runs.iter().find_map(|run| (0..5).find_map(|start| seek_in(&page.secret.needle, run.get(start..)?)))
    })
}

fn seek_in(needle: &Needle, digits: &[Sign]) -> Option<Range<usize>> {
    let mut search = needle.search();
    for group in digits.chunks(5) {
        if !FIRST_DIGITS.contains(&group[0].value) {
            search.reset();
            continue;
        }
        // What was written may end here, and what follows be a full stop: three letters at most are then in fewer
        // digits.
        if search.n_missing() <= 3 {
            for n in 2..group.len().min(5) {
                let mut end = search.clone();
                if let Some(place) = letters(&group[..n]).find_map(|sign| end.push(sign)) {
                    return Some(place);
                }
            }
        }
        if let Some(place) = letters(group).find_map(|sign| search.push(sign)) {
            return Some(place);
        }
    }
    None
}

/// The first digits of groups whose first byte is printable: 0x20 and 0x7f, the highest of four bytes, in units of
/// 85^4.
const FIRST_DIGITS: RangeInclusive<u8> = 10..=41;

/// The letters in a group of at most five digits.
fn letters(group: &[Sign]) -> impl Iterator<Item = Sign> {
    let place = group.first().map_or(0, |digit| digit.start)..group.last().map_or(0, |digit| digit.end);
    // The highest digit stands for those that are not there.
    let values = group.iter().map(|digit| digit.value).chain(std::iter::repeat(84)).take(5);
    let number = values.fold(0_u64, |number, value| number * 85 + u64::from(value));
    let [.., a, b, c, d] = number.to_be_bytes();
    let n_bytes = group.len().saturating_sub(1);
    [a, b, c, d].into_iter().take(n_bytes).filter_map(move |byte| Sign::letter(byte, place.clone()))
}
