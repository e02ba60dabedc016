//! One Latin letter for another.

const N_LETTERS: u8 = 26;

/// How far a Caesar cipher moves a letter, 1 to 25 places forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift(u8);

impl Shift {
    /// Half of the alphabet: twice is not at all.
    pub const ROT13: Self = Self(13);

    /// `None` if it would leave letters where they are, or is beyond the alphabet.
    pub fn new(places: u8) -> Option<Self> {
        (1..N_LETTERS).contains(&places).then_some(Self(places))
    }

    /// 1 to 25.
    pub fn places(self) -> u8 {
        self.0
    }

    /// `text` with each letter moved.
    pub(super) fn apply(self, text: &str) -> String {
        letters_by(text, |place| (place + self.0) % N_LETTERS)
    }
}

pub(super) fn atbash(text: &str) -> String {
    letters_by(text, |place| N_LETTERS - 1 - place)
}

/// `text` with each letter by the one at another place in the alphabet, 0 to 25.
fn letters_by(text: &str, other: impl Fn(u8) -> u8) -> String {
    let letter = |c: char| match u8::try_from(c) {
        Ok(letter @ b'a'..=b'z') => char::from(b'a' + other(letter - b'a')),
        Ok(letter @ b'A'..=b'Z') => char::from(b'A' + other(letter - b'A')),
        _ => c,
    };
    text.chars().map(letter).collect()
}
