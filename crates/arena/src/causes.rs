//! An error with its causes, in one line: for the terminal and for records.

use std::error::Error;

/// What `error` says, and what each of its causes adds.
pub(crate) fn in_one_line(error: &dyn Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        parts.push(error.to_string());
        cause = error.source();
    }
    parts.join(": ")
}
