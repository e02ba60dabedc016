//! Tokens in the database: made, listed, taken back, and looked up by whoever shows one.

use arena_core::name::Name;
use arena_store::{Document, Repository, Rev, Store};
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
    if tokens.iter().any(|token| token.body.name == name && token.body.counts(now)) {
        return Err(Error::NameTaken(name));
    }
    let secret = Secret::from_chance(chance::bits()?, chance::bits()?);
    let token = Token { name, scopes, created_at: now, expires_at, revoked_at: None };
    Repository::of(store).put(secret.hash(), Rev::NEW, &token).await?;
    Ok((secret, token))
}

/// Takes back the token of this name.
///
/// # Errors
/// [`Error::NoSuchToken`] if none that counts has it.
pub async fn revoke(store: &dyn Store, name: Name, now: Timestamp) -> Result<(), Error> {
    let tokens = list(store).await?;
    let found = tokens.into_iter().find(|token| token.body.name == name && token.body.counts(now));
    let Some(Document { id, rev, body, .. }) = found else { return Err(Error::NoSuchToken(name)) };
    Ok(Repository::of(store).put(id, rev, &Token { revoked_at: Some(now), ..body }).await?)
}

/// All tokens, those that do not count any more among them.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(store: &dyn Store) -> Result<Vec<Document<Token>>, Error> {
    Ok(Repository::of(store).find(&Repository::<Token>::query(MAX_TOKENS)).await?)
}

/// The token that is kept as `id`, the hash of its secret, if it counts.
///
/// # Errors
/// [`Error::Store`].
pub async fn find(store: &dyn Store, id: &str, now: Timestamp) -> Result<Option<Token>, Error> {
    // Found by the hash of 256 bits of chance: how long the look takes tells nothing of any secret.
    let token = Repository::<Token>::of(store).get(id).await?;
    Ok(token.map(|token| token.body).filter(|token| token.counts(now)))
}
