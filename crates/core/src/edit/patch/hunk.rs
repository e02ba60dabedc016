//! A hunk: lines of a file, some of which go or come, and the one place where it fits.

use std::collections::BTreeMap;

use super::HunkMisfit;
use crate::edit::lines::Splice;
use crate::edit::original::Original;

/// A change at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// Its first line in the patch, from 1.
    pub line: usize,
    /// The texts after `@@`: lines above, each below the one before it.
    pub context: Vec<&'a str>,
    /// Its lines.
    pub lines: Vec<Line<'a>>,
    /// Its old lines are the last of the file.
    pub at_end: bool,
}

/// A line of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Stays as it is in the file.
    Same(&'a str),
    /// Goes.
    Old(&'a str),
    /// Comes.
    New(&'a str),
}

impl<'a> Hunk<'a> {
    /// The first line, from 0, of the one place where it fits.
    ///
    /// Texts after `@@` choose among places: the first below the line they name, if it is the same one for every line that
    /// they can name.
    pub(super) fn place(&self, original: &Original<'_>) -> Result<usize, HunkMisfit> {
        let n_lines = original.lines.texts.len();
        let mut old: Vec<&str> = self.old_lines().collect();
        if old.is_empty() {
            return if self.at_end || n_lines == 0 { Ok(n_lines) } else { Err(HunkMisfit::Anywhere) };
        }
        let mut all = original.places(&old);
        if all.is_empty() && matches!(self.lines.last(), Some(Line::Same(text)) if text.trim().is_empty()) {
            // A text that ends with a line break looks as if an empty line stood behind it.
            old.pop();
            all = original.places(&old);
            all.retain(|place| place + old.len() == n_lines);
        }
        if all.is_empty() {
            return Err(HunkMisfit::Missing(original.nearest(&old)));
        }
        let mut places = all.clone();
        if self.at_end {
            // Blank lines at the end of a file are not what a model takes for its last.
            let n_full =
                original.lines.texts.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
            places.retain(|place| place + old.len() >= n_full);
            if places.is_empty() {
                return Err(HunkMisfit::NotAtEnd(all));
            }
        }
        match self.below_context(original, &places) {
            Ok(below) if below.is_empty() => return Err(HunkMisfit::Elsewhere(all)),
            Ok(below) => places = below,
            // Models shorten what they put after @@; where there is nothing to choose it is not needed.
            Err(_) if places.len() == 1 => {}
            Err(misfit) => return Err(misfit),
        }
        match places.as_slice() {
            [place] => Ok(*place),
            _ => Err(HunkMisfit::Ambiguous(places)),
        }
    }

    /// Those of `places`, which are in order, that are the first below a line that the context names; all without context.
    fn below_context(&self, original: &Original<'_>, places: &[usize]) -> Result<Vec<usize>, HunkMisfit> {
        let mut heads: Option<Vec<usize>> = None;
        for text in &self.context {
            let named = named(original.trimmed(), text);
            let next = match heads {
                None => named,
                Some(heads) => first_from(&heads, &named, 1).into_keys().collect(),
            };
            if next.is_empty() {
                return Err(HunkMisfit::NoContext((*text).chars().take(160).collect()));
            }
            heads = Some(next);
        }
        let Some(heads) = heads else { return Ok(places.to_vec()) };
        let found = first_from(&heads, places, 0);
        let is_only_one = places.len() == 1;
        Ok(found
            .into_iter()
            .filter(|(place, head)| is_only_one || reaches(&original.lines.texts, *head, *place))
            .map(|(at, _)| at)
            .collect())
    }

    /// Where the hunk's old lines begin at line `place` of the file, from 0: what gives way to what.
    pub(super) fn splices(&self, place: usize, part: usize) -> Vec<Splice<'a>> {
        let mut splices: Vec<Splice<'a>> = Vec::new();
        let mut at = place;
        let mut is_open = false;
        for line in &self.lines {
            if let Line::Same(_) = line {
                at += 1;
                is_open = false;
                continue;
            }
            if !is_open {
                splices.push(Splice { at: at..at, with: vec![], part });
                is_open = true;
            }
            let Some(splice) = splices.last_mut() else { continue };
            match line {
                Line::Old(_) => {
                    at += 1;
                    splice.at.end = at;
                }
                Line::New(text) => splice.with.push(text),
                Line::Same(_) => {}
            }
        }
        splices
    }

    fn old_lines(&self) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Same(text) | Line::Old(text) => Some(*text),
            Line::New(_) => None,
        })
    }
}

/// Those of a file's `trimmed` lines that `text` names: those equal to it, or else those that begin with it, or else those
/// that have it in them.
fn named(trimmed: &[&str], text: &str) -> Vec<usize> {
    let text = text.trim();
    let kinds: [fn(&str, &str) -> bool; 3] =
        [|line, text| line == text, |line, text| line.starts_with(text), |line, text| line.contains(text)];
    let lines = |is_named: fn(&str, &str) -> bool| -> Vec<usize> {
        trimmed.iter().enumerate().filter(|(_, line)| is_named(line, text)).map(|(at, _)| at).collect()
    };
    kinds.into_iter().map(lines).find(|named| !named.is_empty()).unwrap_or_default()
}

/// Each of `places` that is the first at least `gap` lines below one of `heads`, with the last such head. Both in order.
fn first_from(heads: &[usize], places: &[usize], gap: usize) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    let mut places = places.iter().copied().peekable();
    for head in heads {
        while places.next_if(|place| *place < head + gap).is_some() {}
        if let Some(place) = places.peek() {
            found.insert(*place, *head);
        }
    }
    found
}

/// Whether what begins at line `head` still lasts at line `place`: no line between has its indentation and first word.
fn reaches(file: &[&str], head: usize, place: usize) -> bool {
    fn kind(line: &str) -> (usize, Option<&str>) {
        let text = line.trim_start();
        (line.len() - text.len(), text.split_whitespace().next())
    }
    let begins = kind(file[head]);
    file[(head + 1).min(place)..place].iter().all(|line| kind(line) != begins)
}
