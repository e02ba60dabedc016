//! A check as it is written: `true`, its most important setting alone, or a table.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A table that can be written as one setting of it.
pub(super) trait Short: Sized {
    /// That setting.
    type Word: for<'de> Deserialize<'de>;

    /// What may be written, for messages.
    const EXPECTED: &'static str;

    fn from_word(word: Self::Word) -> Self;
}

/// Reads it; `false` is a check that is off.
pub(super) fn written<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Short + Deserialize<'de>,
{
    deserializer.deserialize_any(Written(PhantomData))
}

struct Written<T>(PhantomData<T>);

impl<'de, T: Short + Deserialize<'de>> Visitor<'de> for Written<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_bool<E: Error>(self, is_on: bool) -> Result<Option<T>, E> {
        let nothing: MapDeserializer<'_, std::iter::Empty<(&str, &str)>, E> = MapDeserializer::new(std::iter::empty());
        if is_on { T::deserialize(nothing).map(Some) } else { Ok(None) }
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Option<T>, E> {
        T::Word::deserialize(word.into_deserializer()).map(T::from_word).map(Some)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<T>, E> {
        let word = T::Word::deserialize(number.into_deserializer());
        word.map(|word| Some(T::from_word(word))).map_err(|_: E| E::invalid_type(Unexpected::Signed(number), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<T>, A::Error> {
        T::Word::deserialize(SeqAccessDeserializer::new(list)).map(T::from_word).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(table)).map(Some)
    }
}
