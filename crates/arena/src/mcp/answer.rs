//! What a tool answered, or what a resource holds, as text for a model: bounded, with true counts. Pure.

use rmcp::model::{CallToolResult, ContentBlock, ReadResourceResult, ResourceContents};
use serde_json::Value;

use super::masks::Masks;

/// As much text as a model can use of one answer; Cline takes as much.
pub const MAX_TEXT_BYTES: usize = 400 << 10;

/// More parts are counted, and not looked at.
const MAX_PARTS: usize = 1_000;

/// What a server answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The tool itself says that it failed: its text says why.
    pub is_error: bool,
    /// Its text, without what the server was given in secret. What is no text is a line in brackets. At most
    /// [`MAX_TEXT_BYTES`], and then a line that says what is missing.
    pub text: String,
    /// How long the text is without cutting.
    pub size_bytes: usize,
    /// How much of that is there.
    pub kept_bytes: usize,
    /// The answer as a value, if the tool gives one and it is not too large. Without secrets.
    pub structured: Option<Value>,
}

impl Answer {
    /// Of a tool.
    pub(super) fn of_tool(result: CallToolResult, masks: &Masks) -> Self {
        let structured = result.structured_content;
        let written = structured.as_ref().map(ToString::to_string);
        let parts: Vec<String> = result.content.iter().take(MAX_PARTS).map(part).collect();
        let n_more = result.content.len() - parts.len();
        // A tool that has a value repeats it as text (MCP, Structured Content); one that does not is read all the same.
        let text = match written.as_ref().filter(|_| parts.is_empty()) {
            Some(written) => written.clone(),
            None => joined(parts, n_more),
        };
        let structured = structured.filter(|_| written.is_some_and(|written| written.len() <= MAX_TEXT_BYTES));
        let structured = structured.map(|value| arena_core::json::map_texts(value, &|text| masks.mask(&text)));
        Self { structured, ..Self::cut(result.is_error.unwrap_or(false), &masks.mask(&text)) }
    }

    /// Of a resource.
    pub(super) fn of_resource(result: &ReadResourceResult, masks: &Masks) -> Self {
        let parts: Vec<String> = result.contents.iter().take(MAX_PARTS).map(contents).collect();
        let n_more = result.contents.len() - parts.len();
        Self::cut(false, &masks.mask(&joined(parts, n_more)))
    }

    fn cut(is_error: bool, text: &str) -> Self {
        let kept = &text[..text.floor_char_boundary(MAX_TEXT_BYTES)];
        let (size_bytes, kept_bytes) = (text.len(), kept.len());
        let text = if kept_bytes < size_bytes {
            format!("{kept}\n[cut: these are the first {kept_bytes} of {size_bytes} bytes]")
        } else {
            kept.to_owned()
        };
        Self { is_error, text, size_bytes, kept_bytes, structured: None }
    }
}

fn joined(mut parts: Vec<String>, n_more: usize) -> String {
    if n_more > 0 {
        parts.push(format!("[and {n_more} parts more]"));
    }
    parts.join("\n")
}

fn part(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(image) => note("image", &image.mime_type, &image.data),
        ContentBlock::Audio(audio) => note("audio", &audio.mime_type, &audio.data),
        ContentBlock::Resource(embedded) => contents(&embedded.resource),
        ContentBlock::ResourceLink(link) => format!("[resource {:?}: {}]", link.name, link.uri),
        _ => "[a part of a kind that is not known]".to_owned(),
    }
}

fn contents(contents: &ResourceContents) -> String {
    match contents {
        ResourceContents::TextResourceContents { text, .. } => text.clone(),
        ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
            let kind = mime_type.as_deref().unwrap_or("of no known type");
            format!("{} at {uri}", note("data", kind, blob))
        }
        _ => "[contents of a kind that is not known]".to_owned(),
    }
}

/// `[image, image/png, 1234 bytes]`; the size is that of the data, which is base64.
fn note(what: &str, kind: &str, base64: &str) -> String {
    let n_digits = base64.bytes().filter(|byte| *byte != b'=' && !byte.is_ascii_whitespace()).count();
    // Four digits hold three bytes.
    format!("[{what}, {kind}, {} bytes]", n_digits / 4 * 3 + n_digits % 4 * 3 / 4)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(result: Value) -> Answer {
        Answer::of_tool(serde_json::from_value(result).unwrap(), &Masks::default())
    }

    #[test]
    fn each_kind_of_content_is_text() {
        for (part, text) in [
            (json!({"type": "text", "text": "hi\u{1b}"}), "hi\u{1b}"),
            (json!({"type": "image", "data": "AAAA", "mimeType": "image/png"}), "[image, image/png, 3 bytes]"),
            (json!({"type": "audio", "data": "AA==", "mimeType": "audio/wav"}), "[audio, audio/wav, 1 bytes]"),
            (json!({"type": "resource_link", "uri": "file:///a", "name": "a"}), "[resource \"a\": file:///a]"),
            (json!({"type": "resource", "resource": {"uri": "demo://a", "text": "inside"}}), "inside"),
            (
                json!({"type": "resource", "resource": {"uri": "demo://a", "blob": "AAA="}}),
                "[data, of no known type, 2 bytes] at demo://a",
            ),
        ] {
            let whole = answer(json!({"content": [part]}));
            let expected = Answer {
                is_error: false,
                text: text.to_owned(),
                size_bytes: text.len(),
                kept_bytes: text.len(),
                structured: None,
            };
            assert_eq!(whole, expected);
        }
        let structured = answer(json!({"content": [], "structuredContent": {"n": 1}, "isError": true}));
        assert_eq!((structured.text.as_str(), structured.is_error), ("{\"n\":1}", true));
        assert_eq!(structured.structured, Some(json!({"n": 1})));
    }

    #[test]
    fn what_is_too_long_is_cut_with_true_counts() {
        let long = answer(json!({"content": [{"type": "text", "text": "é".repeat(MAX_TEXT_BYTES)}]}));
        assert_eq!((long.size_bytes, long.kept_bytes), (2 * MAX_TEXT_BYTES, MAX_TEXT_BYTES));
        assert!(long.text.ends_with("é\n[cut: these are the first 409600 of 819200 bytes]"));
        let parts = vec![json!({"type": "text", "text": ""}); MAX_PARTS + 7];
        assert!(answer(json!({"content": parts})).text.ends_with("\n[and 7 parts more]"));
    }
}
