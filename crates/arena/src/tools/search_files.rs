//! `search_files`: lines of the workspace that match an expression.

use std::fmt::Write as _;

use arena_core::message::ToolSpec;
use arena_sandbox::workspace::Kind;
use async_trait::async_trait;
use globset::{Glob, GlobMatcher};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

/// Lines of one answer.
const MAX_MATCHES: usize = 300;

/// A longer line is shown in part, bytes.
const MAX_LINE_BYTES: usize = 400;

/// Larger files hold data, and are passed over.
const MAX_FILE_BYTES: usize = 4 << 20;

/// What a compiled expression may take, bytes: it is hostile, like all arguments.
const MAX_REGEX_BYTES: usize = 1 << 20;

pub(super) struct SearchFiles;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    regex: String,
    file_pattern: Option<String>,
}

#[async_trait]
impl Tool for SearchFiles {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "search_files".parse().expect("it is a name"),
            description: format!("Search the files of a folder for lines that match, at most {MAX_MATCHES} of them."),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "the folder, relative to the workspace; . for all of it"},
                    "regex": {"type": "string", "description": "a regular expression in Rust's syntax"},
                    "file_pattern": {"type": "string", "description": "only files whose name or path is like this: *.rs"},
                },
                "required": ["path", "regex"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { path, .. } = arguments::read(arguments)?;
        Ok(vec![Access::Read(arguments::path(&path)?.to_string())])
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { path, regex, file_pattern } = arguments::read(arguments).map_err(Failure::Told)?;
        let within = arguments::path(&path).map_err(Failure::Told)?;
        let regex = RegexBuilder::new(&regex)
            .size_limit(MAX_REGEX_BYTES)
            .build()
            .map_err(|error| Failure::Told(format!("the expression cannot be read: {error}")))?;
        let pattern = match file_pattern.as_deref().map(Glob::new) {
            None => None,
            Some(Ok(glob)) => Some(glob.compile_matcher()),
            Some(Err(error)) => return Err(Failure::Told(format!("the file pattern cannot be read: {error}"))),
        };
        let listed = job.found(&within, usize::MAX).await?;
        let files = job.files().await?;
        let mut found = Found::default();
        for (path, _) in listed.iter().filter(|(_, metadata)| metadata.kind == Kind::File) {
            let shown = path.to_string();
            if pattern.as_ref().is_some_and(|pattern| !fits(pattern, &shown)) {
                continue;
            }
            // A file that went meanwhile, or is too large, has no lines to show.
            if let Ok(bytes) = files.read_all(path, MAX_FILE_BYTES) {
                found.look(&shown, &bytes, &regex);
            }
        }
        Ok(found.report())
    }
}

/// A pattern without a folder in it is about names.
fn fits(pattern: &GlobMatcher, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    pattern.is_match(path) || pattern.is_match(name)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    lines: String,
    n_matches: usize,
}

impl Found {
    fn look(&mut self, path: &str, bytes: &[u8], regex: &Regex) {
        // What has a NUL byte is no text.
        if bytes.contains(&0) {
            return;
        }
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        for (i, line) in lines.filter(|(_, line)| regex.is_match(line)) {
            self.n_matches += 1;
            if self.n_matches <= MAX_MATCHES {
                let shown = String::from_utf8_lossy(&line[..line.len().min(MAX_LINE_BYTES)]);
                let cut = if line.len() > MAX_LINE_BYTES { " [...]" } else { "" };
                let _ = writeln!(self.lines, "{path}:{}: {}{cut}", i + 1, shown.trim_end());
            }
        }
    }

    fn report(self) -> String {
        match self.n_matches {
            0 => "no line matches".to_owned(),
            n if n > MAX_MATCHES => format!("{n} lines match, the first {MAX_MATCHES}:\n{}", self.lines),
            1 => format!("1 line matches:\n{}", self.lines),
            n => format!("{n} lines match:\n{}", self.lines),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(files: &[(&str, &[u8])], regex: &str) -> String {
        let regex = Regex::new(regex).unwrap();
        let mut found = Found::default();
        for (path, bytes) in files {
            found.look(path, bytes, &regex);
        }
        found.report()
    }

    #[test]
    fn matching_lines_are_shown_with_their_place() {
        let files: [(&str, &[u8]); 3] = [("a.txt", b"one\ntwo\r\n"), ("b/c", b"\xfftwo"), ("d.bin", b"two\0")];
        assert_eq!(search(&files, "^two"), "1 line matches:\na.txt:2: two\n");
        assert_eq!(search(&files, "two|one"), "3 lines match:\na.txt:1: one\na.txt:2: two\nb/c:1: \u{fffd}two\n");
        assert_eq!(search(&files, "three"), "no line matches");
    }

    #[test]
    fn the_count_is_true_and_the_lines_are_bounded() {
        let many = "x".repeat(1_000) + "\n";
        let told = search(&[("a", many.repeat(1_000).as_bytes())], "x");
        assert!(told.starts_with("1000 lines match, the first 300:\n"));
        assert!(told.len() < MAX_MATCHES * (MAX_LINE_BYTES + 20));
    }

    #[test]
    fn a_pattern_is_about_the_name_or_the_path() {
        let pattern = |glob: &str| Glob::new(glob).unwrap().compile_matcher();
        for (glob, path, expected) in
            [("*.rs", "src/a.rs", true), ("src/*.rs", "src/a.rs", true), ("*.rs", "src/a.py", false)]
        {
            assert_eq!(fits(&pattern(glob), path), expected, "{glob} {path}");
        }
    }
}
