//! Writes parts as lines, with their count and their hash at the end. Touches what it is given to write to.

use std::io::{self, Write};

use arena_store::Store;
use data_encoding::BASE64;

use super::line::{self, FORMAT, Line, MAX_LINE_BYTES, Scope};
use super::{Part, Tally, everything};

/// Writes an export.
pub struct Writer<W> {
    output: W,
    hasher: blake3::Hasher,
    tally: Tally,
}

/// What stands for a whole export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Of all lines but the last.
    pub hash: blake3::Hash,
    /// How much it is.
    pub tally: Tally,
}

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// What is to be exported cannot be read.
    #[error(transparent)]
    Store(#[from] arena_store::Error),
    /// It has no room in a line.
    #[error("{0} has more bytes than a line of an export takes")]
    TooLarge(String),
    /// The output refuses.
    #[error("the export cannot be written")]
    Output(#[from] io::Error),
}

impl Digest {
    /// The last line of the export.
    pub(super) fn line(&self) -> String {
        json(&Line::End { counts: self.tally, hash: self.hash.to_hex().to_string() })
    }
}

impl<W: Write> Writer<W> {
    /// Begins an export.
    ///
    /// # Errors
    /// [`Unwritten`].
    pub fn begin(output: W, of: Scope) -> Result<Self, Unwritten> {
        let mut writer = Self { output, hasher: blake3::Hasher::new(), tally: Tally::default() };
        let arena = env!("CARGO_PKG_VERSION").to_owned();
        writer.line(&json(&Line::Export { format: FORMAT, arena, of }), || "the first line".to_owned())?;
        Ok(writer)
    }

    /// Writes the next part.
    ///
    /// # Errors
    /// [`Unwritten`].
    pub fn part(&mut self, part: &Part) -> Result<(), Unwritten> {
        match part {
            Part::Content(blob) => {
                let hash = blob.hash().to_owned();
                let line = Line::Content { bytes: BASE64.encode(blob.bytes()), hash };
                self.line(&json(&line), || format!("content {}", blob.hash()))?;
            }
            Part::Event(id, text) => {
                self.line(&line::of_event(*id, text), || format!("event {} of match {id}", text.seq()))?;
            }
            Part::Head(id, seq, link) => {
                let end = Line::Head { id: *id, seq: *seq, link: link.to_string() };
                self.line(&json(&end), || format!("match {id}"))?;
            }
            Part::Document(document) => {
                let (kind, id) = (document.kind, document.id.clone());
                let line = Line::Document { kind, id, rev: document.rev, body: document.body.clone() };
                self.line(&json(&line), || format!("document {kind} {:?}", document.id))?;
            }
        }
        self.tally.count(part);
        Ok(())
    }

    /// Writes the last line, and gives the output back.
    ///
    /// # Errors
    /// [`Unwritten`].
    pub fn end(mut self) -> Result<(W, Digest), Unwritten> {
        let digest = Digest { hash: self.hasher.finalize(), tally: self.tally };
        self.line(&digest.line(), || "the last line".to_owned())?;
        self.output.flush()?;
        Ok((self.output, digest))
    }

    fn line(&mut self, text: &str, what: impl FnOnce() -> String) -> Result<(), Unwritten> {
        // A text with a line feed would be two lines: the arena writes none.
        if text.len() >= MAX_LINE_BYTES || text.contains('\n') {
            return Err(Unwritten::TooLarge(what()));
        }
        for bytes in [text.as_bytes(), b"\n"] {
            self.hasher.update(bytes);
            self.output.write_all(bytes)?;
        }
        Ok(())
    }
}

/// The digest of the export that would be written of a store. Reads all of it.
///
/// # Errors
/// [`Unwritten`].
pub async fn digest(store: &dyn Store, mut saw: impl FnMut(&Part)) -> Result<Digest, Unwritten> {
    let mut writer = Writer::begin(io::sink(), Scope::Everything)?;
    everything(store, async |part| {
        saw(&part);
        writer.part(&part)
    })
    .await?;
    Ok(writer.end()?.1)
}

fn json(line: &Line) -> String {
    serde_json::to_string(line).expect("a line is plain data")
}
