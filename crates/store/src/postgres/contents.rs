//! Contents by their hash: read back only as they were. Touches the pool it is given.

use std::sync::Arc;

use sqlx::PgPool;

use super::server::Server;
use crate::{Error, stored};

/// The bytes of this hash.
pub(super) async fn read(readers: &PgPool, hash: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("SELECT bytes FROM contents WHERE hash = $1").bind(hash).fetch_optional(readers).await
}

/// The hashes after `after`.
pub(super) async fn hashes(readers: &PgPool, after: &str, limit: usize) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT hash FROM contents WHERE hash > $1 ORDER BY hash LIMIT $2")
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(readers)
        .await
}

/// The bytes, if they are what `hash` names.
pub(super) fn whole(bytes: Vec<u8>, hash: &str, server: &Server) -> Result<Vec<u8>, Error> {
    stored::content(bytes, hash).map_err(|changed| server.corrupt(format!("content {hash}"), Some(Arc::new(changed))))
}
