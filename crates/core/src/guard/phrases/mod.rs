//! Phrases by which an injected instruction is known: a list that has a version, as data (`phrases.toml`).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::reading::Reading;
use crate::ruling::Checkpoint;

/// The list as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    /// Parts that several patterns share.
    parts: BTreeMap<String, String>,
    /// Patterns by what they are for.
    patterns: BTreeMap<String, Vec<String>>,
    /// Those for what tools answer alone.
    in_data: BTreeMap<String, Vec<String>>,
}

struct Phrases {
    version: u32,
    anywhere: Regex,
    in_data: Regex,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    /// Bytes of the compiled list, and of what is kept while it is matched: several times what it takes.
    const MAX_SIZE: usize = 16 << 20;
    let Written { version, parts, patterns, in_data } =
        toml::from_str(include_str!("phrases.toml")).expect("a test reads the list");
    let any_of = |all: &mut dyn Iterator<Item = &String>| {
        let filled = all.map(|pattern| {
            parts.iter().fold(format!("(?:{pattern})"), |filled, (name, part)| {
                filled.replace(&format!("{{{name}}}"), &format!("(?:{part})"))
            })
        });
        let any = filled.collect::<Vec<_>>().join("|");
        let built = RegexBuilder::new(&any).unicode(false).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build();
        built.expect("a test compiles the list")
    };
    Phrases {
        version,
        anywhere: any_of(&mut patterns.values().flatten()),
        in_data: any_of(&mut patterns.values().chain(in_data.values()).flatten()),
    }
});

/// The version of the list: another list is another defence.
pub fn version() -> u32 {
    PHRASES.version
}

/// The phrases in a reading: what it says there, and where that is in the text itself.
pub(super) fn find(reading: &Reading, checkpoint: Checkpoint, most: usize) -> Vec<(String, Range<usize>)> {
    let phrases = match checkpoint {
        Checkpoint::ToolResult => &PHRASES.in_data,
        Checkpoint::Input | Checkpoint::ToolCall | Checkpoint::Output => &PHRASES.anywhere,
    };
    let words = reading.in_words();
    let found = phrases.find_iter(&words.text).filter(|found| !found.is_empty()).take(most);
    found.map(|found| (found.as_str().to_owned(), words.place(&found.range()))).collect()
}
