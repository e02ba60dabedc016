//! One transaction for many writes: looks at what they touch, decides for each whether it may be, and writes those that may. Touches
//! the writer's connection.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use arena_core::id::MatchId;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection, Postgres, Row as _, Transaction};
use tokio::time::timeout;

use super::restore::{self, Missing};
use super::server::{Server, is_lost, is_overtaken};
use crate::change::{Change, Events, Key, Restored, Row};
use crate::stored::integer;
use crate::{Error, Kind, Link};

/// A server that has not committed by then is not there, whatever its connection says.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a group is begun again because somebody else wrote at the same moment.
const MAX_OVERTAKEN: u32 = 5;

/// Why nothing of a group is known to be written.
pub(super) enum Failure {
    /// The connection is gone. It may have been written.
    Lost(Error),
    /// The server refused. It was not written.
    Refused(Error),
}

/// Commits the changes and says how each fared. In `is_repeated`, what stands already as a change would have it was written by the
/// attempt before.
pub(super) async fn all(
    session: &mut PgConnection,
    server: &Server,
    changes: &[&Change],
    is_repeated: bool,
) -> Result<Vec<Result<(), Error>>, Failure> {
    let mut n_overtaken = 0;
    loop {
        let failed = server.failed("write");
        match timeout(PATIENCE, once(session, changes, is_repeated)).await {
            Ok(Ok(outcomes)) => return Ok(outcomes),
            Ok(Err(cause)) if is_overtaken(&cause) && n_overtaken < MAX_OVERTAKEN => n_overtaken += 1,
            Ok(Err(cause)) if is_lost(&cause) => return Err(Failure::Lost(failed(cause))),
            Ok(Err(cause)) => return Err(Failure::Refused(failed(cause))),
            Err(_) => return Err(Failure::Lost(failed(sqlx::Error::WorkerCrashed))),
        }
    }
}

async fn once(
    session: &mut PgConnection,
    changes: &[&Change],
    is_repeated: bool,
) -> Result<Vec<Result<(), Error>>, sqlx::Error> {
    // Who else changes what we have looked at makes one of the two fail.
    let mut transaction = session.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    let mut plan = Plan::of(&mut transaction, changes).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        if let Change::Restore(restored) = change {
            // It can be repeated as it is: what stands is left alone.
            outcomes
                .push(restore::look(&mut transaction, restored).await?.map(|missing| plan.restore(missing, restored)));
            continue;
        }
        let allowed = plan.allow(change);
        let stands = allowed.is_err() && is_repeated && stands(&mut transaction, change).await?;
        if allowed.is_ok() {
            plan.take(change);
        }
        outcomes.push(if stands { Ok(()) } else { allowed });
    }
    plan.write(&mut transaction).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// A match, and the number, the text and the link of an event to be written.
pub(super) type NewEvent<'a> = (MatchId, u64, &'a str, Link);

/// What stands of what the changes touch, and what is to be written.
#[derive(Default)]
struct Plan<'a> {
    heads: HashMap<MatchId, (u64, Link)>,
    revs: HashMap<(Kind, &'a str), u64>,
    events: Vec<NewEvent<'a>>,
    /// The last of several writes of one document; `None` removes it.
    documents: BTreeMap<(Kind, &'a str), Option<&'a Row>>,
    contents: BTreeMap<&'a str, &'a [u8]>,
}

impl<'a> Plan<'a> {
    async fn of(transaction: &mut Transaction<'_, Postgres>, changes: &[&'a Change]) -> Result<Self, sqlx::Error> {
        let mut plan = Self::default();
        let ids: Vec<String> = changes.iter().filter_map(|change| events(change)).map(|it| it.id.to_string()).collect();
        if !ids.is_empty() {
            let heads = sqlx::query(
                "SELECT asked.id, head.seq, head.link FROM unnest($1::text[]) AS asked (id) CROSS JOIN LATERAL \
                 (SELECT seq, link FROM events WHERE match_id = asked.id ORDER BY seq DESC LIMIT 1) AS head",
            );
            for row in heads.bind(ids).fetch_all(&mut **transaction).await? {
                let id = row.try_get::<&str, _>(0)?.parse().map_err(decode)?;
                let link = Link::from_bytes(row.try_get(2)?).ok_or_else(|| decode("a link of another length"))?;
                plan.heads.insert(id, (row.try_get::<i64, _>(1)?.unsigned_abs(), link));
            }
        }
        let keys: Vec<&'a Key> = changes.iter().filter_map(|change| key(change)).collect();
        if !keys.is_empty() {
            let revs = sqlx::query(
                "SELECT asked.n, documents.rev FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (kind, id, n) \
                 JOIN documents ON documents.kind = asked.kind AND documents.id = asked.id",
            );
            let kinds: Vec<&str> = keys.iter().map(|key| key.kind.word()).collect();
            let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
            for row in revs.bind(kinds).bind(ids).fetch_all(&mut **transaction).await? {
                let n = usize::try_from(row.try_get::<i64, _>(0)? - 1).map_err(decode)?;
                let key = keys.get(n).ok_or_else(|| decode("a row that was not asked for"))?;
                plan.revs.insert((key.kind, &key.id), row.try_get::<i64, _>(1)?.unsigned_abs());
            }
        }
        Ok(plan)
    }

    /// Whether the change fits what stands, with what was taken before it.
    fn allow(&self, change: &'a Change) -> Result<(), Error> {
        if let Some(events) = events(change) {
            events.check(self.heads.get(&events.id).map_or(0, |(seq, _)| *seq))?;
        }
        if let Some(key) = key(change) {
            key.check(self.revs.get(&(key.kind, key.id.as_str())).copied().unwrap_or_default())?;
        }
        Ok(())
    }

    /// Takes a change in that is allowed.
    fn take(&mut self, change: &'a Change) {
        if let Some(Events { id, after, bodies }) = events(change) {
            let mut link = self.heads.get(id).map_or_else(|| Link::first(*id), |(_, link)| *link);
            for (seq, body) in (after + 1..).zip(bodies) {
                link = link.next(body);
                self.events.push((*id, seq, body, link));
                self.heads.insert(*id, (seq, link));
            }
        }
        match change {
            Change::Append { header: Some(row), .. } | Change::Put(row) => {
                let key = (row.key.kind, row.key.id.as_str());
                self.revs.insert(key, row.key.expected + 1);
                self.documents.insert(key, Some(row));
            }
            Change::Delete(key) => {
                let key = (key.kind, key.id.as_str());
                self.revs.remove(&key);
                self.documents.insert(key, None);
            }
            Change::Keep(blobs) => self.contents.extend(blobs.iter().map(|blob| (blob.hash(), blob.bytes()))),
            // Restored by itself: see `restore`.
            Change::Append { header: None, .. } | Change::Restore(_) => {}
        }
    }

    /// Takes in what is missing of something that stood elsewhere. It is alone in its group, and has been looked at.
    fn restore(&mut self, missing: Missing<'a>, restored: &'a Restored) {
        self.events.extend(missing.events);
        self.documents.extend(missing.rows.into_iter().map(|row| ((row.key.kind, row.key.id.as_str()), Some(row))));
        self.contents.extend(restored.contents.iter().map(|blob| (blob.hash(), blob.bytes())));
    }

    async fn write(self, transaction: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
        if !self.events.is_empty() {
            let insert = "INSERT INTO events (match_id, seq, body, link) \
                          SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[])";
            sqlx::query(insert)
                .bind(self.events.iter().map(|(id, ..)| id.to_string()).collect::<Vec<_>>())
                .bind(self.events.iter().map(|(_, seq, ..)| integer(*seq)).collect::<Vec<_>>())
                .bind(self.events.iter().map(|(_, _, body, _)| *body).collect::<Vec<_>>())
                .bind(self.events.iter().map(|(.., link)| link.as_bytes()).collect::<Vec<_>>())
                .execute(&mut **transaction)
                .await?;
        }
        let (rows, removed): (Vec<_>, Vec<_>) = self.documents.into_iter().partition(|(_, row)| row.is_some());
        let rows: Vec<&Row> = rows.into_iter().filter_map(|(_, row)| row).collect();
        if !rows.is_empty() {
            let upsert = "INSERT INTO documents (kind, id, rev, body, fields) \
                          SELECT kind, id, rev, body, fields::jsonb \
                          FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) \
                          AS put (kind, id, rev, body, fields) ON CONFLICT (kind, id) DO UPDATE \
                          SET rev = excluded.rev, body = excluded.body, fields = excluded.fields";
            sqlx::query(upsert)
                .bind(rows.iter().map(|row| row.key.kind.word()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.key.id.as_str()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| integer(row.key.expected + 1)).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| fields(&row.body)).collect::<Vec<_>>())
                .execute(&mut **transaction)
                .await?;
        }
        if !removed.is_empty() {
            let delete = "DELETE FROM documents USING unnest($1::text[], $2::text[]) AS gone (kind, id) \
                          WHERE documents.kind = gone.kind AND documents.id = gone.id";
            sqlx::query(delete)
                .bind(removed.iter().map(|((kind, _), _)| kind.word()).collect::<Vec<_>>())
                .bind(removed.iter().map(|((_, id), _)| *id).collect::<Vec<_>>())
                .execute(&mut **transaction)
                .await?;
        }
        if !self.contents.is_empty() {
            let insert = "INSERT INTO contents (hash, bytes) SELECT * FROM unnest($1::text[], $2::bytea[]) \
                          ON CONFLICT (hash) DO NOTHING";
            sqlx::query(insert)
                .bind(self.contents.keys().copied().collect::<Vec<_>>())
                .bind(self.contents.values().copied().collect::<Vec<_>>())
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }
}

/// Whether the database has what the change would write, so that it was written before the connection was lost.
async fn stands(transaction: &mut Transaction<'_, Postgres>, change: &Change) -> Result<bool, sqlx::Error> {
    if let Some(Events { id, after, bodies }) = events(change) {
        let written =
            sqlx::query("SELECT seq, body FROM events WHERE match_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
                .bind(id.to_string())
                .bind(integer(*after))
                .bind(i64::try_from(bodies.len()).unwrap_or(i64::MAX))
                .fetch_all(&mut **transaction)
                .await?;
        let written: Vec<&str> = written.iter().map(|row| row.try_get(1)).collect::<Result<_, _>>()?;
        // A header was written in the same transaction.
        return Ok(written == *bodies);
    }
    let Some(key) = key(change) else { return Ok(false) };
    let row = sqlx::query("SELECT rev, body FROM documents WHERE kind = $1 AND id = $2")
        .bind(key.kind.word())
        .bind(&key.id)
        .fetch_optional(&mut **transaction)
        .await?;
    match (change, row) {
        (Change::Delete(_), None) => Ok(true),
        (Change::Put(put), Some(row)) => {
            let is_next = row.try_get::<i64, _>(0)? == integer(key.expected + 1);
            Ok(is_next && row.try_get::<&str, _>(1)? == put.body)
        }
        _ => Ok(false),
    }
}

fn events(change: &Change) -> Option<&Events> {
    match change {
        Change::Append { events, .. } => Some(events),
        Change::Put(_) | Change::Delete(_) | Change::Keep(_) | Change::Restore(_) => None,
    }
}

fn key(change: &Change) -> Option<&Key> {
    match change {
        Change::Append { header, .. } => header.as_ref().map(|row| &row.key),
        Change::Put(row) => Some(&row.key),
        Change::Delete(key) => Some(key),
        Change::Keep(_) | Change::Restore(_) => None,
    }
}

/// The body as `jsonb` takes it: that has no U+0000, which stands as U+FFFD here. Conditions alone see it so.
fn fields(body: &str) -> String {
    if !body.contains("\\u0000") {
        return body.to_owned();
    }
    let without = serde_json::from_str(body).map(without_nul).unwrap_or_default();
    without.to_string()
}

fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(values) => values.into_iter().map(without_nul).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(key, value)| (key.replace('\0', "\u{fffd}"), without_nul(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

pub(super) fn decode(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}
