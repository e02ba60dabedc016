//! The file as it was, and where lines of an edit stand in it.

use std::borrow::Cow;
use std::cell::OnceCell;

use unicode_normalization::UnicodeNormalization as _;

use super::lines::Lines;
use super::occurrences::occurrences;
use super::{TooLarge, nearest};

/// A file that is edited.
pub(super) struct Original<'a> {
    pub(super) lines: Lines<'a>,
    trimmed: OnceCell<Vec<&'a str>>,
    folded: OnceCell<Vec<Cow<'a, str>>>,
}

impl<'a> Original<'a> {
    /// The file with this text.
    pub(super) fn of(text: &'a str) -> Result<Self, TooLarge> {
        TooLarge::check_file(text)?;
        Ok(Self { lines: Lines::of(text), trimmed: OnceCell::new(), folded: OnceCell::new() })
    }

    /// The first lines, from 0, of the places that `run` fits: line for line; if there is none, but for space around the
    /// lines; if there is none, also but for typography, which models change when they copy.
    pub(super) fn places(&self, run: &[&str]) -> Vec<usize> {
        let exact = occurrences(&self.lines.texts, run);
        if !exact.is_empty() {
            return exact;
        }
        let trimmed = self.trimmed();
        let run: Vec<&str> = run.iter().map(|line| line.trim()).collect();
        let loose = occurrences(trimmed, &run);
        if !loose.is_empty() {
            return loose;
        }
        let folded = self.folded.get_or_init(|| trimmed.iter().map(|line| fold(line)).collect());
        let run: Vec<Cow<'_, str>> = run.iter().map(|line| fold(line)).collect();
        occurrences(folded, &run)
    }

    /// The lines without the space around them.
    pub(super) fn trimmed(&self) -> &[&'a str] {
        self.trimmed.get_or_init(|| self.lines.texts.iter().map(|line| line.trim()).collect())
    }

    /// The place that is most like `run`.
    pub(super) fn nearest(&self, run: &[&str]) -> Option<nearest::Nearest> {
        nearest::nearest(&self.lines.texts, run)
    }
}

/// The line with its dashes, quotes and spaces as ASCII has them, composed.
fn fold(line: &str) -> Cow<'_, str> {
    if line.is_ascii() {
        return Cow::Borrowed(line);
    }
    let folded = line.nfc().map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    });
    Cow::Owned(folded.collect())
}

/// Lines from 0 as a person counts them, the first few.
pub(super) fn listed(lines: &[usize]) -> String {
    /// Further ones help nobody.
    const MAX_LISTED: usize = 20;
    let first: Vec<String> = lines.iter().take(MAX_LISTED).map(|line| (line + 1).to_string()).collect();
    let more = if lines.len() > MAX_LISTED { " and more" } else { "" };
    format!("{}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_fit_that_is_there_counts() {
        let check = |file: &str, run: &[&str], expected: &[usize]| {
            let file = Original::of(file).unwrap();
            assert_eq!(file.places(run), expected, "{:?} {run:?}", file.lines.texts);
        };
        check(" a\na\n a", &[" a"], &[0, 2]);
        check(" a\na\n a", &["a"], &[1]);
        check(" a\nb\n a", &["a "], &[0, 2]);
        check("\u{201c}x\u{201d} \u{2014} y\nz", &["\"x\" - y"], &[0]);
        check("it's\u{a0}so", &["it\u{2019}s so"], &[0]);
        check("caf\u{e9}", &["cafe\u{301}"], &[0]);
        check("a", &[], &[]);
    }

    #[test]
    fn a_file_of_too_many_lines_is_refused() {
        assert!(Original::of(&"\n".repeat(super::super::MAX_FILE_LINES)).is_ok());
        assert!(Original::of(&"\n".repeat(super::super::MAX_FILE_LINES + 1)).is_err());
    }
}
