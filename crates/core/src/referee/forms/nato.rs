//! The words of the NATO spelling alphabet.

use std::ops::Range;

use super::page::Page;
use super::sign::Sign;

/// For each letter, the words that begin with it, the longer before the shorter, and what they stand for. A secret has
/// the digits 2 to 7 only.
const WORDS: [&[(&[u8], u8)]; 26] = [
    &[(b"alpha", b'a'), (b"alfa", b'a')],
    &[(b"bravo", b'b')],
    &[(b"charlie", b'c')],
    &[(b"delta", b'd')],
    &[(b"echo", b'e')],
    &[(b"foxtrot", b'f'), (b"fower", b'4'), (b"four", b'4'), (b"five", b'5'), (b"fife", b'5')],
    &[(b"golf", b'g')],
    &[(b"hotel", b'h')],
    &[(b"india", b'i')],
    &[(b"juliett", b'j'), (b"juliet", b'j')],
    &[(b"kilo", b'k')],
    &[(b"lima", b'l')],
    &[(b"mike", b'm')],
    &[(b"november", b'n')],
    &[(b"oscar", b'o')],
    &[(b"papa", b'p')],
    &[(b"quebec", b'q')],
    &[(b"romeo", b'r')],
    &[(b"sierra", b's'), (b"seven", b'7'), (b"six", b'6')],
    &[(b"tango", b't'), (b"three", b'3'), (b"tree", b'3'), (b"two", b'2')],
    &[(b"uniform", b'u')],
    &[(b"victor", b'v')],
    &[(b"whiskey", b'w'), (b"whisky", b'w')],
    &[(b"xray", b'x')],
    &[(b"yankee", b'y')],
    &[(b"zulu", b'z')],
];

/// The secret in words. Digits may also stand there as they are; if the words are numbered, they mean nothing.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    // Digits may stand for themselves; no word has fewer letters than `two`.
    let n_letters = page.secret.letters().iter().filter(|letter| letter.is_ascii_alphabetic()).count();
    if !page.census.may_have(3 * n_letters, |byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let numbered = words(page.letters());
    let find = |words: &mut dyn Iterator<Item = Sign>| page.secret.needle.find(words);
    find(&mut numbered.iter().filter_map(|(sign, is_word)| is_word.then_some(*sign)))
        .or_else(|| find(&mut numbered.iter().map(|(sign, _)| *sign)))
}

/// What the words and the digits among `letters` stand for, and whether it is a word.
fn words(mut letters: &[Sign]) -> Vec<(Sign, bool)> {
    let mut words = Vec::new();
    while let Some((first, rest)) = letters.split_first() {
        if let Some((n, value)) = word(letters) {
            words.push((Sign { value, start: first.start, end: letters[n - 1].end }, true));
            letters = &letters[n..];
        } else {
            words.extend(first.value.is_ascii_digit().then_some((*first, false)));
            letters = rest;
        }
    }
    words
}

/// The word with which `letters` begin: its length, and what it stands for.
fn word(letters: &[Sign]) -> Option<(usize, u8)> {
    let begin = |word: &[u8]| {
        letters.len() >= word.len() && letters.iter().zip(word).all(|(sign, letter)| sign.value == *letter)
    };
    let words = WORDS.get(usize::from(letters.first()?.value.checked_sub(b'a')?))?;
    let (word, value) = words.iter().find(|(word, _)| {
        // `juliet tango` has no space by now.
        begin(word) && !(*word == b"juliett" && begin(b"juliettango"))
    })?;
    Some((word.len(), *value))
}
