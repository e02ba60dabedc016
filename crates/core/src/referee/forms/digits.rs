//! Digits of a numeral system, runs of them, and the bytes that they spell bit by bit.

use std::ops::Range;

use super::needle::Needle;
use super::sign::Sign;

/// A numeral system: which byte is which digit.
pub(super) struct Alphabet([Option<u8>; 256]);

impl Alphabet {
    /// That of these digits, in each of these ways to write them.
    pub(super) const fn new(ways: &[&[u8]]) -> Self {
        let mut values = [None; 256];
        let mut way = 0;
        while way < ways.len() {
            let digits = ways[way];
            let mut value = 0_u8;
            while (value as usize) < digits.len() {
                values[digits[value as usize] as usize] = Some(value);
                value += 1;
            }
            way += 1;
        }
        Self(values)
    }

    /// The digit's value.
    pub(super) fn value(&self, digit: u8) -> Option<u8> {
        self.0[usize::from(digit)]
    }

    /// The runs of at least `least` digits, as their values. What `passes` says does not end a run.
    pub(super) fn runs(
        &self,
        bytes: impl Iterator<Item = Sign>,
        passes: fn(&u8) -> bool,
        least: usize,
    ) -> Vec<Vec<Sign>> {
        let mut runs = Vec::new();
        let mut run = Vec::with_capacity(bytes.size_hint().0);
        for sign in bytes {
            match self.value(sign.value) {
                Some(value) => run.push(sign.with(value)),
                None if passes(&sign.value) => {}
                None if run.len() >= least => runs.push(std::mem::take(&mut run)),
                None => run.clear(),
            }
        }
        if run.len() >= least {
            runs.push(run);
        }
        runs
    }
}

/// The bytes that `digits` of `width` bits each spell after `n_bits` bits that are 0.
pub(super) fn spelled(digits: &[Sign], width: u32, mut n_bits: u32) -> impl Iterator<Item = Sign> {
    let (mut bits, mut start) = (0_u32, digits.first().map_or(0, |digit| digit.start));
    digits.iter().filter_map(move |digit| {
        if n_bits == 0 {
            start = digit.start;
        }
        bits = bits << width | u32::from(digit.value);
        n_bits += width;
        let n_left = n_bits.checked_sub(8)?;
        let [.., value] = (bits >> n_left).to_be_bytes();
        let byte = Sign { value, start, end: digit.end };
        (n_bits, start) = (n_left, digit.start);
        Some(byte)
    })
}

/// The place of `needle` in what `digits` of `width` bits each spell.
pub(super) fn find_spelled(needle: &Needle, digits: &[Sign], width: u32) -> Option<Range<usize>> {
    readings(digits, width).find_map(|bytes| needle.find(bytes.filter_map(Sign::plain)))
}

/// The ways to read `digits` of `width` bits as bytes: what was spelled may begin before them, in the middle of a byte.
pub(super) fn readings(digits: &[Sign], width: u32) -> impl Iterator<Item = impl Iterator<Item = Sign>> {
    // Digits begin in bytes at multiples of what divides both.
    let step = 1 << width.trailing_zeros();
    (0..8).step_by(step).map(move |n_bits| spelled(digits, width, n_bits))
}
