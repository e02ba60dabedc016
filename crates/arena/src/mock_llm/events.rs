//! A streamed answer, written event by event into one buffer: sending it whole costs nothing more.

use std::ops::Range;

use serde::Serialize;

/// How events follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Server-sent events.
    Events,
    /// The items of one JSON list.
    List,
}

/// The events of an answer.
#[derive(Debug)]
pub(super) struct Events {
    framing: Framing,
    bytes: Vec<u8>,
    /// Where each event ends.
    ends: Vec<usize>,
    /// The number of the first event that says how the answer ends.
    closing: Option<usize>,
    has_terminator: bool,
}

impl Events {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, bytes: Vec::with_capacity(4096), ends: Vec::new(), closing: None, has_terminator: false }
    }

    /// An event with a name, as Anthropic has them, or without.
    pub(super) fn add(&mut self, name: Option<&str>, data: &impl Serialize) {
        match (self.framing, name, self.ends.is_empty()) {
            (Framing::List, _, true) => self.bytes.push(b'['),
            (Framing::List, _, false) => self.bytes.extend_from_slice(b",\r\n"),
            (Framing::Events, Some(name), _) => {
                self.bytes.extend_from_slice(b"event: ");
                self.bytes.extend_from_slice(name.as_bytes());
                self.bytes.extend_from_slice(b"\ndata: ");
            }
            (Framing::Events, None, _) => self.bytes.extend_from_slice(b"data: "),
        }
        serde_json::to_writer(&mut self.bytes, data).expect("events are structs with string keys, into memory");
        if self.framing == Framing::Events {
            self.bytes.extend_from_slice(b"\n\n");
        }
        self.ends.push(self.bytes.len());
    }

    /// What follows says how the answer ends.
    pub(super) fn close(&mut self) {
        self.closing = Some(self.ends.len());
    }

    /// The last event is the one that says that there are no more.
    pub(super) fn was_terminator(&mut self) {
        self.has_terminator = true;
    }

    /// Bytes as they are, as one event.
    pub(super) fn add_raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    /// The buffer and what is where in it.
    pub(super) fn finish(mut self) -> Written {
        if self.framing == Framing::List {
            self.bytes.push(b']');
            self.ends.push(self.bytes.len());
        }
        let n = self.ends.len();
        let pieces = (0..n).map(|i| if i == 0 { 0 } else { self.ends[i - 1] }..self.ends[i]).collect();
        let closing = self.closing.unwrap_or(n);
        Written {
            form: Form::Stream(self.framing),
            bytes: self.bytes,
            pieces,
            closing,
            has_terminator: self.has_terminator,
        }
    }
}

/// What an answer in bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON object.
    Whole,
    Stream(Framing),
}

/// An answer in bytes, and the pieces in which it may be sent.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) form: Form,
    pub(super) bytes: Vec<u8>,
    /// They follow each other without a gap.
    pub(super) pieces: Vec<Range<usize>>,
    /// From this piece on it is said how the answer ends.
    pub(super) closing: usize,
    /// The last piece only says that there are no more.
    pub(super) has_terminator: bool,
}

impl Written {
    /// A JSON object, in eight pieces for who cuts it.
    pub(super) fn whole(body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).expect("answers are structs with string keys");
        let size = bytes.len().div_ceil(8).max(1);
        let pieces: Vec<_> =
            (0..bytes.len()).step_by(size).map(|start| start..(start + size).min(bytes.len())).collect();
        let closing = pieces.len().saturating_sub(1);
        Self { form: Form::Whole, bytes, pieces, closing, has_terminator: false }
    }

    /// The same with each piece changed; it is told which one it is.
    pub(super) fn map(self, change: impl Fn(usize, &[u8]) -> Vec<u8>) -> Self {
        let mut bytes = Vec::with_capacity(self.bytes.len() * 2);
        let pieces = self.pieces.iter().enumerate().map(|(i, piece)| {
            let start = bytes.len();
            bytes.extend(change(i, &self.bytes[piece.clone()]));
            start..bytes.len()
        });
        let pieces = pieces.collect();
        Self { bytes, pieces, ..self }
    }
}
