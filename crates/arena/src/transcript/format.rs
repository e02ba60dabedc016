//! How a transcript is written down, entry after entry: it need not fit into memory.

use serde_json::json;

use super::Entry;
use crate::markdown::fenced;
use crate::visible::visible;

/// How it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One object with all entries.
    Json,
    /// An entry a line, as JSON.
    Ndjson,
    /// For a terminal and a screen reader.
    Text,
    /// For people, elsewhere.
    Markdown,
}

impl Format {
    /// What stands before the entries of the match `id`, as `audience` sees it.
    pub fn head(self, id: &str, audience: &str) -> String {
        match self {
            Self::Json => {
                format!("{{\"schema_version\":1,\"match\":{},\"audience\":{},\"entries\":[", json!(id), json!(audience))
            }
            Self::Ndjson => String::new(),
            Self::Text => format!("match {id}, as {audience} sees it\n"),
            Self::Markdown => format!("# Match {id}\n\nAs {audience} sees it.\n\n"),
        }
    }

    /// One entry; `is_first` of all.
    pub fn entry(self, entry: &Entry, is_first: bool) -> String {
        let json = || serde_json::to_string(entry).expect("an entry is plain data");
        match self {
            Self::Json if is_first => json(),
            Self::Json => format!(",{}", json()),
            Self::Ndjson => json() + "\n",
            Self::Text => {
                let text = visible(&entry.text).replace('\n', "\n                ");
                let gap = if entry.opens_round { "\n" } else { "" };
                format!("{gap}{:>6}  {:<7} {text}\n", entry.seq.0, entry.who.word())
            }
            Self::Markdown if entry.opens_round => format!("## Round {}\n\n{}", entry.round, fenced(&entry.text)),
            Self::Markdown => format!("**{}** · event {}\n\n{}", entry.who.word(), entry.seq, fenced(&entry.text)),
        }
    }

    /// What stands behind them.
    pub fn tail(self) -> &'static str {
        match self {
            Self::Json => "]}\n",
            Self::Ndjson | Self::Text | Self::Markdown => "",
        }
    }
}
