//! Repositories: documents as the models that they tell of.

use arena_store::{Document, Error, Field, Kind, Model, Repository, Rev};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Database;
use crate::sample::put;

/// What the tests keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Race {
    status: String,
    best: Option<f64>,
}

impl Model for Race {
    const KIND: Kind = Kind::Match;
}

const STATUS: Field<String> = Field::at("status");

fn race(status: &str, best: Option<f64>) -> Race {
    Race { status: status.to_owned(), best }
}

pub(super) async fn a_model_is_written_found_changed_and_removed(database: &Database) {
    let store = database.open().await;
    let races = Repository::<Race>::of(&*store);
    let all = [("a", race("run", Some(0.1))), ("b", race("planned", None)), ("c", race("run", Some(1e300)))];
    for (id, race) in &all {
        races.put(*id, Rev::NEW, race).await.unwrap();
    }
    let [a, _, c] = all.map(|(id, body)| Document { kind: Kind::Match, id: id.to_owned(), rev: Rev(1), body });
    assert_eq!(races.get("a").await.unwrap(), Some(a.clone()));
    assert_eq!(races.get("z").await.unwrap(), None);
    let run = || Repository::<Race>::query(9).filter(STATUS.is("run"));
    assert_eq!(races.find(&run()).await.unwrap(), [a.clone(), c.clone()]);
    assert_eq!(races.count(STATUS.is("run")).await.unwrap(), 2);

    let stale = races.put("a", Rev::NEW, &race("lost", None)).await;
    assert!(matches!(stale, Err(Error::Conflict { expected: 0, found: 1, .. })), "{stale:?}");
    races.put("a", a.rev, &race("planned", None)).await.unwrap();
    races.delete("b", Rev(1)).await.unwrap();
    assert_eq!(races.find(&run()).await.unwrap(), [c]);
    assert_eq!(races.get("a").await.unwrap().unwrap().rev, Rev(2));
}

pub(super) async fn a_document_that_tells_something_else_is_named(database: &Database) {
    let store = database.open().await;
    let races = Repository::<Race>::of(&*store);
    store.put(put("odd", 0, json!({"status": 7}))).await.unwrap();
    for failed in [
        races.get("odd").await.map(|_| ()),
        races.find(&Repository::<Race>::query(9)).await.map(|_| ()),
        races.read(store.get(Kind::Match, "odd").await.unwrap().unwrap()).map(|_| ()),
    ] {
        let Err(Error::Corrupt { what, database, cause }) = failed else { panic!("{failed:?}") };
        assert_eq!((what.as_str(), database), ("document match \"odd\"", store.database()));
        assert!(cause.unwrap().to_string().contains("invalid type: integer `7`, expected a string"));
    }
}
