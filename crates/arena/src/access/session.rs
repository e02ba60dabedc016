//! Sessions of browsers: a cookie in the place of a token. They live as long as the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE32_NOPAD;
use tokio::time::Instant;

use super::Caller;
use crate::chance;

/// The cookie's name.
const COOKIE: &str = "arena_session";

/// A session ends so long after it began.
const LIFE: Duration = Duration::from_hours(12);

/// Sessions at once; the oldest goes for a new one.
const MAX_SESSIONS: usize = 1_000;

/// The sessions that are open.
#[derive(Debug, Default)]
pub struct Sessions {
    /// By the hash of the cookie's value.
    open: Mutex<HashMap<blake3::Hash, (Instant, Caller)>>,
}

impl Sessions {
    /// Opens a session for `caller`: the cookie to be set.
    ///
    /// # Errors
    /// If the operating system has no random bytes.
    pub fn open(&self, caller: Caller) -> Result<HeaderValue, chance::NoChance> {
        let value = [chance::bits()?.to_be_bytes(), chance::bits()?.to_be_bytes()].concat();
        let value = BASE32_NOPAD.encode(&value).to_ascii_lowercase();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (begun, _)| begun.elapsed() < LIFE);
        if open.len() >= MAX_SESSIONS
            && let Some(oldest) = open.iter().min_by_key(|(_, (begun, _))| *begun).map(|(hash, _)| *hash)
        {
            open.remove(&oldest);
        }
        open.insert(blake3::hash(value.as_bytes()), (Instant::now(), caller));
        let life = LIFE.as_secs();
        // Lax: a link on another site opens a page as the one who is signed in. What changes something, and a socket, is let in
        // from this server's own pages alone.
        let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={life}");
        Ok(HeaderValue::from_str(&cookie).expect("a cookie of letters and digits is a header"))
    }

    /// Whose session the request's cookie is.
    pub fn caller(&self, headers: &HeaderMap) -> Option<Caller> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        cookies(headers).find_map(|value| {
            let (begun, caller) = open.get(&blake3::hash(value.as_bytes()))?;
            (begun.elapsed() < LIFE).then(|| caller.clone())
        })
    }

    /// Closes the session of the request's cookie.
    pub fn close(&self, headers: &HeaderMap) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for value in cookies(headers) {
            open.remove(&blake3::hash(value.as_bytes()));
        }
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    all.flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
