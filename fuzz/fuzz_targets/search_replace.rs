//! SEARCH/REPLACE: the input is a file and a diff, with a NUL between them.
#![no_main]

use arena_core::edit::search_replace::{Block, apply, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (file, diff) = input.split_once('\0').unwrap_or(("", input));
    match apply(Some(file), diff) {
        Ok(edited) => {
            let blocks = parse(diff).expect("what was applied can be parsed");
            assert!(edited.len() <= file.len() + 2 * diff.len() + 2, "the file grew by more than the diff");
            check_places(file, &blocks, &edited);
        }
        Err(error) => assert!(error.to_string().len() < 64 << 10, "an error of any size"),
    }
});

/// Where every block is in the file line for line, the edit is what a plain search and replace would make of it.
fn check_places(file: &str, blocks: &[Block<'_>], edited: &str) {
    let lines: Vec<&str> = file.lines().collect();
    let mut places = Vec::new();
    for block in blocks {
        let found: Vec<usize> =
            (0..lines.len()).filter(|&at| !block.search.is_empty() && lines[at..].starts_with(&block.search)).collect();
        assert!(found.len() <= 1, "an ambiguous block was applied");
        places.extend(found.first().map(|at| (*at, block)));
    }
    if places.len() < blocks.len() {
        return;
    }
    places.sort_by_key(|(at, _)| *at);
    let mut expected = Vec::new();
    let mut next = 0;
    for (at, block) in places {
        assert!(next <= at, "overlapping blocks were applied");
        expected.extend_from_slice(&lines[next..at]);
        expected.extend_from_slice(&block.replace);
        next = at + block.search.len();
    }
    expected.extend_from_slice(&lines[next..]);
    let edited: Vec<&str> = edited.split_inclusive('\n').map(line).collect();
    // A new line that ends in a CR gets an LF, and is then read as one that ends in both.
    let texts = |lines: Vec<&str>| lines.iter().map(|line| line.trim_end_matches('\r').to_owned()).collect::<Vec<_>>();
    let (edited, mut expected) = (texts(edited), texts(expected));
    // At the end of a file without a last line break a blank line is no line.
    if !file.ends_with('\n') && edited.len() < expected.len() {
        expected.pop_if(|line| line.is_empty());
    }
    assert_eq!(edited, expected);
}

fn line(line: &str) -> &str {
    line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line)
}
