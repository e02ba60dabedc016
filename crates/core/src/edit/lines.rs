//! A text as lines that remember how they end, and the text again with some of them replaced.

use std::ops::Range;

/// A text, line by line. An empty text has no lines.
pub(super) struct Lines<'a> {
    /// Each line without its end.
    pub(super) texts: Vec<&'a str>,
    /// How each line ends: `\n`, `\r\n`, or nothing at the end of the text.
    ends: Vec<&'a str>,
}

/// These lines of the file, from 0, give way to those.
pub(super) struct Splice<'a> {
    pub(super) at: Range<usize>,
    pub(super) with: Vec<&'a str>,
    /// The block or hunk that wants it, from 1.
    pub(super) part: usize,
}

/// Two parts of an edit that want the same lines, or to insert at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap {
    pub(super) parts: (usize, usize),
    /// Where, from 0.
    pub(super) line: usize,
}

/// Puts `splices` in order.
pub(super) fn order(splices: &mut [Splice<'_>]) -> Result<(), Overlap> {
    splices.sort_by_key(|splice| (splice.at.start, splice.at.end));
    let mut furthest: Option<&Splice<'_>> = None;
    for splice in &*splices {
        if let Some(before) = furthest
            && (splice.at.start < before.at.end || splice.at == before.at)
        {
            let parts = (before.part.min(splice.part), before.part.max(splice.part));
            return Err(Overlap { parts, line: splice.at.start });
        }
        furthest = Some(splice);
    }
    Ok(())
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let (texts, ends) = text
            .split_inclusive('\n')
            .map(|line| {
                let text = line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line);
                (text, &line[text.len()..])
            })
            .unzip();
        Self { texts, ends }
    }

    /// The text after `splices`, which [`order`] has put in order.
    ///
    /// Lines that stay keep every byte. New ones end as the line does that they replace or follow; if the text had no
    /// line break at its end, a new last line has none either.
    pub(super) fn spliced(&self, splices: &[Splice<'_>]) -> String {
        let ends_open = self.ends.last().is_some_and(|end| end.is_empty());
        let mut out = String::new();
        let mut at = 0;
        // The break of the last line so far, if that line is new.
        let mut new_end = None;
        for splice in splices {
            self.keep(&mut out, at..splice.at.start);
            new_end = new_end.filter(|_| splice.at.start == at);
            let end = self.end_near(splice.at.start);
            if !out.is_empty() && !splice.with.is_empty() && !out.ends_with('\n') {
                out.push_str(end);
            }
            for line in &splice.with {
                out.push_str(line);
                out.push_str(end);
            }
            if !splice.with.is_empty() {
                new_end = Some(end);
            }
            at = splice.at.end;
        }
        if at < self.texts.len() {
            self.keep(&mut out, at..self.texts.len());
        } else if let (Some(end), true) = (new_end, ends_open) {
            out.truncate(out.len() - end.len());
        }
        out
    }

    fn keep(&self, out: &mut String, lines: Range<usize>) {
        for (text, end) in self.texts[lines.clone()].iter().zip(&self.ends[lines]) {
            out.push_str(text);
            out.push_str(end);
        }
    }

    /// The line break in use around line `at`.
    fn end_near(&self, at: usize) -> &'a str {
        [at, at.saturating_sub(1), 0]
            .into_iter()
            .filter_map(|line| self.ends.get(line).copied())
            .find(|end| !end.is_empty())
            .unwrap_or("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_lines_end_as_the_old_ones_did() {
        let check = |text: &str, at: Range<usize>, with: &[&str], expected: &str| {
            let splice = Splice { at: at.clone(), with: with.to_vec(), part: 1 };
            assert_eq!(Lines::of(text).spliced(&[splice]), expected, "{text:?} {at:?} {with:?}");
        };
        check("a\nb\nc\n", 1..2, &["x", "y"], "a\nx\ny\nc\n");
        check("a\r\nb\r\nc\r\n", 1..2, &["x", "y"], "a\r\nx\r\ny\r\nc\r\n");
        check("a\r\nb\nc", 0..1, &["x"], "x\r\nb\nc");
        check("a\nb", 1..2, &["x", "y"], "a\nx\ny");
        check("a\r\nb", 1..2, &["x", "y"], "a\r\nx\r\ny");
        check("a\nb", 2..2, &["x"], "a\nb\nx");
        check("a\nb\n", 2..2, &["x"], "a\nb\nx\n");
        check("a\nb", 1..2, &[], "a\n");
        check("a\n", 0..0, &["x"], "x\na\n");
        check("a", 0..1, &["x"], "x");
        check("", 0..0, &["x", "y"], "x\ny\n");
        check("a\nb", 1..2, &["x\r"], "a\nx\r");
        check("a\n\rb\r\r\nc", 1..1, &[], "a\n\rb\r\r\nc");
    }

    #[test]
    fn splices_overlap_where_the_order_would_matter() {
        let check = |places: &[Range<usize>], expected: Result<(), (usize, usize, usize)>| {
            let mut splices: Vec<Splice<'_>> =
                (1..).zip(places).map(|(part, at)| Splice { at: at.clone(), with: vec![], part }).collect();
            let found = order(&mut splices).map_err(|Overlap { parts, line }| (parts.0, parts.1, line));
            assert_eq!(found, expected, "{places:?}");
        };
        check(&[3..5, 0..3, 5..6], Ok(()));
        check(&[3..5, 5..5, 3..3], Ok(()));
        check(&[3..5, 4..6], Err((1, 2, 4)));
        check(&[3..3, 0..1, 3..3], Err((1, 3, 3)));
        check(&[4..4, 3..5], Err((1, 2, 4)));
        check(&[0..9, 1..2, 8..10], Err((1, 2, 1)));
    }
}
