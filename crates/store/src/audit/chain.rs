//! The end of the audit log, to which entries are added. Pure; each database inserts the lines that come of it.

use jiff::Timestamp;

use super::{Entry, Fact};
use crate::Link;

/// Where the log ends. Kept by the one who writes: a copy of it is the way back, if a transaction is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    seq: u64,
    link: Link,
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number.
    pub(crate) seq: u64,
    /// Its JSON.
    pub(crate) body: String,
    /// Its link.
    pub(crate) link: Link,
}

impl Chain {
    /// Goes on after the last entry that stands; `None` if there is none.
    pub(crate) fn after(last: Option<(u64, Link)>) -> Self {
        let (seq, link) = last.unwrap_or((0, Link::of_empty_log()));
        Self { seq, link }
    }

    /// The next entry.
    pub(crate) fn add(&mut self, at: Timestamp, fact: Fact) -> Line {
        let body = serde_json::to_string(&Entry { at, fact }).expect("an entry is plain data");
        self.seq += 1;
        self.link = self.link.next(&body);
        Line { seq: self.seq, body, link: self.link }
    }
}

#[cfg(test)]
mod tests {
    use arena_core::id::Seq;
    use serde_json::json;

    use super::*;
    use crate::audit::Noted;
    use crate::{Kind, Rev};

    #[test]
    fn the_text_of_an_entry_and_its_link_never_change() {
        let at = Timestamp::from_second(1_763_000_000).unwrap();
        let id = arena_core::id::MatchId::from_parts(at, 1);
        let mut chain = Chain::after(None);
        let mut before = Link::of_empty_log();
        for (fact, text) in [
            (
                Fact::put(Kind::Token, "a\"b", Rev(2), "{}"),
                r#""what":"put","kind":"token","id":"a\"b","rev":2,"hash":"6e46dd10defc9b56c29a6ec56b508c21f54c08192194e4df25bf36f0c9c3c279"}"#,
            ),
            (
                Fact::Deleted { kind: Kind::Agent, id: "x".to_owned(), rev: Rev(3) },
                r#""what":"deleted","kind":"agent","id":"x","rev":3"#,
            ),
            (
                Fact::Head { id, seq: Seq(7), link: Link::of_empty_log() },
                r#""what":"head","match":"01k9xft7g00000000000000001","seq":7,"link":"#,
            ),
            (
                Fact::Removed { id, seq: Seq(7), link: Link::of_empty_log() },
                r#""what":"removed","match":"01k9xft7g00000000000000001","seq":7,"link":"#,
            ),
            (
                Fact::Forgotten { hash: crate::audit::Digest::of("{}") },
                r#""what":"forgotten","hash":"6e46dd10defc9b56c29a6ec56b508c21f54c08192194e4df25bf36f0c9c3c279"}"#,
            ),
            (
                Fact::Happened { topic: "request".to_owned(), body: json!({"b": 1, "a": null}) },
                r#""what":"happened","topic":"request","body":{"b":1,"a":null}"#,
            ),
        ] {
            let line = chain.add(at, fact.clone());
            let expected = format!(r#"{{"at":"2025-11-13T02:13:20Z",{text}"#);
            assert!(line.body.starts_with(&expected), "{}", line.body);
            let noted = Noted::read(line.seq, before, &line.body, Some(line.link)).unwrap();
            assert_eq!((noted.seq, noted.entry, noted.link), (line.seq, Entry { at, fact }, line.link));
            assert!(Noted::read(line.seq, line.link, &line.body, Some(line.link)).is_err(), "after another one");
            before = line.link;
        }
    }
}
