//! How PostgreSQL goes about a query by an indexed field. That of SQLite is tested beside its code.

use arena_store::{Field, Kind, Query};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::Database;
use crate::sample::put;
use crate::server::Empty;

const INDEX: &str = "documents.match.status.text";

/// What the index is of.
const FIELD: &str =
    r#"CASE jsonb_typeof(fields #> '{status}') WHEN 'string' THEN fields #>> '{status}' END COLLATE "C""#;

/// Whether the index begins with the kind. It would be entered nowhere then: as all of it is of one kind, PostgreSQL leaves that
/// condition out.
async fn begins_with_kind(session: &mut PgConnection) -> bool {
    let made = "SELECT indexdef FROM pg_indexes WHERE indexname = $1";
    let made: String = sqlx::query_scalar(made).bind(INDEX).fetch_one(session).await.unwrap();
    made.contains("(kind,")
}

/// How the server goes about those with this status, and how many it thinks there are.
async fn plan(session: &mut PgConnection, status: &str) -> (String, u32) {
    let explain = format!("EXPLAIN SELECT id FROM arena.documents WHERE kind = 'match' AND ({FIELD}) = '{status}'");
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(session).await.unwrap();
    let plan = lines.join("\n");
    let (_, rows) = plan.split_once("rows=").unwrap();
    let rows = rows.split(' ').next().unwrap().parse().unwrap();
    (plan, rows)
}

async fn filled() -> (Database, PgConnection) {
    let empty = Empty::make().await;
    let mut session = empty.session().await;
    let database = Database::Postgres(empty);
    let store = database.open().await;
    for n in 0..600 {
        let status = if n % 100 == 0 { "failed" } else { "completed" };
        store.put(put(&format!("{n:04}"), 0, json!({ "status": status }))).await.unwrap();
    }
    let found = Query::of(Kind::Match, 100).filter(Field::<String>::at("status").is("failed"));
    assert_eq!(store.find(&found).await.unwrap().len(), 6);
    store.close().await;
    session.execute("ANALYZE arena.documents").await.unwrap();
    // So few rows are read fastest one after the other.
    session.execute("SET enable_seqscan = off").await.unwrap();
    (database, session)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_is_entered_at_its_value_and_how_common_that_is_is_known() {
    let (_database, mut session) = filled().await;
    let (rare, n_rare) = plan(&mut session, "failed").await;
    assert!(rare.contains(INDEX) && rare.contains("Index Cond: ((CASE") && !rare.contains("Filter"), "{rare}");
    assert!((1..=30).contains(&n_rare), "{rare}");
    assert!(!begins_with_kind(&mut session).await);
    let (common, n_common) = plan(&mut session, "completed").await;
    assert!((550..=600).contains(&n_common), "{common}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_an_older_arena_is_made_anew() {
    let (database, mut session) = filled().await;
    for older in [
        format!(r#"DROP INDEX arena."{INDEX}""#),
        format!(r#"DROP STATISTICS arena."{INDEX}""#),
        format!(r#"CREATE INDEX "{INDEX}" ON arena.documents (kind, ({FIELD}), id) WHERE kind = 'match'"#),
        "UPDATE arena.format SET number = 1".to_owned(),
    ] {
        session.execute(AssertSqlSafe(older)).await.unwrap();
    }
    assert!(begins_with_kind(&mut session).await);
    // The second opening makes nothing, and takes nothing away.
    for _ in 0..2 {
        database.open().await.close().await;
        assert!(!begins_with_kind(&mut session).await);
        let (plan, n_rare) = plan(&mut session, "failed").await;
        assert!(plan.contains(INDEX) && (1..=30).contains(&n_rare), "{plan}");
    }
}
