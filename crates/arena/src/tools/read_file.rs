//! `read_file`: lines of a file, with their numbers; or of an output that was cut before.

use std::fmt::Write as _;

use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::job::text;
use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

/// How the path of an output that was cut begins; its hash follows.
pub(super) const ARTIFACT: &str = "artifact:";

/// Lines of one answer.
const MAX_LINES: usize = 1_000;

pub(super) struct ReadFile;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    start_line: Option<usize>,
    end_line: Option<usize>,
}

#[async_trait]
impl Tool for ReadFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "read_file".parse().expect("it is a name"),
            description: format!(
                "Read a text file of the workspace, at most {MAX_LINES} lines at once. Each line is shown with its number."
            ),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "the file, relative to the workspace"},
                    "start_line": {"type": "integer", "minimum": 1, "description": "the first line to read, from 1"},
                    "end_line": {"type": "integer", "minimum": 1, "description": "the last line to read"},
                },
                "required": ["path"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { path, .. } = arguments::read(arguments)?;
        // What was cut was shown to this model before: reading the rest of it is no new access.
        if path.starts_with(ARTIFACT) {
            return Ok(vec![Access::Talk]);
        }
        Ok(vec![Access::Read(arguments::path(&path)?.to_string())])
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { path, start_line, end_line } = arguments::read(arguments).map_err(Failure::Told)?;
        let bytes = if let Some(hash) = path.strip_prefix(ARTIFACT) {
            job.artifact(hash).await?
        } else {
            let within = arguments::path(&path).map_err(Failure::Told)?;
            job.bytes(&within).await?
        };
        let text = text(&path, bytes)?;
        // Bounds in the wrong order are meant the other way round.
        let (start, end) = (start_line.unwrap_or(1), end_line.unwrap_or(usize::MAX));
        numbered(&text, start.min(end), start.max(end)).map_err(|error| Failure::Told(format!("{path}: {error}")))
    }
}

/// Lines `start` to `end` of `text`, both from 1, with their numbers and with what there is beside them.
fn numbered(text: &str, start: usize, end: usize) -> Result<String, String> {
    let n_lines = text.lines().count();
    if n_lines == 0 {
        return Ok("(the file is empty)".to_owned());
    }
    if start > n_lines {
        return Err(format!("there is no line {start}: it has {n_lines}"));
    }
    let end = end.min(n_lines).min(start + MAX_LINES - 1);
    let width = end.to_string().len();
    let lines = text.lines().enumerate().take(end).skip(start - 1);
    let mut out = String::new();
    for (i, line) in lines {
        let _ = writeln!(out, "{:>width$} | {line}", i + 1);
    }
    if start > 1 || end < n_lines {
        let _ = write!(out, "(lines {start} to {end} of {n_lines}");
        if end < n_lines {
            let _ = write!(out, "; start_line={} reads on", end + 1);
        }
        out.push(')');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_what_is_left_is_said() {
        let hundred = (1..=100).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n") + "\n";
        for (text, start, end, expected) in [
            ("a\nb\n", 1, usize::MAX, Ok("1 | a\n2 | b\n".to_owned())),
            ("a\r\nb", 1, usize::MAX, Ok("1 | a\n2 | b\n".to_owned())),
            ("", 1, 5, Ok("(the file is empty)".to_owned())),
            (&hundred, 99, usize::MAX, Ok(" 99 | line 99\n100 | line 100\n(lines 99 to 100 of 100)".to_owned())),
            (
                &hundred,
                9,
                10,
                Ok(" 9 | line 9\n10 | line 10\n(lines 9 to 10 of 100; start_line=11 reads on)".to_owned()),
            ),
            (&hundred, 101, 200, Err("there is no line 101: it has 100".to_owned())),
        ] {
            assert_eq!(numbered(text, start, end), expected, "{start} to {end}");
        }
    }

    #[test]
    fn no_answer_has_more_than_its_lines() {
        let many = "x\n".repeat(5_000);
        let told = numbered(&many, 1, usize::MAX).unwrap();
        assert_eq!(told.lines().count(), MAX_LINES + 1);
        assert!(told.ends_with("(lines 1 to 1000 of 5000; start_line=1001 reads on)"));
    }
}
