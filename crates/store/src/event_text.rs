//! An event as the text that is stored, to the byte: links are hashes of it, and JSON written anew may be another text. Pure.

use arena_core::event::Record;
use arena_core::id::Seq;

/// One event's text, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventText {
    seq: Seq,
    body: String,
}

impl EventText {
    /// Takes a text that is an event.
    ///
    /// # Errors
    /// What is wrong with it as JSON, or as an event.
    pub fn read(body: String) -> Result<Self, serde_json::Error> {
        let record: Record = serde_json::from_str(&body)?;
        Ok(Self { seq: record.seq, body })
    }

    /// What stands in a database under this number, with a link that fits: it was checked when it was written.
    pub(crate) fn stored(seq: Seq, body: &str) -> Self {
        Self { seq, body: body.to_owned() }
    }

    /// Its number.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Its text.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Its text, without its number.
    pub(crate) fn into_body(self) -> String {
        self.body
    }
}
