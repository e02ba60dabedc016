//! A request that may be sent again, and begins one match all the same (draft-ietf-httpapi-idempotency-key-header).
//!
//! What the key stands for is durable before the match is, with the id that the match will have: whoever sends the request
//! again, after a crash too, finds the match or makes that one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena_core::id::MatchId;
use arena_core::spec::Spec;
use arena_store::{Document, Kind, Model, Query, Repository, Rev, Store};
use axum::extract::OptionalFromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::problem::{Code, Problem};
use crate::clock::{Clock as _, SystemClock};

/// Says that the request had been carried out before.
pub(in crate::api) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A longer key is none.
const MAX_KEY_BYTES: usize = 255;

/// So long a key stands for its request.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Keys that are looked through at once for those that stand for nothing any more.
const PAGE: usize = 100;

/// What a client calls its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Key(String);

/// A request with its key.
#[derive(Debug)]
pub(in crate::api) struct Once {
    /// Of the caller and their key: callers know nothing of each other's.
    id: String,
    /// Of what is asked for.
    fingerprint: String,
}

/// The keys that are kept: which of them were looked at last.
#[derive(Debug, Default)]
pub(in crate::api) struct Keys {
    looked_at: Mutex<Option<String>>,
}

/// The document of a key.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    fingerprint: String,
    #[serde(rename = "match")]
    id: MatchId,
    at: Timestamp,
}

impl<S: Sync> OptionalFromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        let mut keys = parts.headers.get_all(KEY).iter();
        let Some(key) = keys.next() else { return Ok(None) };
        let key = key
            .to_str()
            .ok()
            .filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
        match (key, keys.next()) {
            (Some(key), None) => Ok(Some(Self(key.to_owned()))),
            _ => Err(Problem::new(
                Code::InvalidParameter,
                format!("idempotency-key: send one, of 1 to {MAX_KEY_BYTES} visible ASCII characters"),
            )),
        }
    }
}

impl Once {
    /// The request `body` of `caller` with this key.
    pub(in crate::api) fn new(caller: &str, Key(key): &Key, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
        let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        // No name of a caller has a line break.
        Ok(Self { id: hash(format!("{caller}\n{key}").as_bytes()), fingerprint: hash(&body) })
    }

    /// Begins the match of this request, unless it has begun. Which it is, and whether it had.
    pub(in crate::api) async fn start(
        self,
        app: &App,
        owner: &str,
        spec: Arc<Spec>,
    ) -> Result<(MatchId, bool), Problem> {
        let store = &**app.store();
        let now = SystemClock.now();
        app.keys().forget_old(store, now).await?;
        let requests = Repository::<Kept>::of(store);
        let kept = match requests.get(&self.id).await? {
            Some(Document { body, .. }) if !body.is_old(now) => body,
            Some(Document { id, rev, .. }) => {
                requests.delete(&id, rev).await?;
                self.keep(app, now).await?
            }
            None => self.keep(app, now).await?,
        };
        if kept.fingerprint != self.fingerprint {
            let detail = "this idempotency-key was sent with another body; take a new key for a new request";
            return Err(Problem::new(Code::KeyReused, detail));
        }
        if store.head(kept.id).await?.is_some() {
            return Ok((kept.id, true));
        }
        // Of two that come here at once, the store lets one begin it.
        app.lobby().start_as(owner, kept.id, spec).await?;
        Ok((kept.id, false))
    }

    async fn keep(&self, app: &App, now: Timestamp) -> Result<Kept, Problem> {
        let kept = Kept { fingerprint: self.fingerprint.clone(), id: app.runner().new_id()?, at: now };
        match Repository::of(&**app.store()).put(&*self.id, Rev::NEW, &kept).await {
            Ok(()) => Ok(kept),
            Err(arena_store::Error::Conflict { .. }) => Err(Problem::new(
                Code::StateConflict,
                "a request with this idempotency-key is under way; wait for its answer",
            )),
            Err(error) => Err(error.into()),
        }
    }
}

impl Keys {
    /// Removes those of the next [`PAGE`] keys that are too old. Every request with a key does so, each where the one before
    /// has ended, and from the beginning again at the end: they cannot pile up.
    async fn forget_old(&self, store: &dyn Store, now: Timestamp) -> Result<(), Problem> {
        let after = self.lock().clone();
        let requests = Repository::<Kept>::of(store);
        let query = after.into_iter().fold(Repository::<Kept>::query(PAGE), Query::after_id);
        let found = requests.find(&query).await?;
        *self.lock() = found.last().filter(|_| found.len() == PAGE).map(|document| document.id.clone());
        for document in found {
            if !document.body.is_old(now) {
                continue;
            }
            match requests.delete(&document.id, document.rev).await {
                Ok(()) | Err(arena_store::Error::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.looked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Model for Kept {
    const KIND: Kind = Kind::Request;
}

impl Kept {
    fn is_old(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) >= LIFE
    }
}

#[cfg(test)]
mod tests {
    use arena_store::sqlite::{Access, SqliteStore};

    use super::*;

    /// Keeps a key that was sent at `at`.
    async fn keep(store: &dyn Store, id: String, at: Timestamp) {
        let kept = Kept { fingerprint: String::new(), id: "01kanp8m6s1x3f0v9h2r7c4d5e".parse().unwrap(), at };
        Repository::of(store).put(id, Rev::NEW, &kept).await.unwrap();
    }

    #[tokio::test]
    async fn keys_that_are_too_old_go_wherever_they_stand_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("arena.db"), Access::ReadWrite).unwrap();
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        // More young ones than are looked at once stand before the old ones, and among them.
        for n in 0..3 * PAGE {
            let is_old = n > 2 * PAGE && n.is_multiple_of(2);
            let age = if is_old { LIFE } else { LIFE - SignedDuration::from_secs(1) };
            keep(&store, format!("{n:04}"), now - age).await;
        }
        let keys = Keys::default();
        let mut left = Vec::new();
        // Twice round, for what moved up meanwhile.
        for _ in 0..8 {
            keys.forget_old(&store, now).await.unwrap();
            left = Repository::<Kept>::of(&store).find(&Repository::<Kept>::query(4 * PAGE)).await.unwrap();
        }
        assert_eq!(left.len(), 3 * PAGE - (PAGE - 1) / 2);
        assert!(left.into_iter().all(|document| !document.body.is_old(now)));
    }
}
