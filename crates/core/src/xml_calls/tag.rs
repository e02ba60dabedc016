//! One tag at the beginning of a text: `<name>` or `</name>`, without attributes.

/// Longer names are no tags: as long as a name can be, and what a tag of an MCP server's parameter may have.
const MAX_NAME_BYTES: usize = 64;

/// What a text that begins with `<` begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scan<'a> {
    /// A tag.
    Tag { name: &'a str, closes: bool, len: usize },
    /// What may become one.
    Half,
    /// Something else.
    Text,
}

/// Looks at the beginning of `text`, whose first byte is `<`.
pub(super) fn scan(text: &str) -> Scan<'_> {
    let inside = &text[1..];
    let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let n = inside.bytes().take(MAX_NAME_BYTES + 1).take_while(|byte| is_of_name(*byte)).count();
    match inside.as_bytes().get(n) {
        _ if n > MAX_NAME_BYTES => Scan::Text,
        None => Scan::Half,
        Some(b'>') if n > 0 => Scan::Tag { name: &inside[..n], closes, len: text.len() - inside.len() + n + 1 },
        Some(_) => Scan::Text,
    }
}

/// Whether tags can have this name.
pub(super) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_of_name)
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_name_in_angle_brackets() {
        let tag = |name, closes, len| Scan::Tag { name, closes, len };
        let long = format!("<{}>", "x".repeat(65));
        for (text, expected) in [
            ("<a>b", tag("a", false, 3)),
            ("</a_b-c>", tag("a_b-c", true, 8)),
            ("<", Scan::Half),
            ("</", Scan::Half),
            ("<read", Scan::Half),
            ("<>", Scan::Text),
            ("<a b>", Scan::Text),
            ("<a/>", Scan::Text),
            ("<é>", Scan::Text),
            ("<<a>", Scan::Text),
            (long.as_str(), Scan::Text),
        ] {
            assert_eq!(scan(text), expected, "{text}");
        }
    }
}
