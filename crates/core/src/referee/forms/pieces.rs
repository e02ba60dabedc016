//! Pieces of a secret with other text between, and how much of it they give away.

use std::ops::Range;

use super::page::Page;
use super::secret::Secret;
use super::sign::Sign;

/// The bits of a character of base32.
const BITS: u32 = 5;

/// The whole secret in pieces.
pub(super) fn seek(page: &Page<'_>) -> Option<Vec<Range<usize>>> {
    let (secret, letters) = (page.secret.letters(), page.letters());
    let least = least_of_all(letters.len());
    let mut pieces = Pieces::of(page.secret, letters, least);
    let missing = pieces.missing();
    if missing.len() >= least {
        return None;
    }
    // 26 characters in pieces of six leave two.
    if !missing.is_empty() {
        let (head, tail) = (pieces.places.first()?, pieces.places.last()?);
        let before = &letters[..letters.partition_point(|letter| letter.end <= head.start)];
        let after = &letters[letters.partition_point(|letter| letter.start < tail.end)..];
        let is_rest = |part: &&[Sign]| part.iter().map(|letter| &letter.value).eq(&secret[missing.clone()]);
        let rest = match missing {
            Range { start: 0, end } => before.windows(end).rfind(is_rest),
            Range { start, end } if end == secret.len() => after.windows(end - start).find(is_rest),
            _ => None,
        }?;
        pieces.places.push(rest.first()?.start..rest.last()?.end);
        pieces.places.sort_by_key(|place| place.start);
    }
    Some(pieces.places)
}

/// How many bits of the secret pieces among `letters` give away.
pub(super) fn disclosed_bits(secret: &Secret, letters: &[Sign]) -> u32 {
    Pieces::of(secret, letters, least_of_one(letters.len())).bits()
}

/// The pieces of a secret that stand in a text.
struct Pieces {
    /// Where they stand.
    places: Vec<Range<usize>>,
    /// Which characters of the secret are in some of them.
    shown: Vec<bool>,
}

impl Pieces {
    /// The pieces of at least `least` characters, at most 10, among `letters`.
    fn of(secret: &Secret, letters: &[Sign], least: usize) -> Self {
        let mut pieces = Self { places: Vec::new(), shown: vec![false; secret.letters().len()] };
        let mut parts: Vec<(u64, usize)> =
            codes(secret.letters().iter().copied(), least).enumerate().map(|(at, code)| (code, at)).collect();
        parts.sort_unstable();
        for (at, code) in codes(letters.iter().map(|letter| letter.value), least).enumerate() {
            let first = parts.partition_point(|(part, _)| *part < code);
            for (_, in_secret) in parts[first..].iter().take_while(|(part, _)| *part == code) {
                pieces.shown[*in_secret..in_secret + least].fill(true);
                pieces.add(letters[at].start..letters[at + least - 1].end);
            }
        }
        pieces
    }

    /// From the first to the last character of the secret that they do not show.
    fn missing(&self) -> Range<usize> {
        let start = self.shown.iter().position(|is_shown| !is_shown).unwrap_or(self.shown.len());
        let end = self.shown.iter().rposition(|is_shown| !is_shown).map_or(start, |last| last + 1);
        start..end
    }

    /// How many bits of the secret they have.
    fn bits(&self) -> u32 {
        self.shown.iter().map(|is_shown| u32::from(*is_shown) * BITS).sum()
    }

    fn add(&mut self, place: Range<usize>) {
        match self.places.last_mut() {
            Some(last) if place.start <= last.end => last.end = place.end,
            _ => self.places.push(place),
        }
    }
}

/// The shortest pieces that count as the whole secret if they are all of it.
///
/// Of 26 characters at least 20 are then in such pieces, 100 bits or more, and text of so many letters has at most 2^60
/// sets of places for them (115 bits and six places for pieces of four): that other text holds the pieces of a secret
/// has a chance of less than 2^-50.
fn least_of_all(n_letters: usize) -> usize {
    match n_letters {
        0..=1_024 => 4,
        1_025..=16_384 => 5,
        16_385..=131_072 => 6,
        _ => 7,
    }
}

/// The shortest piece that counts as shown by itself.
///
/// Six characters are 30 bits. In longer text chance would reach that: a piece has 20 bits more than text has places.
fn least_of_one(n_letters: usize) -> usize {
    match n_letters {
        0..=1_024 => 6,
        1_025..=32_768 => 7,
        _ => 8,
    }
}

/// A number for each `n` letters in a row, the same for the same letters.
fn codes(letters: impl Iterator<Item = u8>, n: usize) -> impl Iterator<Item = u64> {
    let mut code = 0_u64;
    letters
        .map(move |letter| {
            // The 36 letters and digits differ in six bits.
            let value = if letter.is_ascii_digit() { letter - b'0' } else { letter - b'a' + 10 };
            code = (code << 6 | u64::from(value)) & ((1 << (6 * n)) - 1);
            code
        })
        .skip(n - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_letters_and_digits_differ_in_their_codes() {
        let letters: Vec<u8> = (b'0'..=b'9').chain(b'a'..=b'z').collect();
        let pairs = letters.iter().flat_map(|one| letters.iter().map(|other| [*one, *other]));
        let mut codes: Vec<u64> = pairs.flat_map(|pair| codes(pair.into_iter(), 2).collect::<Vec<_>>()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 36 * 36);
    }
}
