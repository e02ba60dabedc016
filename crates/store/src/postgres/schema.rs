//! The tables, and how a database gets them. Touches an open connection; runs once at opening.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::server::Server;
use crate::query::NAMED;
use crate::query::sql::{self, Dialect};
use crate::{Error, Index};

/// The format after each migration, and the SQL that leads there.
const MIGRATIONS: [(u32, &str); 2] = [
    (1, include_str!("../../migrations/postgres/0001_all_tables.sql")),
    (2, include_str!("../../migrations/postgres/0002_indexes_without_kind.sql")),
];

/// The newest format that this arena knows.
const KNOWN: u32 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Makes the tables and the indexes, or brings them up to date; one transaction for all of it. Nobody else writes.
pub(super) async fn migrate(session: &mut PgConnection, server: &Server, indexes: &[Index]) -> Result<(), Error> {
    let failed = server.failed("make the tables");
    let found = format(session, server).await?;
    let mut migration = session.begin().await.map_err(&failed)?;
    if found.is_none() {
        sqlx::raw_sql("CREATE SCHEMA arena").execute(&mut *migration).await.map_err(&failed)?;
    }
    for (_, sql) in MIGRATIONS.into_iter().filter(|(format, _)| *format > found.unwrap_or(0)) {
        sqlx::raw_sql(sql).execute(&mut *migration).await.map_err(&failed)?;
    }
    if found != Some(KNOWN) {
        let write = sqlx::query("UPDATE arena.format SET number = $1").bind(KNOWN.cast_signed());
        write.execute(&mut *migration).await.map_err(&failed)?;
    }
    declare(&mut migration, indexes).await.map_err(&failed)?;
    migration.commit().await.map_err(&failed)
}

/// Refuses tables of another format than this arena reads; changes nothing.
pub(super) async fn check(session: &mut PgConnection, server: &Server) -> Result<(), Error> {
    match format(session, server).await? {
        None => Err(Error::Missing { database: server.name().to_owned() }),
        Some(KNOWN) => Ok(()),
        Some(found) => Err(Error::Older { database: server.name().to_owned(), found, known: KNOWN }),
    }
}

/// The format of the tables; `None` if there is no schema.
async fn format(session: &mut PgConnection, server: &Server) -> Result<Option<u32>, Error> {
    let failed = server.failed("read the format");
    let there = "SELECT to_regnamespace('arena') IS NOT NULL, to_regclass('arena.format') IS NOT NULL";
    let there = sqlx::query(there).fetch_one(&mut *session).await.map_err(&failed)?;
    let get = |n: usize| there.try_get::<bool, _>(n).map_err(&failed);
    match (get(0)?, get(1)?) {
        (false, _) => return Ok(None),
        (true, false) => {
            let found = "its schema arena is that of another program";
            return Err(Error::NotADatabase { database: server.name().to_owned(), found });
        }
        (true, true) => {}
    }
    let number = sqlx::query_scalar::<_, i32>("SELECT number FROM arena.format");
    let found = number.fetch_one(&mut *session).await.map_err(&failed)?.cast_unsigned();
    if found > KNOWN {
        return Err(Error::Newer { database: server.name().to_owned(), found, known: KNOWN });
    }
    Ok(Some(found))
}

/// Makes the indexes that are missing and takes away those that are no longer declared.
async fn declare(session: &mut PgConnection, indexes: &[Index]) -> Result<(), sqlx::Error> {
    let there: Vec<String> = sqlx::query_scalar(
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'arena' AND starts_with(indexname, $1)",
    )
    .bind(NAMED)
    .fetch_all(&mut *session)
    .await?;
    for name in there.iter().filter(|name| indexes.iter().all(|index| index.name() != **name)) {
        for what in ["INDEX", "STATISTICS IF EXISTS"] {
            sqlx::query(AssertSqlSafe(format!("DROP {what} \"{name}\""))).execute(&mut *session).await?;
        }
    }
    let missing: Vec<&Index> = indexes.iter().filter(|index| !there.contains(&index.name())).collect();
    for index in &missing {
        for sql in [sql::create(index, Dialect::Postgres), sql::count_values(index)] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *session).await?;
        }
    }
    if !missing.is_empty() {
        // By itself the server counts only when much has changed.
        sqlx::query("ANALYZE documents").execute(&mut *session).await?;
    }
    Ok(())
}
