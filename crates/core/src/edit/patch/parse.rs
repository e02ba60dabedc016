//! The text of a patch to its operations. Takes what models write around and within it, where it can mean one thing only.

use std::collections::BTreeSet;

use super::hunk::{Hunk, Line};
use super::{Error, Operation, Patch};
use crate::edit::lines::Lines;
use crate::edit::{MAX_EDIT_BYTES, MAX_PARTS, TooLarge};

/// The patch in `text`. What stands before its first marker and behind `*** End Patch` is passed over: shells, fences.
///
/// # Errors
/// [`Error::Malformed`] at the first line that is not as it should be, or [`Error::TooLarge`].
pub fn parse(text: &str) -> Result<Patch<'_>, Error> {
    TooLarge::check("the patch in bytes", text.len(), MAX_EDIT_BYTES)?;
    let lines = Lines::of(text).texts;
    let mut parser = Parser { lines: &lines, at: 0 };
    let operations = parser.operations()?;
    let n_parts = |operation: &Operation<'_>| match operation {
        Operation::Update { hunks, .. } => 1 + hunks.iter().map(|hunk| 1 + hunk.context.len()).sum::<usize>(),
        Operation::Add { .. } | Operation::Delete { .. } => 1,
    };
    TooLarge::check("the number of files, hunks and @@", operations.iter().map(n_parts).sum(), MAX_PARTS)?;
    Ok(Patch { operations })
}

/// Linux's limit on a path (`PATH_MAX`, limits.h).
const MAX_PATH_BYTES: usize = 4096;

enum Marker<'a> {
    Begin,
    Add(&'a str),
    Update(&'a str),
    Delete(&'a str),
    MoveTo(&'a str),
    EndOfFile,
    End,
}

impl<'a> Marker<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (word, path) = line.strip_prefix("*** ")?.split_once(':').unwrap_or((&line[4..], ""));
        let path = path.trim();
        match (word.trim(), path.is_empty()) {
            ("Begin Patch", true) => Some(Self::Begin),
            ("Add File", false) => Some(Self::Add(path)),
            ("Update File", false) => Some(Self::Update(path)),
            ("Delete File", false) => Some(Self::Delete(path)),
            ("Move to", false) => Some(Self::MoveTo(path)),
            ("End of File", true) => Some(Self::EndOfFile),
            ("End Patch", true) => Some(Self::End),
            _ => None,
        }
    }
}

struct Parser<'l, 'a> {
    lines: &'l [&'a str],
    /// The next line, from 0.
    at: usize,
}

impl<'a> Parser<'_, 'a> {
    fn operations(&mut self) -> Result<Vec<Operation<'a>>, Error> {
        let begins = |line: &&str| {
            matches!(
                Marker::of(line),
                Some(Marker::Begin | Marker::Add(_) | Marker::Update(_) | Marker::Delete(_) | Marker::End)
            )
        };
        let Some(first) = self.lines.iter().position(begins) else {
            return Err(malformed(0, "there is no patch; it begins with the line `*** Begin Patch`"));
        };
        self.at = first;
        if let Some(Marker::Begin) = Marker::of(self.lines[first]) {
            self.at += 1;
        }
        let mut operations = Vec::new();
        let mut taken = BTreeSet::new();
        loop {
            let line = self.at;
            match self.marker()? {
                Marker::End => break,
                Marker::Add(path) => operations.push(Operation::Add { path, lines: self.added()? }),
                Marker::Update(path) => operations.push(self.update(path)?),
                Marker::Delete(path) => operations.push(Operation::Delete { path }),
                Marker::Begin | Marker::MoveTo(_) | Marker::EndOfFile => {
                    return Err(malformed(line, "this marker is out of its place"));
                }
            }
            let paths = match operations.last() {
                Some(Operation::Add { path, .. } | Operation::Delete { path }) => [Some(*path), None],
                Some(Operation::Update { path, moved_to, .. }) => [Some(*path), *moved_to],
                None => [None, None],
            };
            for path in paths.into_iter().flatten() {
                if path.len() > MAX_PATH_BYTES {
                    return Err(malformed(line, "this path is longer than a path can be"));
                }
                if !taken.insert(plain(path)) {
                    return Err(malformed(
                        line,
                        &format!("{path} is in the patch already; each file can be there once"),
                    ));
                }
            }
        }
        if operations.is_empty() {
            return Err(malformed(self.at - 1, "the patch ends without a file in it"));
        }
        if let Some(after) = self.lines[self.at..].iter().position(|line| Marker::of(line).is_some()) {
            return Err(malformed(
                self.at + after,
                "this marker stands behind the end of the patch; make one patch of all",
            ));
        }
        Ok(operations)
    }

    /// The marker that has to come now, but for blank lines.
    fn marker(&mut self) -> Result<Marker<'a>, Error> {
        while self.lines.get(self.at).is_some_and(|line| line.trim().is_empty()) {
            self.at += 1;
        }
        let Some(line) = self.lines.get(self.at) else {
            return Err(malformed(self.at, "the patch ends without `*** End Patch`; it may have been cut"));
        };
        let marker = Marker::of(line).ok_or_else(|| {
            malformed(
                self.at,
                "expected here is one of `*** Add File: PATH`, `*** Update File: PATH`, `*** Delete File: PATH`, \
                 `*** End Patch`",
            )
        })?;
        self.at += 1;
        Ok(marker)
    }

    /// The lines of a new file.
    fn added(&mut self) -> Result<Vec<&'a str>, Error> {
        let mut lines = Vec::new();
        let mut n_written = 0;
        while let Some(line) = self.lines.get(self.at).filter(|line| !line.starts_with("***")) {
            match line.strip_prefix('+') {
                Some(text) => {
                    lines.push(text);
                    n_written = lines.len();
                }
                None if line.is_empty() => lines.push(""),
                None => return Err(malformed(self.at, "each line of a new file begins with `+`")),
            }
            self.at += 1;
        }
        if let Some(Marker::EndOfFile) = self.lines.get(self.at).and_then(|line| Marker::of(line)) {
            self.at += 1;
        }
        // Blank lines without a `+` are of the file only if more of it follows.
        lines.truncate(n_written);
        Ok(lines)
    }

    fn update(&mut self, path: &'a str) -> Result<Operation<'a>, Error> {
        let begin = self.at;
        let mut moved_to = None;
        if let Some(Marker::MoveTo(to)) = self.lines.get(self.at).and_then(|line| Marker::of(line)) {
            moved_to = Some(to);
            self.at += 1;
        }
        let mut hunks = Vec::new();
        loop {
            while self.lines.get(self.at).is_some_and(|line| line.is_empty()) {
                self.at += 1;
            }
            match self.lines.get(self.at) {
                Some(line) if !line.starts_with("***") => hunks.push(self.hunk()?),
                _ => break,
            }
        }
        if hunks.is_empty() && moved_to.is_none() {
            return Err(malformed(begin - 1, "this file has no hunk; a hunk begins with a line `@@`"));
        }
        Ok(Operation::Update { path, moved_to, hunks })
    }

    fn hunk(&mut self) -> Result<Hunk<'a>, Error> {
        let mut hunk = Hunk { line: self.at + 1, context: vec![], lines: vec![], at_end: false };
        while let Some(text) = self.lines.get(self.at).and_then(|line| context(line)) {
            hunk.context.extend(Some(text).filter(|text| !text.is_empty()));
            self.at += 1;
        }
        let mut n_written = 0;
        while let Some(line) =
            self.lines.get(self.at).filter(|line| context(line).is_none() && !line.starts_with("***"))
        {
            hunk.lines.push(match (line.strip_prefix('+'), line.strip_prefix('-')) {
                (Some(text), _) => Line::New(text),
                (_, Some(text)) => Line::Old(text),
                // Models forget the space before a line that stays.
                (None, None) => Line::Same(line.strip_prefix(' ').unwrap_or(line)),
            });
            self.at += 1;
            if !line.is_empty() {
                n_written = hunk.lines.len();
            }
        }
        // Blank lines without even a space set hunks apart.
        hunk.lines.truncate(n_written);
        if let Some(Marker::EndOfFile) = self.lines.get(self.at).and_then(|line| Marker::of(line)) {
            hunk.at_end = true;
            self.at += 1;
        }
        if hunk.lines.is_empty() {
            return Err(malformed(hunk.line - 1, "this hunk has no lines; they begin with ` `, `-` or `+`"));
        }
        Ok(hunk)
    }
}

/// What stands after `@@`; empty if it is nothing, or the numbers of a unified diff, which models make up.
fn context(line: &str) -> Option<&str> {
    let text = line.strip_prefix("@@")?;
    let text = text.strip_suffix("@@").unwrap_or(text).trim();
    let is_numbers = text.starts_with('-') && text[1..].starts_with(|c: char| c.is_ascii_digit());
    Some(if is_numbers { "" } else { text })
}

/// The path without what does not matter: `./a//b` is `a/b`.
fn plain(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
    format!("{root}{}", steps.join("/"))
}

fn malformed(line: usize, problem: &str) -> Error {
    Error::Malformed { line: line + 1, problem: problem.to_owned() }
}
