//! What a group of changes comes to: looks at what they touch, decides for each whether it may be, and writes those that may, with
//! what the audit log says of them. Touches the open transaction.

use std::collections::{BTreeMap, HashMap};

use arena_core::id::{MatchId, Seq};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{PgConnection, Row as _};

use super::restore::Missing;
use crate::audit::{Chain, Fact};
use crate::change::{Change, Events, Key, Restored, Row, check_last};
use crate::stored::integer;
use crate::{Error, Kind, Link, Note, Rev};

/// A match, and the number, the text and the link of an event to be written.
pub(super) type NewEvent<'a> = (MatchId, u64, &'a str, Link);

/// What stands of what the changes touch, and what is to be written.
pub(super) struct Plan<'a> {
    /// The server's number of the transaction.
    transaction: String,
    /// Where the audit log ends.
    chain: Chain,
    heads: HashMap<MatchId, (u64, Link)>,
    revs: HashMap<(Kind, &'a str), u64>,
    events: Vec<NewEvent<'a>>,
    /// The last of several writes of one document; `None` removes it.
    documents: BTreeMap<(Kind, &'a str), Option<&'a Row>>,
    contents: BTreeMap<&'a str, &'a [u8]>,
    /// A match whose events go. Alone in its group.
    removed: Option<MatchId>,
    /// Contents that go. Alone in their group.
    forgotten: &'a [String],
    /// In the order of the changes.
    facts: Vec<Fact>,
}

impl<'a> Plan<'a> {
    /// Looks at what the changes touch.
    pub(super) async fn of(session: &mut PgConnection, changes: &[&'a Change]) -> Result<Self, sqlx::Error> {
        let mut plan = Self::begun(session).await?;
        let ids: Vec<String> = changes.iter().flat_map(|change| matches(change)).map(|id| id.to_string()).collect();
        if !ids.is_empty() {
            let heads = sqlx::query(
                "SELECT asked.id, head.seq, head.link FROM unnest($1::text[]) AS asked (id) CROSS JOIN LATERAL \
                 (SELECT seq, link FROM events WHERE match_id = asked.id ORDER BY seq DESC LIMIT 1) AS head",
            );
            for row in heads.bind(ids).fetch_all(&mut *session).await? {
                let id = row.try_get::<&str, _>(0)?.parse().map_err(decode)?;
                plan.heads.insert(id, (row.try_get::<i64, _>(1)?.unsigned_abs(), link(row.try_get(2)?)?));
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
            for row in revs.bind(kinds).bind(ids).fetch_all(&mut *session).await? {
                let n = usize::try_from(row.try_get::<i64, _>(0)? - 1).map_err(decode)?;
                let key = keys.get(n).ok_or_else(|| decode("a row that was not asked for"))?;
                plan.revs.insert((key.kind, &key.id), row.try_get::<i64, _>(1)?.unsigned_abs());
            }
        }
        Ok(plan)
    }

    async fn begun(session: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let begun = sqlx::query(
            "SELECT pg_current_xact_id()::text, last.seq, last.link FROM (SELECT) AS one LEFT JOIN \
             (SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1) AS last ON TRUE",
        );
        let row = begun.fetch_one(session).await?;
        let last = match row.try_get::<Option<i64>, _>(1)? {
            Some(seq) => Some((seq.unsigned_abs(), link(row.try_get(2)?)?)),
            None => None,
        };
        Ok(Self {
            transaction: row.try_get(0)?,
            chain: Chain::after(last),
            heads: HashMap::new(),
            revs: HashMap::new(),
            events: Vec::new(),
            documents: BTreeMap::new(),
            contents: BTreeMap::new(),
            removed: None,
            forgotten: &[],
            facts: Vec::new(),
        })
    }

    /// The server's number of the transaction.
    pub(super) fn transaction(&self) -> &str {
        &self.transaction
    }

    /// Whether the change fits what stands, with what was taken before it.
    pub(super) fn allow(&self, change: &'a Change) -> Result<(), Error> {
        let last = |id: &MatchId| self.heads.get(id).map_or(0, |(seq, _)| *seq);
        match change {
            Change::Append { events, .. } => events.check(last(&events.id))?,
            Change::Remove { id, last: expected, .. } => check_last(*id, *expected, last(id))?,
            Change::Put(_)
            | Change::Delete(_)
            | Change::Keep(_)
            | Change::Forget(_)
            | Change::Note(_)
            | Change::Restore(_) => {}
        }
        if let Some(key) = key(change) {
            key.check(self.revs.get(&(key.kind, key.id.as_str())).copied().unwrap_or_default())?;
        }
        Ok(())
    }

    /// Takes in a change that is allowed.
    pub(super) fn take(&mut self, change: &'a Change) {
        match change {
            Change::Append { events, header } => {
                let link = self.append(events);
                if header.is_some() || events.after == 0 {
                    self.facts.push(Fact::Head { id: events.id, seq: events.last(), link });
                }
                if let Some(row) = header {
                    self.put(row);
                }
            }
            Change::Put(row) => self.put(row),
            Change::Delete(key) => self.delete(key),
            Change::Remove { id, header, .. } => {
                if let Some((seq, link)) = self.heads.remove(id) {
                    self.removed = Some(*id);
                    self.facts.push(Fact::Removed { id: *id, seq: Seq(seq), link });
                }
                if header.expected > 0 {
                    self.delete(header);
                }
            }
            Change::Forget(hashes) => self.forgotten = hashes,
            Change::Keep(blobs) => self.contents.extend(blobs.iter().map(|blob| (blob.hash(), blob.bytes()))),
            Change::Note(notes) => self.facts.extend(notes.iter().filter_map(|note| match note {
                Note::Happened { topic, body } => Some(Fact::Happened { topic: topic.clone(), body: body.clone() }),
                Note::Head(id) => {
                    self.heads.get(id).map(|(seq, link)| Fact::Head { id: *id, seq: Seq(*seq), link: *link })
                }
            })),
            // Taken in by `restore`.
            Change::Restore(_) => {}
        }
    }

    /// Takes in what is missing of something that stood elsewhere, after a look. Alone in its group.
    pub(super) fn restore(&mut self, missing: Missing<'a>, restored: &'a Restored) {
        for (n, (id, seq, _, link)) in missing.events.iter().enumerate() {
            // The last of its match.
            if missing.events.get(n + 1).is_none_or(|(next, ..)| next != id) {
                self.facts.push(Fact::Head { id: *id, seq: Seq(*seq), link: *link });
            }
        }
        self.events.extend(missing.events);
        for row in missing.rows {
            self.put(row);
        }
        self.contents.extend(restored.contents.iter().map(|blob| (blob.hash(), blob.bytes())));
    }

    fn append(&mut self, Events { id, after, bodies }: &'a Events) -> Link {
        let mut link = self.heads.get(id).map_or_else(|| Link::first(*id), |(_, link)| *link);
        for (seq, body) in (after + 1..).zip(bodies) {
            link = link.next(body);
            self.events.push((*id, seq, body, link));
            self.heads.insert(*id, (seq, link));
        }
        link
    }

    fn put(&mut self, row: &'a Row) {
        let Key { kind, id, expected } = &row.key;
        self.revs.insert((*kind, id), expected + 1);
        self.documents.insert((*kind, id), Some(row));
        self.facts.push(Fact::put(*kind, id, Rev(expected + 1), &row.body));
    }

    fn delete(&mut self, key: &'a Key) {
        let named = (key.kind, key.id.as_str());
        self.revs.remove(&named);
        self.documents.insert(named, None);
        self.facts.push(Fact::Deleted { kind: key.kind, id: key.id.clone(), rev: Rev(key.expected) });
    }

    /// Writes everything that was taken in.
    pub(super) async fn write(mut self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.write_removals(session).await?;
        self.write_events(session).await?;
        self.write_documents(session).await?;
        self.write_contents(session).await?;
        self.write_log(session).await
    }

    async fn write_removals(&mut self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        if let Some(id) = self.removed {
            sqlx::query("DELETE FROM events WHERE match_id = $1").bind(id.to_string()).execute(&mut *session).await?;
        }
        if !self.forgotten.is_empty() {
            let delete = "DELETE FROM contents WHERE hash = ANY($1) RETURNING hash";
            let mut gone: Vec<String> = sqlx::query_scalar(delete).bind(self.forgotten).fetch_all(session).await?;
            gone.sort_unstable();
            self.facts.extend(gone.iter().map(|hash| Fact::forgotten(hash)));
        }
        Ok(())
    }

    async fn write_events(&self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.events.is_empty() {
            return Ok(());
        }
        let insert = "INSERT INTO events (match_id, seq, body, link) \
                      SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[])";
        sqlx::query(insert)
            .bind(self.events.iter().map(|(id, ..)| id.to_string()).collect::<Vec<_>>())
            .bind(self.events.iter().map(|(_, seq, ..)| integer(*seq)).collect::<Vec<_>>())
            .bind(self.events.iter().map(|(_, _, body, _)| *body).collect::<Vec<_>>())
            .bind(self.events.iter().map(|(.., link)| link.as_bytes()).collect::<Vec<_>>())
            .execute(session)
            .await?;
        Ok(())
    }

    async fn write_documents(&self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        let rows: Vec<&Row> = self.documents.values().copied().flatten().collect();
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
                .execute(&mut *session)
                .await?;
        }
        let removed = self.documents.iter().filter(|(_, row)| row.is_none()).map(|(named, _)| named);
        let (kinds, ids): (Vec<&str>, Vec<&str>) = removed.map(|(kind, id)| (kind.word(), *id)).unzip();
        if !ids.is_empty() {
            let delete = "DELETE FROM documents USING unnest($1::text[], $2::text[]) AS gone (kind, id) \
                          WHERE documents.kind = gone.kind AND documents.id = gone.id";
            sqlx::query(delete).bind(kinds).bind(ids).execute(session).await?;
        }
        Ok(())
    }

    async fn write_contents(&mut self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.contents.is_empty() {
            return Ok(());
        }
        let insert = "INSERT INTO contents (hash, bytes) SELECT * FROM unnest($1::text[], $2::bytea[]) \
                      ON CONFLICT (hash) DO NOTHING RETURNING hash";
        let new: Vec<String> = sqlx::query_scalar(insert)
            .bind(self.contents.keys().copied().collect::<Vec<_>>())
            .bind(self.contents.values().copied().collect::<Vec<_>>())
            .fetch_all(session)
            .await?;
        self.facts.extend(new.iter().map(|hash| Fact::kept(hash)));
        Ok(())
    }

    async fn write_log(mut self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.facts.is_empty() {
            return Ok(());
        }
        let at = Timestamp::now();
        let lines: Vec<_> = self.facts.into_iter().map(|fact| self.chain.add(at, fact)).collect();
        let insert = "INSERT INTO audit (seq, body, link) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])";
        sqlx::query(insert)
            .bind(lines.iter().map(|line| integer(line.seq)).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.body.as_str()).collect::<Vec<_>>())
            .bind(lines.iter().map(|line| line.link.as_bytes()).collect::<Vec<_>>())
            .execute(session)
            .await?;
        Ok(())
    }
}

/// The matches whose heads a change needs.
fn matches(change: &Change) -> Vec<MatchId> {
    match change {
        Change::Append { events, .. } => vec![events.id],
        Change::Remove { id, .. } => vec![*id],
        Change::Note(notes) => notes
            .iter()
            .filter_map(|note| match note {
                Note::Head(id) => Some(*id),
                Note::Happened { .. } => None,
            })
            .collect(),
        Change::Put(_) | Change::Delete(_) | Change::Keep(_) | Change::Forget(_) | Change::Restore(_) => vec![],
    }
}

/// The document whose revision a change needs.
fn key(change: &Change) -> Option<&Key> {
    match change {
        Change::Append { header, .. } => header.as_ref().map(|row| &row.key),
        Change::Put(row) => Some(&row.key),
        Change::Delete(key) | Change::Remove { header: key, .. } => Some(key),
        Change::Keep(_) | Change::Forget(_) | Change::Note(_) | Change::Restore(_) => None,
    }
}

/// The body as `jsonb` takes it: that has no U+0000, which stands as U+FFFD here. Conditions alone see it so.
fn fields(body: &str) -> String {
    if !body.contains("\\u0000") {
        return body.to_owned();
    }
    serde_json::from_str(body).map(without_nul).unwrap_or_default().to_string()
}

fn without_nul(value: Value) -> Value {
    let of_text = |text: &str| text.replace('\0', "\u{fffd}");
    match value {
        Value::String(text) => Value::String(of_text(&text)),
        Value::Array(values) => values.into_iter().map(without_nul).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (of_text(&key), without_nul(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn link(bytes: &[u8]) -> Result<Link, sqlx::Error> {
    Link::from_bytes(bytes).ok_or_else(|| decode("a link of another length"))
}

pub(super) fn decode(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}
