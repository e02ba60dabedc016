//! What agents and scenarios have in common over the API: they are listed, shown, kept, changed and removed alike.

use arena_core::name::Name;
use arena_store::Rev;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::cursor::{Page, Paging};
use super::etag::{Conditions, ETag};
use super::problem::{Code, Field, Problem};
use crate::access::{Caller, Scope};
use crate::clock::{Clock as _, SystemClock};
use crate::library::{self, Error, Item, Kept, Revision};

/// A file of TOML may have so many bytes, with what JSON adds to it.
pub(in crate::api) const MAX_SOURCE_BYTES: usize = 1 << 20;

/// A file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Source {
    /// The text of the file, TOML.
    pub(in crate::api) source: String,
}

/// Which revision.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Which {
    /// A revision that was, even if it was removed since; without it the one that stands.
    #[param(minimum = 1, maximum = 9_223_372_036_854_775_807_u64)]
    rev: Option<u64>,
}

/// A revision: it never changes.
#[derive(Serialize, ToSchema)]
#[schema(as = Revision)]
pub(in crate::api) struct RevisionResource {
    /// Its number.
    rev: u64,
    /// BLAKE3 of its text.
    hash: String,
    /// When it was made, UTC.
    #[schema(value_type = String, format = DateTime)]
    at: jiff::Timestamp,
    /// Who made it: the name of a token, or `local`. Only for those who may see everything.
    by: Option<String>,
}

/// Revisions of one name.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Revisions {
    /// The oldest first.
    data: Vec<RevisionResource>,
}

/// What a resource of the API shows of a kept thing.
pub(in crate::api) trait Resource: Kept + Send + Sync {
    /// Its shape.
    type Shown: Serialize;

    /// The plural in addresses.
    const PLURAL: &'static str;

    /// `item` for somebody who may see its text or not.
    fn shown(item: &Item<Self>, sees_source: bool) -> Self::Shown;
}

impl RevisionResource {
    /// `revision` for somebody who may see who made it or not.
    pub(in crate::api) fn of(revision: Revision, sees_all: bool) -> Self {
        let Revision { rev: Rev(rev), hash, at, by } = revision;
        Self { rev, hash, at, by: sees_all.then_some(by) }
    }
}

/// A page of all there is, sorted by name.
pub(in crate::api) async fn list<T: Resource>(app: &App, paging: &Paging) -> Result<Json<Page<T::Shown>>, Problem> {
    let (limit, after) = paging.read(T::PLURAL)?;
    let names = library::names::<T>(&**app.store(), after.as_deref(), limit + 1).await?;
    let names = Page::of(names, limit, T::PLURAL, ToString::to_string);
    let mut data = Vec::new();
    for name in &names.data {
        // It may have been removed since the names were read.
        if let Some(item) = library::find::<T>(&**app.store(), name).await? {
            data.push(T::shown(&item, false));
        }
    }
    Ok(Json(Page { data, next_cursor: names.next_cursor, has_more: names.has_more }))
}

/// One, with its text for those who may see everything.
pub(in crate::api) async fn show<T: Resource>(
    app: &App,
    caller: &Caller,
    conditions: &Conditions,
    name: &Name,
    which: &Which,
) -> Result<Response, Problem> {
    let item = match which.rev {
        None => library::find::<T>(&**app.store(), name).await?,
        Some(rev) => library::at::<T>(&**app.store(), name, Rev(rev)).await?,
    };
    let item = item.ok_or_else(|| Problem::no(T::KIND.word(), name))?;
    let tag = tag(&item);
    if conditions.has(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [tag.header()]).into_response());
    }
    Ok(([tag.header()], Json(T::shown(&item, caller.may(Scope::Administer)))).into_response())
}

/// Keeps a new one.
pub(in crate::api) async fn create<T: Resource>(
    app: &App,
    caller: &Caller,
    source: Source,
) -> Result<Response, Problem> {
    let item = library::create::<T>(&**app.store(), source.source, &caller.name, SystemClock.now()).await?;
    let location = format!("{}/{}/{}", super::ROOT, T::PLURAL, item.value.name());
    let (tag, location) = ([tag(&item).header()], [(header::LOCATION, location)]);
    Ok((StatusCode::CREATED, tag, location, Json(T::shown(&item, true))).into_response())
}

/// Makes a new revision of the one that the client has read.
pub(in crate::api) async fn change<T: Resource>(
    app: &App,
    caller: &Caller,
    conditions: &Conditions,
    name: &Name,
    source: Source,
) -> Result<Response, Problem> {
    let rev = writable::<T>(app, conditions, name).await?;
    let now = SystemClock.now();
    let item = library::change::<T>(&**app.store(), name, source.source, rev, &caller.name, now).await?;
    Ok(([tag(&item).header()], Json(T::shown(&item, true))).into_response())
}

/// Removes the one that the client has read.
pub(in crate::api) async fn remove<T: Resource>(
    app: &App,
    conditions: &Conditions,
    name: &Name,
) -> Result<StatusCode, Problem> {
    let rev = writable::<T>(app, conditions, name).await?;
    library::remove::<T>(&**app.store(), name, rev).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was kept under a name.
pub(in crate::api) async fn revisions<T: Resource>(
    app: &App,
    caller: &Caller,
    name: &Name,
) -> Result<Json<Revisions>, Problem> {
    let revisions = library::revisions::<T>(&**app.store(), name).await?;
    if revisions.is_empty() && T::built_in(name).map_err(|error| Problem::internal(&error))?.is_none() {
        return Err(Problem::no(T::KIND.word(), name));
    }
    let sees_all = caller.may(Scope::Administer);
    Ok(Json(Revisions {
        data: revisions.into_iter().map(|revision| RevisionResource::of(revision, sees_all)).collect(),
    }))
}

/// The revision that a write is based on.
async fn writable<T: Resource>(app: &App, conditions: &Conditions, name: &Name) -> Result<Rev, Problem> {
    let item = library::find::<T>(&**app.store(), name).await?.ok_or_else(|| Problem::no(T::KIND.word(), name))?;
    match &item.revision {
        None => Err(Error::BuiltIn { kind: T::KIND, name: name.clone() }.into()),
        Some(revision) => conditions.allow_write(&tag(&item)).map(|()| revision.rev),
    }
}

fn tag<T: Kept>(item: &Item<T>) -> ETag {
    match &item.revision {
        Some(revision) => ETag::of(revision.rev),
        // Of what is built in, the text changes with the program alone.
        None => ETag::of(format!("built-in-{}", &blake3::hash(item.value.source().as_bytes()).to_hex()[..16])),
    }
}

impl From<library::Error> for Problem {
    fn from(error: library::Error) -> Self {
        match error {
            Error::Unfit(error) => {
                let field = |problem: arena_core::problem::Problem| Field {
                    pointer: "#/source".to_owned(),
                    detail: [problem.key, problem.message]
                        .into_iter()
                        .filter(|text| !text.is_empty())
                        .collect::<Vec<_>>()
                        .join(": "),
                    line: Some(problem.line).filter(|line| *line > 0),
                    column: Some(problem.column).filter(|column| *column > 0),
                };
                Self::fields(error.problems.into_iter().map(field).collect())
            }
            Error::OtherName { .. } => Self::field("#/source", error.to_string()),
            Error::NameTaken { .. } => Self::new(Code::NameTaken, error.to_string()),
            Error::BuiltIn { .. } | Error::TooMany { .. } | Error::TooManyRevisions { .. } => {
                Self::new(Code::StateConflict, error.to_string())
            }
            Error::NoSuch { .. } => Self::new(Code::NotFound, error.to_string()),
            Error::Stale { .. } => Self::new(Code::StaleRevision, error.to_string()),
            Error::Store(error) => error.into(),
            Error::Catalog(_) | Error::Damaged { .. } => Self::internal(&error),
        }
    }
}
