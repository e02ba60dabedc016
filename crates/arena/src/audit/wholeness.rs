//! Whether the record of a match is as it was written, as far as its hash chain and the contents that it names can tell.

use arena_core::id::MatchId;
use arena_store::{Link, Store};
use serde::Serialize;

use super::trail;
use crate::causes::in_one_line;
use crate::runner::records;

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wholeness {
    /// Which match.
    pub id: MatchId,
    /// Whether nothing is wrong.
    pub good: bool,
    /// Events that can be read.
    pub n_events: usize,
    /// Tool calls among them.
    pub n_calls: usize,
    /// The link of the last event, in hex: who notes it can tell later whether the end was cut off.
    pub head: Option<String>,
    /// What is wrong, and where.
    pub problems: Vec<String>,
}

impl Wholeness {
    /// Reads the whole record of match `id`, and looks whether it ends at `expected`.
    pub async fn of(store: &dyn Store, id: MatchId, expected: Option<Link>) -> Self {
        let mut problems = Vec::new();
        let head = match store.head(id).await {
            Ok(head) => head.map(|(_, link)| link),
            Err(error) => {
                problems.push(in_one_line(&error));
                None
            }
        };
        if let Some(expected) = expected.filter(|expected| head != Some(*expected)) {
            problems.push(format!(
                "the head is not {expected}: events were added, taken away or changed since it was noted"
            ));
        }
        let records = records(store, id).await.unwrap_or_else(|error| {
            problems.push(in_one_line(&error));
            vec![]
        });
        let calls = trail(&records);
        for used in &calls {
            for hash in used.contents() {
                match store.blob(&hash).await {
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        problems.push(format!("content {hash}, which the call of event {} names, is gone", used.seq));
                    }
                    Err(error) => problems.push(in_one_line(&error)),
                }
            }
        }
        Self {
            id,
            good: problems.is_empty(),
            n_events: records.len(),
            n_calls: calls.len(),
            head: head.map(|link| link.to_string()),
            problems,
        }
    }
}
