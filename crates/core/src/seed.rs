//! The seed of a match: every choice the arena makes in it is derived from here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A seed: 1 to 64 letters, digits, `_` or `-`. Random ones have 128 bits; `--seed 7` is as good for repeating a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Seed(String);

impl Seed {
    /// A seed from 128 bits of chance, given by the caller.
    pub fn from_chance(chance: u128) -> Self {
        Self(data_encoding::BASE32_NOPAD.encode(&chance.to_be_bytes()).to_ascii_lowercase())
    }

    /// The seed as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 256 bits that depend on the seed, on what they are for and on `parts`, and on nothing else.
    pub fn bits(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("ai-arena 2026-11 seed");
        for part in [self.0.as_str(), purpose].iter().chain(parts) {
            // The length keeps ("ab", "c") apart from ("a", "bc").
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// A number in `0..2^63` (so that every provider's signed seed takes it).
    pub fn number(&self, purpose: &str, parts: &[&str]) -> u64 {
        let bits = self.bits(purpose, parts);
        let (head, _) = bits.split_first_chunk().expect("32 bytes hold 8");
        u64::from_le_bytes(*head) >> 1
    }

    /// The same items in an order that the seed decides.
    pub fn shuffled<T>(&self, purpose: &str, parts: &[&str], items: Vec<T>) -> Vec<T> {
        let mut keyed: Vec<_> = items
            .into_iter()
            .enumerate()
            .map(|(i, item)| {
                let index = i.to_string();
                let parts: Vec<&str> = parts.iter().copied().chain([index.as_str()]).collect();
                (self.number(purpose, &parts), item)
            })
            .collect();
        keyed.sort_by_key(|(key, _)| *key);
        keyed.into_iter().map(|(_, item)| item).collect()
    }
}

/// The text cannot be a seed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a seed: 1 to 64 letters, digits, _ or -")]
pub struct NotASeed(String);

impl FromStr for Seed {
    type Err = NotASeed;

    fn from_str(text: &str) -> Result<Self, NotASeed> {
        let good =
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if good { Ok(Self(text.to_owned())) } else { Err(NotASeed(text.to_owned())) }
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_depends_on_every_part_and_on_where_it_is_cut() {
        let seed = Seed::from_str("7").unwrap();
        let all = [
            seed.bits("flag", &["a", "b"]),
            seed.bits("flag", &["ab"]),
            seed.bits("flag", &["a", "b", ""]),
            seed.bits("flaga", &["b"]),
            Seed::from_str("8").unwrap().bits("flag", &["a", "b"]),
        ];
        for (i, left) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|right| left != right));
        }
        assert_eq!(all[0], seed.bits("flag", &["a", "b"]));
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let seed = Seed::from_str("7").unwrap();
        let mut shuffled = seed.shuffled("order", &[], (0..100).collect());
        assert_ne!(shuffled, (0..100).collect::<Vec<_>>());
        shuffled.sort_unstable();
        assert_eq!(shuffled, (0..100).collect::<Vec<_>>());
    }
}
