//! Tokens in the database: made, listed, taken back, and looked up by whoever shows one.

use arena_core::name::Name;
use arena_store::{Document, Kind, Put, Query, Rev, Store};
use jiff::Timestamp;

use super::scope::Scope;
use super::token::{Secret, Token};
use crate::chance;

/// More tokens nobody can look after.
const MAX_TOKENS: usize = 1_000;

/// A token is not made or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another token has the name.
    #[error("there is a token {0:?} already; take it back with arena token revoke {0}, or choose another name")]
    NameTaken(Name),
    /// No token that counts has the name.
    #[error("there is no token {0:?} that counts; arena token list lists them")]
    NoSuchToken(Name),
    /// So many tokens are there.
    #[error("there are {MAX_TOKENS} tokens, and no more can be made")]
    TooMany,
    /// A token that allows nothing.
    #[error("a token needs a scope")]
    NoScope,
    /// A moment that has passed.
    #[error("a token cannot expire before it is made")]
    ExpiresEarly,
    /// The database.
    #[error(transparent)]
    Store(#[from] arena_store::Error),
    /// No random bytes for a secret.
    #[error(transparent)]
    Chance(#[from] chance::NoChance),
    /// A document that holds no token.
    #[error("a token in the database is damaged")]
    Damaged(#[source] serde_json::Error),
}

/// Makes a token. The secret is told here and never again.
///
/// # Errors
/// [`Error::NameTaken`], [`Error::NoScope`], [`Error::ExpiresEarly`], [`Error::TooMany`]; [`Error::Store`],
/// [`Error::Chance`] as they say.
pub async fn create(
    store: &dyn Store,
    name: Name,
    scopes: Vec<Scope>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(Secret, Token), Error> {
    if scopes.is_empty() {
        return Err(Error::NoScope);
    }
    if expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(Error::ExpiresEarly);
    }
    let tokens = list(store).await?;
    if tokens.len() >= MAX_TOKENS {
        return Err(Error::TooMany);
    }
    if tokens.iter().any(|(_, token)| token.name == name && token.counts(now)) {
        return Err(Error::NameTaken(name));
    }
    let secret = Secret::from_chance(chance::bits()?, chance::bits()?);
    let token = Token { name, scopes, created_at: now, expires_at, revoked_at: None };
    store.put(put(secret.hash(), &token, Rev::NEW)).await?;
    Ok((secret, token))
}

/// Takes back the token of this name.
///
/// # Errors
/// [`Error::NoSuchToken`] if none that counts has it.
pub async fn revoke(store: &dyn Store, name: Name, now: Timestamp) -> Result<(), Error> {
    let tokens = list(store).await?;
    let found = tokens.into_iter().find(|(_, token)| token.name == name && token.counts(now));
    let Some((document, token)) = found else { return Err(Error::NoSuchToken(name)) };
    let token = Token { revoked_at: Some(now), ..token };
    Ok(store.put(put(document.id, &token, document.rev)).await?)
}

/// All tokens, those that do not count any more among them.
///
/// # Errors
/// [`Error::Store`], [`Error::Damaged`].
pub async fn list(store: &dyn Store) -> Result<Vec<(Document, Token)>, Error> {
    let found = store.find(&Query::of(Kind::Token, MAX_TOKENS)).await?;
    found.into_iter().map(|document| Ok((document.clone(), read(document)?))).collect()
}

/// The token that is kept as `id`, the hash of its secret, if it counts.
///
/// # Errors
/// [`Error::Store`], [`Error::Damaged`].
pub async fn find(store: &dyn Store, id: &str, now: Timestamp) -> Result<Option<Token>, Error> {
    // Found by the hash of 256 bits of chance: how long the look takes tells nothing of any secret.
    let Some(document) = store.get(Kind::Token, id).await? else { return Ok(None) };
    Ok(Some(read(document)?).filter(|token| token.counts(now)))
}

fn read(document: Document) -> Result<Token, Error> {
    serde_json::from_value(document.body).map_err(Error::Damaged)
}

fn put(id: String, token: &Token, expected: Rev) -> Put {
    let body = serde_json::to_value(token).expect("a token is plain data");
    Put { kind: Kind::Token, id, expected, body }
}
