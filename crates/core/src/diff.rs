//! What changed between two texts, line by line. Pure.

/// A unified diff of `old` and `new`, which are called `name`, with a line around each change; empty if they are the same.
pub fn unified(old: &str, new: &str, name: &str) -> String {
    let lines = similar::TextDiff::from_lines(old, new);
    lines.unified_diff().context_radius(1).header(name, name).to_string()
}
