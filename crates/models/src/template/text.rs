//! A text with placeholders: a URL, a header, a text inside a body. Pure.

use super::placeholder::{Place, Placeholder};

/// Pieces that are put together for each question.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    Placeholder(Placeholder),
}

impl Text {
    /// Every `{name}` of lower-case letters and `_` is a placeholder; other braces are text.
    pub(super) fn parse(text: &str, place: Place) -> Result<Self, String> {
        Self::parse_by(text, |_| place)
    }

    /// The same, where the place depends on what stands before a placeholder.
    pub(super) fn parse_by(text: &str, place: impl Fn(&str) -> Place) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, name, after)) = split(rest) {
            let place = place(&text[..text.len() - rest.len() + before.len()]);
            pieces.push(Piece::Literal(before.to_owned()));
            pieces.push(Piece::Placeholder(Placeholder::named(name, place)?));
            rest = after;
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The text with `value` of each placeholder in its place.
    pub(super) fn fill(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Placeholder(placeholder) => value(*placeholder),
            })
            .collect()
    }

    /// What it asks for.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Placeholder(placeholder) => Some(*placeholder),
        })
    }
}

/// The text before the first `{name}`, the name, and the text behind it.
pub(super) fn split(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let (name, after) = text[at + 1..].split_once('}')?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_name.then(|| (&text[..at], name, after))
    })
}
