//! An event as it goes out to those who watch: the same bytes by every transport. Pure.

use arena_core::id::{MatchId, Seq};
use arena_core::view::Shown;
use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use serde_json::Value;

/// The version of the shape. Fields may be added under the same version.
const VERSION: u32 = 1;

/// What can be told of one event to one audience. Cheap to clone: the text is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The event's number. Contiguous for every audience.
    pub seq: Seq,
    /// An object of JSON, in one line.
    pub text: Utf8Bytes,
}

#[derive(Serialize)]
struct Envelope<'a> {
    v: u32,
    topic: String,
    seq: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<jiff::Timestamp>,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl Frame {
    /// The frame of what is shown of an event of match `id`. What is hidden has its number and nothing else, not even its
    /// moment.
    pub fn of(id: MatchId, shown: Shown) -> Self {
        let (ts, kind, body) = match shown.event {
            Some(Value::Object(mut body)) => {
                let kind = body.shift_remove("type");
                (Some(shown.at), kind.and_then(|kind| kind.as_str().map(str::to_owned)), Some(Value::Object(body)))
            }
            Some(body) => (Some(shown.at), None, Some(body)),
            None => (None, None, None),
        };
        let kind = kind.as_deref().unwrap_or("hidden");
        let envelope = Envelope { v: VERSION, topic: format!("match:{id}"), seq: shown.seq, ts, kind, body };
        let text = serde_json::to_string(&envelope).expect("an envelope is plain data with texts as keys");
        Self { seq: shown.seq, text: text.into() }
    }
}
