//! What of something that stood elsewhere does not stand here yet. Reads by the writer's connection, in its transaction.

use arena_core::id::MatchId;
use sqlx::{Postgres, Row as _, Transaction};

use super::plan::{NewEvent, decode};
use crate::change::{Events, Restored, Row};
use crate::stored::integer;
use crate::{Error, Link};

/// What is to be written.
pub(super) struct Missing<'a> {
    pub(super) events: Vec<NewEvent<'a>>,
    pub(super) rows: Vec<&'a Row>,
}

/// Finds what is missing, or refuses what stands and is another.
pub(super) async fn look<'a>(
    transaction: &mut Transaction<'_, Postgres>,
    restored: &'a Restored,
) -> Result<Result<Missing<'a>, Error>, sqlx::Error> {
    let mut missing = Missing { events: Vec::new(), rows: Vec::new() };
    for events in &restored.events {
        let standing = Standing::of(transaction, events).await?;
        match events.missing(standing.last, &standing.bodies) {
            Ok(bodies) => missing.events.extend(standing.followed_by(events.id, bodies)),
            Err(error) => return Ok(Err(error)),
        }
    }
    let documents = documents(transaction, &restored.rows).await?;
    for (row, standing) in restored.rows.iter().zip(documents) {
        match row.is_missing(standing.as_ref().map(|(rev, body)| (*rev, body.as_str()))) {
            Ok(true) => missing.rows.push(row),
            Ok(false) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(missing))
}

/// What stands in the place of some events.
struct Standing {
    /// The last of the match, or of these; 0 if it has none.
    last: u64,
    /// That of event `last`.
    link: Link,
    bodies: Vec<String>,
}

impl Standing {
    async fn of(transaction: &mut Transaction<'_, Postgres>, events: &Events) -> Result<Self, sqlx::Error> {
        let rows =
            sqlx::query("SELECT seq, body, link FROM events WHERE match_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3")
                .bind(events.id.to_string())
                .bind(integer(events.after))
                .bind(integer(events.bodies.len() as u64 + 1))
                .fetch_all(&mut **transaction)
                .await?;
        let mut standing = Self { last: 0, link: Link::first(events.id), bodies: Vec::new() };
        if rows.is_empty() && events.after > 0 {
            // Refused, with where the match stands.
            let last = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM events WHERE match_id = $1");
            let last: i64 = last.bind(events.id.to_string()).fetch_one(&mut **transaction).await?;
            standing.last = last.unsigned_abs();
        }
        for row in rows {
            let seq = row.try_get::<i64, _>(0)?.unsigned_abs();
            if seq > events.after && standing.bodies.len() < events.bodies.len() {
                standing.bodies.push(row.try_get(1)?);
            }
            if seq <= events.after + events.bodies.len() as u64 {
                standing.last = seq;
                standing.link = Link::from_bytes(row.try_get(2)?).ok_or_else(|| decode("a link of another length"))?;
            }
        }
        Ok(standing)
    }

    fn followed_by(self, id: MatchId, bodies: &[String]) -> impl Iterator<Item = NewEvent<'_>> {
        let mut link = self.link;
        (self.last + 1..).zip(bodies).map(move |(seq, body)| {
            link = link.next(body);
            (id, seq, body.as_str(), link)
        })
    }
}

/// The revision and the body in the place of each of these documents.
async fn documents(
    transaction: &mut Transaction<'_, Postgres>,
    rows: &[Row],
) -> Result<Vec<Option<(u64, String)>>, sqlx::Error> {
    let mut standing = vec![None; rows.len()];
    if rows.is_empty() {
        return Ok(standing);
    }
    let found = sqlx::query(
        "SELECT asked.n, documents.rev, documents.body \
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (kind, id, n) \
         JOIN documents ON documents.kind = asked.kind AND documents.id = asked.id",
    )
    .bind(rows.iter().map(|row| row.key.kind.word()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.key.id.as_str()).collect::<Vec<_>>())
    .fetch_all(&mut **transaction)
    .await?;
    for row in found {
        let n = usize::try_from(row.try_get::<i64, _>(0)? - 1).map_err(decode)?;
        let place = standing.get_mut(n).ok_or_else(|| decode("a row that was not asked for"))?;
        *place = Some((row.try_get::<i64, _>(1)?.unsigned_abs(), row.try_get(2)?));
    }
    Ok(standing)
}
