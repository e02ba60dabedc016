//! The same letters to a reader, others to a filter.

use super::dice::Dice;
use crate::seed::Seed;

/// Latin letters, and the Cyrillic ones of the same shape (`confusables.txt` of Unicode Technical Standard 39).
pub(super) const HOMOGLYPHS: [(char, char); 22] = [
    ('a', '\u{430}'),
    ('c', '\u{441}'),
    ('e', '\u{435}'),
    ('i', '\u{456}'),
    ('j', '\u{458}'),
    ('o', '\u{43e}'),
    ('p', '\u{440}'),
    ('s', '\u{455}'),
    ('x', '\u{445}'),
    ('y', '\u{443}'),
    ('A', '\u{410}'),
    ('B', '\u{412}'),
    ('C', '\u{421}'),
    ('E', '\u{415}'),
    ('H', '\u{41d}'),
    ('I', '\u{406}'),
    ('K', '\u{41a}'),
    ('M', '\u{41c}'),
    ('O', '\u{41e}'),
    ('P', '\u{420}'),
    ('T', '\u{422}'),
    ('X', '\u{425}'),
];

/// Zero width space, zero width non-joiner, zero width joiner, word joiner.
pub(super) const INVISIBLE: [char; 4] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}'];

/// Grave, acute, circumflex, tilde, macron.
pub(super) const MARKS: [char; 5] = ['\u{300}', '\u{301}', '\u{302}', '\u{303}', '\u{304}'];

/// From an ASCII character to its tag character.
pub(super) const TO_TAG: u32 = 0xe_0000;

/// From a printable ASCII character to its full-width form.
pub(super) const TO_FULL_WIDTH: u32 = 0xfee0;

/// The ideographic space is the full-width one.
pub(super) const WIDE_SPACE: char = '\u{3000}';

pub(super) fn leetspeak(text: &str) -> String {
    let digit = |c: char| match c.to_ascii_lowercase() {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        's' => '5',
        't' => '7',
        _ => c,
    };
    text.chars().map(digit).collect()
}

/// Half of the letters that have a double, by chance: a filter that knows them all still has to look at each.
pub(super) fn homoglyphs(text: &str, chance: &Seed) -> String {
    let mut dice = Dice::new(chance, "homoglyphs");
    let swapped = |c: char| match HOMOGLYPHS.iter().find(|(latin, _)| *latin == c) {
        Some((_, double)) if dice.below(2) == 0 => *double,
        _ => c,
    };
    text.chars().map(swapped).collect()
}

pub(super) fn zero_width(text: &str, chance: &Seed) -> String {
    let mut dice = Dice::new(chance, "zero-width");
    text.chars().flat_map(|c| [c, dice.one_of(&INVISIBLE)]).collect()
}

pub(super) fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + TO_FULL_WIDTH).expect("U+FF01 to U+FF5E are characters"),
        ' ' => WIDE_SPACE,
        _ => c,
    };
    text.chars().map(wide).collect()
}

pub(super) fn unicode_tags(text: &str) -> String {
    let tag = |c: char| match c {
        ' '..='~' => char::from_u32(u32::from(c) + TO_TAG).expect("U+E0020 to U+E007E are characters"),
        _ => c,
    };
    text.chars().map(tag).collect()
}

pub(super) fn diacritics(text: &str, chance: &Seed) -> String {
    let mut dice = Dice::new(chance, "diacritics");
    let mut out = String::with_capacity(text.len() * 3);
    for c in text.chars() {
        out.push(c);
        if c.is_alphabetic() {
            out.push(dice.one_of(&MARKS));
        }
    }
    out
}

pub(super) fn alternating_case(text: &str) -> String {
    let mut n_letters = 0;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_alphabetic() {
            out.push(c);
            continue;
        }
        if n_letters % 2 == 0 {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        n_letters += 1;
    }
    out
}
