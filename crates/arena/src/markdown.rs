//! Texts of agents in Markdown: as they are, in fences that they cannot leave.

use crate::visible::visible;

/// `text` as it is, in a fence that is longer than any in it.
pub(crate) fn fenced(text: &str) -> String {
    let text = visible(text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n\n")
}

/// The most backticks in a row.
pub(crate) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
