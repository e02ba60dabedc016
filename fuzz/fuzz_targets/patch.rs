//! V4A patches: the input is a patch and the files `a`, `b` and `c`, with NULs between them; an empty file is absent.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use arena_core::edit::patch::{Access, Operation, Patch, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut parts = input.split('\0');
    let text = parts.next().unwrap_or_default();
    let files: BTreeMap<&str, &str> =
        ["a", "b", "c"].into_iter().zip(parts).filter(|(_, file)| !file.is_empty()).collect();
    let patch = match parse(text) {
        Ok(patch) => patch,
        Err(error) => return assert!(error.to_string().len() < 64 << 10, "an error of any size"),
    };
    assert!(text.contains("End Patch"), "a patch without an end was taken");
    let mut read = BTreeSet::new();
    let applied = patch.apply(|path| {
        read.insert(path.to_owned());
        files.get(path).map(|file| (*file).to_owned())
    });
    let paths = patch.paths();
    assert!(read.iter().all(|path| paths.iter().any(|(_, known)| known == path)), "a path was read that was not named");
    let changes = match applied {
        Ok(changes) => changes,
        Err(error) => {
            return assert!(error.to_string().len() < 64 << 10, "an error of any size");
        }
    };
    let changed: BTreeSet<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(changed.len(), changes.len(), "a file was changed twice");
    let size: usize = changes.iter().filter_map(|change| change.content.as_ref()).map(String::len).sum();
    assert!(
        size <= files.values().map(|file| file.len()).sum::<usize>() + 2 * text.len() + 2,
        "more than the patch brings"
    );
    for change in &changes {
        let wanted = if change.content.is_some() { Access::Write } else { Access::Remove };
        assert!(paths.contains(&(wanted, change.path.as_str())), "a change that was not named");
    }
    check_hunks(
        &patch,
        &files,
        &changes.iter().map(|change| (change.path.as_str(), change.content.as_deref())).collect(),
    );
});

/// As many lines come and go as the hunks say, and what they do not touch is still there.
fn check_hunks(patch: &Patch<'_>, files: &BTreeMap<&str, &str>, after: &BTreeMap<&str, Option<&str>>) {
    use arena_core::edit::patch::Line;
    let count = |text: &str| {
        let mut lines: BTreeMap<String, i64> = BTreeMap::new();
        for line in text.split_inclusive('\n') {
            *lines.entry(line.trim().to_owned()).or_default() += 1;
        }
        lines
    };
    for operation in &patch.operations {
        let Operation::Update { path, moved_to, hunks } = operation else { continue };
        let (before, after) = (files[path], after[moved_to.as_ref().unwrap_or(path)].expect("an update leaves a file"));
        let lines = || hunks.iter().flat_map(|hunk| &hunk.lines);
        let n_new = lines().filter(|line| matches!(line, Line::New(_))).count() as i64;
        let n_old = lines().filter(|line| matches!(line, Line::Old(_))).count() as i64;
        let is_open = !before.ends_with('\n');
        let (before, mut after) = (count(before), count(after));
        // At the end of a file without a last line break a blank line is no line.
        let n_more = after.values().sum::<i64>() - before.values().sum::<i64>();
        let slack = i64::from(is_open);
        assert!((n_new - n_old - slack..=n_new - n_old).contains(&n_more), "lines were lost or made");
        for line in lines() {
            if let Line::New(text) = line {
                *after.entry(text.trim().to_owned()).or_default() -= 1;
            }
        }
        let n_lost: i64 = before.iter().map(|(line, n)| (n - after.get(line).copied().unwrap_or(0)).max(0)).sum();
        assert!(n_lost <= n_old + slack, "a line was changed that no hunk names");
    }
}
