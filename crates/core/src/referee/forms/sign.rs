//! A byte that a text shows, with its place: what all forms are read into.

use std::ops::Range;

/// A byte that a text shows, and the bytes of the text that show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    /// A character of ASCII, or the value of a digit.
    pub(super) value: u8,
    /// Where in the text it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

impl Sign {
    /// What `value` at `place` shows of a flag: a letter or digit, in lower case.
    pub(super) fn letter(value: u8, place: Range<usize>) -> Option<Self> {
        let value = value.to_ascii_lowercase();
        value.is_ascii_alphanumeric().then_some(Self { value, start: place.start, end: place.end })
    }

    /// The same of a character's code.
    pub(super) fn of_code(code: u32, place: Range<usize>) -> Option<Self> {
        u8::try_from(code).ok().and_then(|value| Self::letter(value, place))
    }

    /// What this byte shows of a flag.
    pub(super) fn plain(self) -> Option<Self> {
        Self::letter(self.value, self.start..self.end)
    }

    /// It with another value.
    pub(super) fn with(self, value: u8) -> Self {
        Self { value, ..self }
    }
}

/// The bytes of a text, each in its place.
pub(super) fn bytes(text: &str) -> impl Iterator<Item = Sign> {
    text.bytes().enumerate().map(|(at, value)| Sign { value, start: at, end: at + 1 })
}
