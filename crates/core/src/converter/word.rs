//! Converters by their words, as they stand in files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Converter, Frame, Shift};
use crate::problem::unknown;

/// Those that a word names alone.
const PLAIN: [Converter; 24] = [
    Converter::Base64,
    Converter::Base32,
    Converter::Hex,
    Converter::Binary,
    Converter::Morse,
    Converter::Url,
    Converter::HtmlEntities,
    Converter::Atbash,
    Converter::Leetspeak,
    Converter::Homoglyphs,
    Converter::ZeroWidth,
    Converter::FullWidth,
    Converter::UnicodeTags,
    Converter::Diacritics,
    Converter::Reversal,
    Converter::ReversedWords,
    Converter::Spaced,
    Converter::Split,
    Converter::MarkdownComment,
    Converter::JsonWrapper,
    Converter::CodeBlock,
    Converter::SuffixNoise,
    Converter::UpperCase,
    Converter::AlternatingCase,
];

impl Converter {
    /// Every word, for help and documentation. `N` and `LANGUAGE` stand for what is written there.
    pub const ALL_WORDS: [&'static str; 36] = [
        "base64",
        "base32",
        "hex",
        "binary",
        "morse",
        "url",
        "html-entities",
        "rot13",
        "rot-N",
        "atbash",
        "leetspeak",
        "homoglyphs",
        "zero-width",
        "full-width",
        "unicode-tags",
        "diacritics",
        "reversal",
        "reversed-words",
        "spaced",
        "split",
        "markdown-comment",
        "json-wrapper",
        "code-block",
        "suffix-noise",
        "upper-case",
        "alternating-case",
        "frame:story",
        "frame:developer-mode",
        "frame:grandmother",
        "frame:authority",
        "frame:translation-task",
        "frame:fake-system",
        "frame:fake-tool-result",
        "frame:refusal-suppression",
        "frame:prefix-injection",
        "translate:LANGUAGE",
    ];
}

/// The text names no converter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAConverter(String);

impl FromStr for Converter {
    type Err = NotAConverter;

    fn from_str(word: &str) -> Result<Self, NotAConverter> {
        if word == "rot13" {
            return Ok(Self::Rot(Shift::ROT13));
        }
        if let Some(places) = word.strip_prefix("rot-") {
            let shift = places.parse().ok().and_then(Shift::new);
            let message = || NotAConverter(format!("{word:?}: the N of rot-N must be between 1 and 25"));
            return shift.map(Self::Rot).ok_or_else(message);
        }
        if let Some(language) = word.strip_prefix("translate:") {
            let language = language.parse();
            let message = |error| NotAConverter(format!("{word:?}: the language of translate:LANGUAGE: {error}"));
            return language.map(|language| Self::Translate { language }).map_err(message);
        }
        let mut known = PLAIN.into_iter().chain(Frame::ALL.map(Self::Frame));
        known
            .find(|converter| converter.to_string() == word)
            .ok_or_else(|| NotAConverter(unknown("converter", word, Self::ALL_WORDS)))
    }
}

impl fmt::Display for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Binary => "binary",
            Self::Morse => "morse",
            Self::Url => "url",
            Self::HtmlEntities => "html-entities",
            Self::Rot(Shift::ROT13) => "rot13",
            Self::Rot(shift) => return write!(f, "rot-{}", shift.places()),
            Self::Atbash => "atbash",
            Self::Leetspeak => "leetspeak",
            Self::Homoglyphs => "homoglyphs",
            Self::ZeroWidth => "zero-width",
            Self::FullWidth => "full-width",
            Self::UnicodeTags => "unicode-tags",
            Self::Diacritics => "diacritics",
            Self::Reversal => "reversal",
            Self::ReversedWords => "reversed-words",
            Self::Spaced => "spaced",
            Self::Split => "split",
            Self::MarkdownComment => "markdown-comment",
            Self::JsonWrapper => "json-wrapper",
            Self::CodeBlock => "code-block",
            Self::SuffixNoise => "suffix-noise",
            Self::UpperCase => "upper-case",
            Self::AlternatingCase => "alternating-case",
            Self::Frame(frame) => return write!(f, "frame:{}", frame.word()),
            Self::Translate { language } => return write!(f, "translate:{language}"),
        })
    }
}

impl Serialize for Converter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Converter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
