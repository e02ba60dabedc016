//! Reads an export line by line, and believes nothing of it: not its order, its hashes, its links or its end. Touches what it is
//! given to read.

use std::io::{self, BufRead, Read as _};

use arena_core::id::{MatchId, Seq};
use arena_store::{Blob, Document, EventText, Kind, Link, NotALink, Rev};
use data_encoding::BASE64;

use super::line::{self, FORMAT, Line, MAX_LINE_BYTES, Scope};
use super::{Digest, Part, Tally};

/// A document was not written more often: the database counts so far, and one more.
const MAX_REV: Rev = Rev(1 << 53);

/// Reads an export.
pub struct Reader<R> {
    input: R,
    scope: Scope,
    hasher: blake3::Hasher,
    tally: Tally,
    /// Lines that were read.
    n_lines: u64,
    last: Last,
    /// Once it was read to its end.
    digest: Option<Digest>,
}

/// What was read last, by which the next is judged.
enum Last {
    Content(Option<String>),
    /// In the middle of a match.
    Event(MatchId, Seq, Link),
    Head(MatchId),
    Document(Kind, String),
}

/// A line is not as an export has it.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Unreadable {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong.
    #[source]
    pub what: Wrong,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum Wrong {
    #[error("it cannot be read")]
    Input(#[source] io::Error),
    #[error("this is no export of an arena: take a file that arena export has written")]
    NoExport,
    #[error("the export has format {0}, this arena reads format {FORMAT}: use the arena that wrote it, version {1}")]
    OtherFormat(u32, String),
    #[error("the export ends before its last line: it was cut off; copy or export it again")]
    CutOff,
    #[error("there is more after the last line of the export: take the file as it was written")]
    More,
    #[error("it has more than {MAX_LINE_BYTES} bytes: no export has such a line")]
    TooLong,
    #[error("it is no line of an export: {0}")]
    NotALine(String),
    #[error("it comes out of order, or twice: exports are sorted")]
    Order,
    #[error("the bytes are not those of their hash: the file was changed; copy or export it again")]
    Content,
    #[error("the event cannot be read: {0}; a newer arena may have written it")]
    Event(String),
    #[error("event {found} stands where event {expected} should")]
    Misnumbered { expected: Seq, found: Seq },
    #[error(
        "the links of match {0} do not fit its events: one of them was changed; get the file from where it came from"
    )]
    Link(MatchId),
    #[error("the last events of match {0} are missing")]
    NoHead(MatchId),
    #[error("the revision of a document must be 1 to {MAX_REV}")]
    Rev,
    #[error("no export has such a document")]
    Move,
    #[error("the lines before it are not those that were written: the file was changed; copy or export it again")]
    Changed,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn begin(mut input: R) -> Result<Self, Unreadable> {
        let first = |what| Unreadable { line: 1, what };
        let mut hasher = blake3::Hasher::new();
        // Whatever is no export may have no end of a line for a long time.
        let text = next_line(&mut input, 4_096).map_err(|what| {
            first(match what {
                Wrong::TooLong | Wrong::NotALine(_) => Wrong::NoExport,
                what => what,
            })
        })?;
        let Some(text) = text else { return Err(first(Wrong::NoExport)) };
        let scope = match serde_json::from_str(&text) {
            Ok(Line::Export { format: FORMAT, of, .. }) => of,
            Ok(Line::Export { format, arena, .. }) => return Err(first(Wrong::OtherFormat(format, arena))),
            // Another format may have more in its first line than this one knows.
            _ => return Err(first(other_format(&text).unwrap_or(Wrong::NoExport))),
        };
        hasher.update(text.as_bytes()).update(b"\n");
        let last = Last::Content(None);
        Ok(Self { input, scope, hasher, tally: Tally::default(), n_lines: 1, last, digest: None })
    }

    /// What it is an export of.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The next part; `None` after the last line.
    ///
    /// # Errors
    /// [`Unreadable`]: then nothing that was read so far can be believed.
    pub fn part(&mut self) -> Result<Option<Part>, Unreadable> {
        if self.digest.is_some() {
            return Ok(None);
        }
        self.n_lines += 1;
        self.read().map_err(|what| Unreadable { line: self.n_lines, what })
    }

    /// What stands for all of it, once it was read to its end.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    fn read(&mut self) -> Result<Option<Part>, Wrong> {
        let text = next_line(&mut self.input, MAX_LINE_BYTES)?.ok_or(Wrong::CutOff)?;
        let part = match line::event(&text) {
            Some((id, body)) => self.event(id, body)?,
            None => match serde_json::from_str(&text).map_err(|error| Wrong::NotALine(error.to_string()))? {
                Line::End { .. } => return self.end(&text).map(|()| None),
                line => self.other(line)?,
            },
        };
        self.hasher.update(text.as_bytes()).update(b"\n");
        self.tally.count(&part);
        Ok(Some(part))
    }

    fn event(&mut self, id: &str, body: &str) -> Result<Part, Wrong> {
        let id = match_id(id)?;
        let (before, link) = match &self.last {
            Last::Event(current, seq, link) if *current == id => (*seq, *link),
            Last::Event(current, ..) => return Err(Wrong::NoHead(*current)),
            Last::Head(last) if *last >= id => return Err(Wrong::Order),
            Last::Content(_) | Last::Head(_) => (Seq::ZERO, Link::first(id)),
            Last::Document(..) => return Err(Wrong::Order),
        };
        let text = EventText::read(body.to_owned()).map_err(|error| Wrong::Event(error.to_string()))?;
        if text.seq() != before.next() {
            return Err(Wrong::Misnumbered { expected: before.next(), found: text.seq() });
        }
        self.last = Last::Event(id, text.seq(), link.next(text.body()));
        Ok(Part::Event(id, text))
    }

    fn other(&mut self, line: Line) -> Result<Part, Wrong> {
        match line {
            Line::Content { hash, bytes } => {
                match &self.last {
                    Last::Content(last) if last.as_ref().is_none_or(|last| *last < hash) => {}
                    _ => return Err(Wrong::Order),
                }
                let bytes = BASE64.decode(bytes.as_bytes()).map_err(|error| Wrong::NotALine(error.to_string()))?;
                let blob = Blob::of(bytes);
                if blob.hash() != hash {
                    return Err(Wrong::Content);
                }
                self.last = Last::Content(Some(hash));
                Ok(Part::Content(blob))
            }
            Line::Head { id, seq, link } => {
                let named = link.parse().map_err(|error: NotALink| Wrong::NotALine(error.to_string()))?;
                match self.last {
                    Last::Event(current, last, found) if current == id => {
                        if (last, found) != (seq, named) {
                            return Err(Wrong::Link(id));
                        }
                    }
                    _ => return Err(Wrong::Order),
                }
                self.last = Last::Head(id);
                Ok(Part::Head(id, seq, named))
            }
            Line::Document { kind, id, rev, body } => {
                match &self.last {
                    Last::Event(current, ..) => return Err(Wrong::NoHead(*current)),
                    Last::Document(last, last_id) if (last.word(), last_id) >= (kind.word(), &id) => {
                        return Err(Wrong::Order);
                    }
                    Last::Content(_) | Last::Head(_) | Last::Document(..) => {}
                }
                if !(Rev::NEW.next()..=MAX_REV).contains(&rev) {
                    return Err(Wrong::Rev);
                }
                if kind == Kind::Move {
                    return Err(Wrong::Move);
                }
                self.last = Last::Document(kind, id.clone());
                Ok(Part::Document(Document { kind, id, rev, body }))
            }
            Line::Export { .. } | Line::End { .. } => Err(Wrong::Order),
        }
    }

    /// Compares the last line with what was read.
    fn end(&mut self, text: &str) -> Result<(), Wrong> {
        if let Last::Event(current, ..) = self.last {
            return Err(Wrong::NoHead(current));
        }
        let digest = Digest { hash: self.hasher.finalize(), tally: self.tally };
        if text != digest.line() {
            return Err(Wrong::Changed);
        }
        if !self.input.fill_buf().map_err(Wrong::Input)?.is_empty() {
            return Err(Wrong::More);
        }
        self.digest = Some(digest);
        Ok(())
    }
}

/// The next line without its end; `None` after the last one.
fn next_line(input: &mut impl BufRead, max_bytes: usize) -> Result<Option<String>, Wrong> {
    let mut bytes = Vec::new();
    input.take(max_bytes as u64 + 1).read_until(b'\n', &mut bytes).map_err(Wrong::Input)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.pop() != Some(b'\n') {
        return Err(if bytes.len() >= max_bytes { Wrong::TooLong } else { Wrong::CutOff });
    }
    let text = String::from_utf8(bytes).map_err(|_| Wrong::NotALine("it is no text".to_owned()))?;
    Ok(Some(text))
}

/// As exports write it, and in no other way: it is hashed so.
fn match_id(text: &str) -> Result<MatchId, Wrong> {
    let id: Option<MatchId> = text.parse().ok();
    id.filter(|id| id.to_string() == text).ok_or_else(|| Wrong::NotALine(format!("{text:?} is no match id")))
}

fn other_format(text: &str) -> Option<Wrong> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let format = value.pointer("/export/format")?.as_u64().and_then(|format| u32::try_from(format).ok())?;
    let arena = value.pointer("/export/arena").and_then(serde_json::Value::as_str).unwrap_or("unknown");
    (format != FORMAT).then(|| Wrong::OtherFormat(format, arena.to_owned()))
}

#[cfg(test)]
mod tests {
    use arena_core::event::{Event, Record};
    use arena_store::Rev;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::moving::Writer;

    fn parts() -> Vec<Part> {
        let mut blobs = [&b"one"[..], b"", &[0xFF; 300]].map(|bytes| Blob::of(bytes.to_vec()));
        blobs.sort_by(|one, two| one.hash().cmp(two.hash()));
        let mut parts: Vec<Part> = blobs.into_iter().map(Part::Content).collect();
        let at = Timestamp::from_second(1_763_000_000).unwrap();
        for n in 0..3 {
            let id = MatchId::from_parts(at, n);
            let mut link = Link::first(id);
            for seq in 1..=4 {
                let event = Event::Stopped { reason: format!("\"{seq}\n\u{2028}é") };
                let record = Record { seq: Seq(seq), at, event };
                let text = EventText::read(serde_json::to_string(&record).unwrap()).unwrap();
                link = link.next(text.body());
                parts.push(Part::Event(id, text));
            }
            parts.push(Part::Head(id, Seq(4), link));
        }
        for (kind, id) in [(Kind::Agent, "a"), (Kind::Agent, "b"), (Kind::Match, "a"), (Kind::Token, "\0")] {
            let body = json!({"n": 1.0, "text": "x", "z": null, "a": [1e300, -0.0]}).into();
            parts.push(Part::Document(Document { kind, id: id.to_owned(), rev: Rev(3), body }));
        }
        parts
    }

    fn text(parts: &[Part]) -> Vec<u8> {
        let mut writer = Writer::begin(Vec::new(), Scope::Everything).unwrap();
        for part in parts {
            writer.part(part).unwrap();
        }
        writer.end().unwrap().0
    }

    fn read(text: &[u8]) -> Result<Vec<Part>, Unreadable> {
        let mut reader = Reader::begin(text)?;
        let mut parts = Vec::new();
        while let Some(part) = reader.part()? {
            parts.push(part);
        }
        assert_eq!(reader.digest().unwrap().tally.n_contents, 3);
        Ok(parts)
    }

    #[test]
    fn what_is_written_is_read_back_and_written_the_same() {
        let parts = parts();
        let written = text(&parts);
        let found = read(&written).unwrap();
        assert_eq!(found, parts);
        assert_eq!(text(&found), written);
    }

    #[test]
    fn an_event_is_kept_to_the_letter() {
        let id = MatchId::from_parts(Timestamp::UNIX_EPOCH, 1);
        // As no arena would write it: other spaces, another order, an escape that is none.
        let body = r#"{ "type":"stopped","reason":"\u0041", "at":"2025-11-13T02:13:20.000Z" ,"seq" : 1 }"#;
        let link = Link::first(id).next(body);
        let mut parts = parts();
        parts.truncate(3);
        parts.extend([Part::Event(id, EventText::read(body.to_owned()).unwrap()), Part::Head(id, Seq(1), link)]);
        assert_eq!(read(&text(&parts)).unwrap(), parts);
    }

    #[test]
    fn a_line_without_an_end_is_not_taken_into_memory() {
        let mut export = text(&parts());
        export.truncate(export.iter().position(|byte| *byte == b'\n').unwrap() + 1);
        let mut reader = Reader::begin(io::BufReader::new(export.chain(io::repeat(b' ')))).unwrap();
        assert!(matches!(reader.part(), Err(Unreadable { line: 2, what: Wrong::TooLong })));
        assert!(matches!(
            Reader::begin(io::BufReader::new(io::repeat(b'x'))),
            Err(Unreadable { line: 1, what: Wrong::NoExport })
        ));
    }

    /// One change of a file.
    #[derive(Clone, Debug)]
    enum Edit {
        Byte(prop::sample::Index, u8),
        Cut(prop::sample::Index),
        Twice(prop::sample::Index),
        Gone(prop::sample::Index),
        Swap(prop::sample::Index, prop::sample::Index),
        Insert(prop::sample::Index, Vec<u8>),
    }

    impl Edit {
        fn any() -> impl Strategy<Value = Self> {
            let index = any::<prop::sample::Index>;
            prop_oneof![
                (index(), any::<u8>()).prop_map(|(at, byte)| Self::Byte(at, byte)),
                index().prop_map(Self::Cut),
                index().prop_map(Self::Twice),
                index().prop_map(Self::Gone),
                (index(), index()).prop_map(|(one, two)| Self::Swap(one, two)),
                (index(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Self::Insert(at, bytes)),
            ]
        }

        fn apply(&self, text: &mut Vec<u8>) {
            if text.is_empty() {
                return;
            }
            let mut lines: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            match self {
                Self::Byte(at, byte) => {
                    let at = at.index(text.len());
                    text[at] = *byte;
                    return;
                }
                Self::Cut(at) => return text.truncate(at.index(text.len())),
                Self::Insert(at, bytes) => {
                    let at = at.index(text.len());
                    text.splice(at..at, bytes.iter().copied());
                    return;
                }
                Self::Twice(at) => {
                    let at = at.index(lines.len());
                    lines.insert(at, lines[at].clone());
                }
                Self::Gone(at) => drop(lines.remove(at.index(lines.len()))),
                Self::Swap(one, two) => {
                    let (one, two) = (one.index(lines.len()), two.index(lines.len()));
                    lines.swap(one, two);
                }
            }
            *text = lines.concat();
        }

        /// With a last line that fits, as somebody would who means harm.
        fn seal(text: &mut Vec<u8>, counts: Tally) {
            text.truncate(text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at));
            text.truncate(text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
            text.extend(Digest { hash: blake3::hash(text), tally: counts }.line().into_bytes());
            text.push(b'\n');
        }
    }

    proptest! {
        #[test]
        fn a_changed_file_is_never_read_to_its_end(edits in prop::collection::vec(Edit::any(), 1..4)) {
            let whole = text(&parts());
            let mut changed = whole.clone();
            for edit in &edits {
                edit.apply(&mut changed);
            }
            prop_assert_eq!(read(&changed).is_ok(), changed == whole);
        }

        #[test]
        fn what_is_read_of_a_file_that_was_made_to_fit_is_sorted_linked_and_hashed(edit in Edit::any()) {
            let mut changed = text(&parts());
            let mut counts = Tally::default();
            for part in &parts() {
                counts.count(part);
            }
            edit.apply(&mut changed);
            Edit::seal(&mut changed, counts);
            if let Ok(found) = read(&changed) {
                // Written again it is an export, of as many parts.
                prop_assert_eq!(read(&text(&found)).unwrap(), found);
            }
        }

        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read(&bytes).is_err());
            let mut begun = text(&parts());
            begun.truncate(begun.iter().position(|byte| *byte == b'\n').unwrap() + 1);
            begun.extend(&bytes);
            prop_assert!(read(&begun).is_err());
        }
    }
}
