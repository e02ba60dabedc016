//! Which match is meant: by its id, the beginning of its id, or `last`.

use arena_core::id::{MatchId, Seq};
use arena_store::{Document, Kind, Query, Store};

use super::exit::{Exit, Failure};
use crate::header::Header;

/// The match that `text` names.
pub(super) async fn which(store: &dyn Store, text: &str) -> Result<MatchId, Failure> {
    if text == "last" {
        let last = store.find(&Query::of(Kind::Match, 1).descending()).await?;
        return match last.first() {
            Some(document) => id(document),
            None => {
                Err(Failure::nothing("there is no match in this database yet; begin one with arena play support-desk"))
            }
        };
    }
    let beginning = text.to_ascii_lowercase();
    if let Ok(whole) = beginning.parse() {
        return match store.get(Kind::Match, &beginning).await? {
            Some(_) => Ok(whole),
            // Its header may be gone; its events are what it is.
            None if !store.records(whole, Seq::ZERO, 1).await?.is_empty() => Ok(whole),
            None => Err(unknown(text)),
        };
    }
    if beginning.is_empty() || !beginning.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Failure::usage(format!("{text:?} is not a match: give its id, the beginning of it, or last")));
    }
    // A text sorts right before everything that begins with it.
    let found = store.find(&Query::of(Kind::Match, 2).after_id(&*beginning)).await?;
    let mut found = found.iter().filter(|document| document.id.starts_with(&beginning));
    match (found.next(), found.next()) {
        (Some(document), None) => id(document),
        (None, _) => Err(unknown(text)),
        (Some(one), Some(other)) => Err(Failure::usage(format!(
            "{text:?} begins more than one match, such as {} and {}; give more of the id",
            one.id, other.id
        ))),
    }
}

/// The matches that `text` names: all of a label, or the one that [`which`] finds.
pub(super) async fn which_all(store: &dyn Store, text: &str) -> Result<Vec<MatchId>, Failure> {
    /// As many as `arena play --matches` takes.
    const MAX: usize = 1_000_000;
    let labelled = store.find(&Header::labelled(text, MAX)).await?;
    if labelled.is_empty() {
        let one = which(store, text).await.map_err(|failure| match failure.exit() {
            Exit::Usage => Failure::usage(format!(
                "there is no label and no match {text:?}; arena matches lists what there is, arena play --label gives labels"
            )),
            _ => failure,
        })?;
        return Ok(vec![one]);
    }
    labelled.iter().map(id).collect()
}

/// The header in a document of the store.
pub(super) fn header(document: &Document) -> Result<(MatchId, Header), Failure> {
    let header = document
        .body
        .read()
        .map_err(|error| Failure::infrastructure(&format!("the header of {} is damaged", document.id), &error))?;
    Ok((id(document)?, header))
}

fn id(document: &Document) -> Result<MatchId, Failure> {
    let id = document.id.parse();
    id.map_err(|error| Failure::infrastructure("the database lists something that is no match", &error))
}

fn unknown(text: &str) -> Failure {
    Failure::usage(format!("there is no match {text:?}; arena matches lists what there is"))
}
