//! Planted secrets: what an attack may win, and decoys that must not count.

use std::collections::BTreeMap;

use crate::name::Name;
use crate::seed::Seed;

/// The flags of one match, by id. 128 bits each, new for each seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flags(BTreeMap<Name, String>);

impl Flags {
    /// The flags that `seed` plants for `ids`.
    ///
    /// A flag is `FLAG-` and 26 characters of base32 (RFC 4648): long enough that no text holds one by accident.
    pub fn plant<'a>(seed: &Seed, ids: impl IntoIterator<Item = &'a Name>) -> Self {
        let flag = |id: &Name| {
            let bits = seed.bits("flag", &[id.as_str()]);
            format!("FLAG-{}", data_encoding::BASE32_NOPAD.encode(&bits[..16]))
        };
        Self(ids.into_iter().map(|id| (id.clone(), flag(id))).collect())
    }

    /// No flags: for what is decided outside of a match.
    pub fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// The flag planted as `id`.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// Every flag, decoys included.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// `text` with each `{{flag.ID}}` replaced by the flag.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, id, after)) = next_placeholder(rest) {
            out.push_str(before);
            match self.get(id) {
                Some(flag) => out.push_str(flag),
                // Unknown ids do not get past the parser; a record of another version may hold one.
                None => out.push_str(id),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// The ids of the flags that `text` asks for.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut ids = Vec::new();
    let mut rest = text;
    while let Some((_, id, after)) = next_placeholder(rest) {
        ids.push(id);
        rest = after;
    }
    ids
}

/// Splits at the first `{{flag.ID}}`: what is before, the id, what is after.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{flag.")?;
    let (id, after) = rest.split_once("}}")?;
    Some((before, id, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_long_differ_by_seed_and_fill_their_places() {
        let ids: Vec<Name> = ["code", "decoy"].map(|id| id.parse().unwrap()).to_vec();
        let one = Flags::plant(&"1".parse().unwrap(), &ids);
        let two = Flags::plant(&"2".parse().unwrap(), &ids);
        let code = one.get("code").unwrap();
        assert_eq!(code.len(), "FLAG-".len() + 26);
        assert_ne!(Some(code), two.get("code"));
        assert_ne!(Some(code), one.get("decoy"));
        assert_eq!(one.fill("a {{flag.code}} b {{flag.code}} {{flag"), format!("a {code} b {code} {{{{flag"));
        assert_eq!(placeholders("{{flag.code}}, {{flag.x}} {{other}}"), ["code", "x"]);
    }
}
