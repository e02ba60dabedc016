//! How much the rules find, and how often they hit an honest text: exact figures, so that any change of them is seen.
//!
//! The texts are our own, and the phrases were written with them in sight: the figures compare versions of the list with
//! one another, and are no promise.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{rule, rules};
use crate::converter::{Converted, Converter};
use crate::ruling::Checkpoint;

#[derive(Deserialize)]
struct Attacks {
    encoded: Vec<Encoded>,
    #[serde(flatten)]
    plain: BTreeMap<Checkpoint, Vec<String>>,
}

#[derive(Deserialize)]
struct Encoded {
    ways: Vec<String>,
    texts: Vec<String>,
}

const SEARCHING: &str = "phrases = true\nencodings = true\ninvisible = true\ncanaries = \"any-form\"";

fn attacks() -> Attacks {
    toml::from_str(include_str!("attacks.toml")).unwrap()
}

fn benign() -> BTreeMap<Checkpoint, Vec<String>> {
    toml::from_str(include_str!("benign.toml")).unwrap()
}

/// The text along converters, without the lines that say what it is and ask to decode it.
fn encoded(ways: &str, text: &str) -> String {
    ways.split(' ').fold(text.to_owned(), |text, way| {
        let converter: Converter = way.parse().unwrap();
        let Converted::Text(text) = converter.convert(&text, &"1".parse().unwrap()) else { unreachable!() };
        match text.split_once("\n\n") {
            Some((intro, rest)) if intro.starts_with("The message below") => rest.to_owned(),
            _ => text,
        }
    })
}

/// The texts that are not hit.
fn missed<'a>(toml: &str, checkpoint: Checkpoint, texts: &'a [String]) -> Vec<&'a str> {
    let rules = rules(toml);
    texts.iter().map(String::as_str).filter(|text| !rule(&rules, checkpoint, text).intervenes()).collect()
}

#[test]
fn as_many_attacks_are_found_as_before() {
    let Attacks { encoded: encodings, plain } = attacks();
    let found: Vec<(Checkpoint, usize, usize)> = plain
        .iter()
        .map(|(checkpoint, texts)| {
            (*checkpoint, texts.len() - missed(SEARCHING, *checkpoint, texts).len(), texts.len())
        })
        .collect();
    assert_eq!(found, [(Checkpoint::Input, 45, 55), (Checkpoint::ToolResult, 17, 21)]);
    for (toml, hidden) in [(SEARCHING, 38), ("phrases = true\ncanaries = \"any-form\"", 2)] {
        let rules = rules(toml);
        let (mut found, mut missed) = (0, Vec::new());
        for Encoded { ways, texts } in &encodings {
            for (way, text) in ways.iter().flat_map(|way| texts.iter().map(move |text| (way, text))) {
                if rule(&rules, Checkpoint::Input, &encoded(way, text)).intervenes() {
                    found += 1;
                } else {
                    missed.push(way.as_str());
                }
            }
        }
        assert_eq!((found, found + missed.len()), (hidden, 46), "{toml} misses {missed:?}");
    }
}

#[test]
fn no_more_honest_texts_are_hit_than_before() {
    let benign = benign();
    let n_texts: usize = benign.values().map(Vec::len).sum();
    let everywhere = "at = [\"input\", \"tool_call\", \"tool_result\", \"output\"]";
    for (toml, n_hit) in [
        (SEARCHING.to_owned(), 1),
        // A customer may write what a mail or a page does, and an answer may quote it.
        (format!("phrases = {{ {everywhere} }}\nencodings = true\ninvisible = {{ {everywhere} }}"), 1),
        // Keys, certificates and attachments: what this check is for, and what honest people have as well.
        (format!("entropy = {{ {everywhere} }}"), 7),
    ] {
        let hit: Vec<&str> = benign
            .iter()
            .flat_map(|(checkpoint, texts)| {
                let missed = missed(&toml, *checkpoint, texts);
                texts.iter().map(String::as_str).filter(move |text| !missed.contains(text))
            })
            .collect();
        assert_eq!((hit.len(), n_texts), (n_hit, 256), "{toml} hits {hit:#?}");
    }
}
