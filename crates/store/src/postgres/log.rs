//! The audit log and what it is compared with, read back. Touches the pool it is given.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::server::Server;
use crate::audit::{Content, Digest, Named, Noted, Standing};
use crate::stored::integer;
use crate::{Cause, Error, Link, Rev};

/// The rows of entries after `after`, at most `limit`, and before them that of `after`, whose link the next one follows.
pub(super) async fn read(readers: &PgPool, after: u64, limit: usize) -> Result<Vec<PgRow>, sqlx::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(i64::from(after > 0));
    sqlx::query("SELECT seq, body, link FROM audit WHERE seq >= $1 ORDER BY seq LIMIT $2")
        .bind(integer(after))
        .bind(limit)
        .fetch_all(readers)
        .await
}

/// The entries of rows that [`read`] gave.
pub(super) fn entries(rows: &[PgRow], server: &Server, after: u64) -> Result<Vec<Noted>, Error> {
    let corrupt = |seq: u64, cause: Option<Cause>| server.corrupt(format!("entry {seq} of the audit log"), cause);
    let unreadable = |cause: sqlx::Error| Some(Arc::new(cause) as Cause);
    let mut rows = rows.iter();
    let mut link = Link::of_empty_log();
    if after > 0 {
        let Some(row) = rows.next() else { return Ok(vec![]) };
        let stored = stored_link(row).filter(|_| row.try_get::<i64, _>(0).ok() == Some(integer(after)));
        link = stored.ok_or_else(|| corrupt(after, None))?;
    }
    let mut found = Vec::new();
    for (seq, row) in (after + 1..).zip(rows) {
        let corrupt = |cause| corrupt(seq, cause);
        if row.try_get::<i64, _>(0).map_err(|cause| corrupt(unreadable(cause)))? != integer(seq) {
            return Err(corrupt(None));
        }
        let body = row.try_get(1).map_err(|cause| corrupt(unreadable(cause)))?;
        let noted = Noted::read(seq, link, body, stored_link(row)).map_err(|cause| corrupt(Some(cause)))?;
        link = noted.link;
        found.push(noted);
    }
    Ok(found)
}

/// The row of the last entry.
pub(super) async fn head(readers: &PgPool) -> Result<Option<PgRow>, sqlx::Error> {
    sqlx::query("SELECT seq, body, link FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(readers).await
}

/// The number and the link of a row that [`head`] gave.
pub(super) fn numbered(row: &PgRow, server: &Server) -> Result<(u64, Link), Error> {
    let seq = row.try_get::<i64, _>(0).map_err(server.failed("read the end of the audit log"))?.unsigned_abs();
    let link = stored_link(row).ok_or_else(|| server.corrupt(format!("entry {seq} of the audit log"), None))?;
    Ok((seq, link))
}

/// The row of an event.
pub(super) async fn event(readers: &PgPool, id: MatchId, seq: Seq) -> Result<Option<PgRow>, sqlx::Error> {
    sqlx::query("SELECT seq, body, link FROM events WHERE match_id = $1 AND seq = $2")
        .bind(id.to_string())
        .bind(integer(seq.0))
        .fetch_optional(readers)
        .await
}

/// The rows of documents after `after`, whatever they are.
pub(super) async fn documents(
    readers: &PgPool,
    after: Option<&Named>,
    limit: usize,
) -> Result<Vec<PgRow>, sqlx::Error> {
    // No kind is empty, so that everything comes after it.
    let (kind, id) = after.map_or(("", ""), |after| (&after.kind, &after.id));
    sqlx::query("SELECT kind, id, rev, body FROM documents WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3")
        .bind(kind)
        .bind(id)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(readers)
        .await
}

/// What stands in a row that [`documents`] gave.
pub(super) fn standing(row: &PgRow) -> Result<Standing, sqlx::Error> {
    Ok(Standing {
        named: Named { kind: row.try_get(0)?, id: row.try_get(1)? },
        rev: Rev(row.try_get::<i64, _>(2)?.unsigned_abs()),
        hash: Digest::of(row.try_get(3)?),
    })
}

/// The rows of contents after `after`.
pub(super) async fn contents(readers: &PgPool, after: Option<&str>, limit: usize) -> Result<Vec<PgRow>, sqlx::Error> {
    sqlx::query("SELECT hash, bytes FROM contents WHERE hash > $1 ORDER BY hash LIMIT $2")
        .bind(after.unwrap_or_default())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(readers)
        .await
}

/// Whether the content in a row that [`contents`] gave is what it was.
pub(super) fn content(row: &PgRow) -> Result<Content, sqlx::Error> {
    let hash: String = row.try_get(0)?;
    let is_good = *blake3::hash(row.try_get(1)?).to_hex() == *hash;
    Ok(Content { hash, is_good })
}

fn stored_link(row: &PgRow) -> Option<Link> {
    Link::from_bytes(row.try_get(2).ok()?)
}
