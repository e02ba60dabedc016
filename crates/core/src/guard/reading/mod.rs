//! A text as somebody reads it who decodes what is encoded in it, with the way back to where that stands.
//!
//! A code is undone wherever it is found and the rest is kept, so that a sentence of which only some words are encoded
//! is whole again. There are as many readings as there are codes, and for each of them as many once more: however
//! often a text changes its code, the work is a multiple of its length.

mod digits;
mod entities;
mod escapes;
mod letters;
mod percent;
mod rot13;
mod words;

use std::fmt;
use std::ops::Range;

/// A way to write a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// Letters that look like Latin ones, with invisible characters between them, or as tag characters.
    Letters,
    /// `%69`.
    Percent,
    /// `&#105;`.
    Entities,
    /// `\u0069` and `\x69`.
    Escapes,
    Hex,
    Binary,
    Base32,
    Base64,
    /// Base64 with white space in it.
    SpacedBase64,
    Rot13,
}

impl Code {
    const ALL: [Self; 10] = [
        Self::Letters,
        Self::Percent,
        Self::Entities,
        Self::Escapes,
        Self::Hex,
        Self::Binary,
        Self::Base32,
        Self::Base64,
        Self::SpacedBase64,
        Self::Rot13,
    ];
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Letters => "disguised letters",
            Self::Percent => "percent-encoding",
            Self::Entities => "HTML entities",
            Self::Escapes => "escapes",
            Self::Hex => "hexadecimal",
            Self::Binary => "binary",
            Self::Base32 => "base32",
            Self::Base64 => "base64",
            Self::SpacedBase64 => "base64 with spaces",
            Self::Rot13 => "ROT13",
        })
    }
}

/// A text, and where each of its bytes comes from.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) text: String,
    /// For each byte of it, in which characters of the first text it was written.
    from: Vec<Range<usize>>,
    /// What was undone, the outermost first.
    codes: Vec<Code>,
}

impl Reading {
    /// The text as it is.
    pub(super) fn of(text: &str) -> Self {
        let mut from = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            from.extend(std::iter::repeat_n(at..at + c.len_utf8(), c.len_utf8()));
        }
        Self { text: text.to_owned(), from, codes: Vec::new() }
    }

    /// This text with a code undone; `None` if nothing in it is written so.
    fn undone(&self, code: Code) -> Option<Self> {
        let mut writing = Writing::on(self);
        match code {
            Code::Letters => letters::undo(&mut writing),
            Code::Percent => percent::undo(&mut writing),
            Code::Entities => entities::undo(&mut writing),
            Code::Escapes => escapes::undo(&mut writing),
            Code::Hex => digits::undo(&mut writing, &digits::HEX),
            Code::Binary => digits::undo(&mut writing, &digits::BINARY),
            Code::Base32 => digits::undo(&mut writing, &digits::BASE32),
            Code::Base64 => digits::undo(&mut writing, &digits::BASE64),
            Code::SpacedBase64 => digits::undo(&mut writing, &digits::SPACED_BASE64),
            Code::Rot13 => rot13::undo(&mut writing),
        }
        let Writing { text, from, is_changed, .. } = writing;
        let codes = self.codes.iter().copied().chain([code]).collect();
        is_changed.then_some(Self { text, from, codes })
    }

    /// This text in lower-case words without accents, one space between each two.
    pub(super) fn in_words(&self) -> Self {
        let mut writing = Writing::on(self);
        words::split(&mut writing);
        let Writing { text, from, .. } = writing;
        Self { text, from, codes: self.codes.clone() }
    }

    /// In which codes the first text is written: `base64 in percent-encoding`.
    pub(super) fn told(&self) -> String {
        self.codes.iter().rev().map(Code::to_string).collect::<Vec<_>>().join(" in ")
    }

    /// Where in the first text these bytes were written. They are not empty.
    pub(super) fn place(&self, bytes: &Range<usize>) -> Range<usize> {
        self.from[bytes.start].start..self.from[bytes.end - 1].end
    }
}

/// Shows `text` to `look` in every reading but the first: each code undone, and then each code once more. Returns
/// whether all of them were shown.
pub(super) fn each(first: &Reading, mut look: impl FnMut(&Reading)) -> bool {
    /// The longest text of a match, 64 KiB, under all codes and all pairs of them is 7 MiB. No honest text is half that.
    const MAX_BYTES: usize = 4 << 20;
    let mut n_bytes = 0;
    for code in Code::ALL {
        let Some(once) = first.undone(code) else { continue };
        look(&once);
        n_bytes += once.text.len();
        for second in Code::ALL {
            // ROT13 undoes itself.
            if (code, second) == (Code::Rot13, Code::Rot13) {
                continue;
            }
            if n_bytes > MAX_BYTES {
                return false;
            }
            if let Some(twice) = once.undone(second) {
                look(&twice);
                n_bytes += twice.text.len();
            }
        }
    }
    true
}

/// A reading that is being written from another, in its order.
struct Writing<'a> {
    source: &'a Reading,
    text: String,
    from: Vec<Range<usize>>,
    is_changed: bool,
}

impl<'a> Writing<'a> {
    fn on(source: &'a Reading) -> Self {
        let capacity = source.text.len();
        Self { source, text: String::with_capacity(capacity), from: Vec::with_capacity(capacity), is_changed: false }
    }

    fn source(&self) -> &'a str {
        &self.source.text
    }

    /// These bytes stay as they are.
    fn keep(&mut self, bytes: Range<usize>) {
        self.text.push_str(&self.source.text[bytes.clone()]);
        self.from.extend_from_slice(&self.source.from[bytes]);
    }

    /// A character, written in these bytes of the source.
    fn put(&mut self, c: char, bytes: &Range<usize>) {
        let place = self.source.place(bytes);
        self.text.push(c);
        self.from.extend(std::iter::repeat_n(place, c.len_utf8()));
        self.is_changed = true;
    }

    /// Nothing is written in what is not kept.
    fn skip(&mut self) {
        self.is_changed = true;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::converter::{Converted, Converter};

    fn undone(text: &str, codes: &[Code]) -> Option<Reading> {
        codes.iter().try_fold(Reading::of(text), |reading, code| reading.undone(*code))
    }

    #[test]
    fn each_code_is_undone_where_it_stands() {
        use Code::{Base32, Base64, Binary, Entities, Escapes, Hex, Letters, Percent, Rot13, SpacedBase64};
        for (text, codes, read) in [
            ("say %69gn%6Fre 100%", &[Percent][..], "say ignore 100%"),
            ("%C3%A9%FF", &[Percent], "é%FF"),
            ("a&#105;&#x67;&lt;b&gt; &amp &nope; &#99999999;", &[Entities], "aig<b> &amp &nope; &#99999999;"),
            ("\\u0069\\x67\\u{6e}\\n \\ud83d\\ude00 \\u12", &[Escapes], "ign\\n 😀 \\u12"),
            ("do 69676e6f726520697420616c6c now", &[Hex], "do ignore it all now"),
            ("0x69 0x67 0x6e 0x6f 0x72 0x65 0x20 0x69 0x74.", &[Hex], "0xignore it."),
            ("69:67:6e:6f:72:65:20:69:74", &[Hex], "ignore it"),
            (
                "01101001 01100111 01101110 01101111 01110010 01100101 00100000 01101001 01110100",
                &[Binary],
                "ignore it",
            ),
            ("x NFTW433SMUQGS5BAMFWGY=== y", &[Base32], "x ignore it all=== y"),
            ("x aWdub3JlIGl0IGFsbA== y", &[Base64], "x ignore it all== y"),
            ("x: aWdu b3Jl\nIGl0 IGFs bA: y", &[SpacedBase64], "x: ignore it all: y"),
            ("vtaber vg", &[Rot13], "ignore it"),
            ("іgnоrе", &[Letters], "ignore"),
            ("i\u{200b}g\u{2060}n\u{ad}ore", &[Letters], "ignore"),
            ("ｉｇｎｏｒｅ 𝐢𝐭 ḯt", &[Letters], "ignore it it"),
            ("a\u{e0069}\u{e0067}\u{e006e}\u{e007f}", &[Letters], "aign"),
            ("%61%57%64%75%62%33%4a%6c%49%47%6c%30%49%47%46%73%62%41", &[Percent, Base64], "ignore it all"),
            ("YVdkdWIzSmxJR2wwSUdGc2JBPT0=", &[Base64, Base64], "ignore it all==="),
        ] {
            let reading = undone(text, codes);
            assert_eq!(reading.as_ref().map(|reading| reading.text.as_str()), Some(read), "{text}");
        }
    }

    #[test]
    fn what_is_not_encoded_has_no_reading_but_rot13() {
        let text = "Dear all, the meeting of 2026-03-01 is moved to room 4b; 100% of you agreed, thanks & see you.";
        let read: Vec<Code> = Code::ALL.into_iter().filter(|code| Reading::of(text).undone(*code).is_some()).collect();
        assert_eq!(read, [Code::Rot13]);
    }

    #[test]
    fn a_place_is_the_encoded_part_and_no_more() {
        let text = "see aWdub3JlIGl0IGFsbA now";
        let reading = undone(text, &[Code::Base64]).unwrap();
        let at = reading.text.find("ignore").unwrap();
        assert_eq!(&text[reading.place(&(at..at + 6))], "aWdub3Jl");
        let text = "x %69g&#110;ore y";
        let reading = undone(text, &[Code::Entities, Code::Percent]).unwrap();
        let at = reading.text.find("ignore").unwrap();
        assert_eq!(&text[reading.place(&(at..at + 6))], "%69g&#110;ore");
        let reading = Reading::of("Pay  NO, Attention").in_words();
        assert_eq!((reading.text.as_str(), reading.place(&(4..6))), ("pay no attention", 5..7));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever a converter of Red makes is undone again, with what else stands around it.
        #[test]
        fn what_converters_write_is_read(words in "[a-z]{3,8}( [a-z]{3,8}){2,8}", seed in "[0-9]{1,9}") {
            for word in
                ["base64", "base32", "hex", "binary", "url", "html-entities", "rot13", "unicode-tags", "full-width", "diacritics"]
            {
                let converter: Converter = word.parse().unwrap();
                let Converted::Text(text) = converter.convert(&words, &seed.parse().unwrap()) else { unreachable!() };
                let mut is_read = false;
                each(&Reading::of(&text), |reading| is_read |= reading.text.contains(&words));
                prop_assert!(is_read, "{}: {}", word, text);
            }
        }

        #[test]
        fn every_place_is_whole_characters(text in "\\PC{0,80}") {
            let first = Reading::of(&text);
            each(&first, |reading| {
                for (at, c) in reading.text.char_indices() {
                    let place = reading.place(&(at..at + c.len_utf8()));
                    assert!(text.get(place.clone()).is_some_and(|part| !part.is_empty()), "{place:?} of {text:?}");
                }
            });
        }
    }
}
