//! Tokens: what a program shows to say who it is. The secret is told once and kept nowhere; its hash is.

use arena_store::{Field, Kind, Model, View};
use std::fmt;
use std::str::FromStr;

use arena_core::name::Name;
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::scope::Scope;

/// What every token begins with, so that those who look for leaked ones find it.
const PREFIX: &str = "aia_";

/// A token as its holder has it: `aia_` and 52 characters. Masked wherever it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no token: aia_ and 52 characters")]
pub struct NotAToken;

impl Secret {
    /// A new one of 256 bits of chance.
    pub fn from_chance(first: u128, second: u128) -> Self {
        let bytes = [first.to_be_bytes(), second.to_be_bytes()].concat();
        Self(PREFIX.to_owned() + &BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// The text, to be told to its holder, once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// By which it is known. It is chance of 256 bits: nobody comes from the hash to the secret.
    pub fn hash(&self) -> String {
        blake3::hash(self.0.as_bytes()).to_hex().to_string()
    }
}

impl FromStr for Secret {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let chance = text.strip_prefix(PREFIX).ok_or(NotAToken)?;
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        if chance.len() == 52 && chance.bytes().all(is_plain) { Ok(Self(text.to_owned())) } else { Err(NotAToken) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("aia_****")
    }
}

/// A token as it is kept: everything but the secret. A document whose id is the secret's hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// How people call it.
    pub name: Name,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is worth nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When somebody took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl Model for Token {
    const KIND: Kind = Kind::Token;
}

impl Token {
    /// What people see of tokens when they ask in SQL.
    pub fn view() -> View {
        let names = ["name", "created_at", "expires_at", "revoked_at"];
        let columns = names.map(|name| (name, Field::<String>::at(name).column())).into();
        View { name: "tokens", kind: Kind::Token, columns }
    }

    /// Whether it counts at this moment.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_is_written_and_shown_nowhere() {
        let secret = Secret::from_chance(1, u128::MAX);
        assert_eq!(secret.reveal().parse(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "aia_****");
        assert_ne!(secret.hash(), Secret::from_chance(2, u128::MAX).hash());
        let text = secret.reveal();
        for other in ["", "aia_", &text[1..], &text[..55], &format!("{text}a"), &text.to_uppercase()] {
            assert_eq!(other.parse::<Secret>(), Err(NotAToken), "{other}");
        }
    }

    #[test]
    fn a_token_counts_until_it_expires_or_is_taken_back() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let token = Token {
            name: "ci".parse().unwrap(),
            scopes: vec![Scope::Read],
            created_at: at(0),
            expires_at: Some(at(10)),
            revoked_at: None,
        };
        assert!(token.counts(at(9)) && !token.counts(at(10)));
        assert!(Token { expires_at: None, ..token.clone() }.counts(at(10)));
        assert!(!Token { revoked_at: Some(at(5)), ..token }.counts(at(1)));
    }
}
