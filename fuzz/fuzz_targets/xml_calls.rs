//! Calls as tags: the first byte says how long the pieces are, the rest is an answer.
#![no_main]

use std::sync::LazyLock;

use arena_core::message::ToolSpec;
use arena_core::xml_calls::{MAX_CALLS, Parser, read, written};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

static TOOLS: LazyLock<Vec<ToolSpec>> = LazyLock::new(|| {
    let tool = |name: &str, properties| ToolSpec {
        name: name.parse().expect("a name"),
        description: String::new(),
        parameters: json!({"type": "object", "properties": properties}),
    };
    vec![
        tool("write_to_file", json!({"path": {"type": "string"}, "content": {"type": "string"}})),
        tool(
            "execute_command",
            json!({
                "command": {"type": "string"},
                "requires_approval": {"type": "boolean"},
                "timeout": {"type": "integer"},
                "env": {"type": "object"},
            }),
        ),
        tool("list", json!({})),
    ]
});

fuzz_target!(|input: &str| {
    let (size, answer) = match input.chars().next() {
        Some(first) => (first as usize % 16 + 1, &input[first.len_utf8()..]),
        None => return,
    };
    let whole = read(answer, &TOOLS);

    let mut parser = Parser::new(&TOOLS);
    let mut text = String::new();
    let chars: Vec<char> = answer.chars().collect();
    for piece in chars.chunks(size) {
        text += &parser.push(&piece.iter().collect::<String>());
    }
    let pieces = parser.finish();
    text += &pieces.text;
    assert_eq!((text.as_str(), &pieces.calls, &pieces.problems), (whole.text.as_str(), &whole.calls, &whole.problems));

    assert!(whole.calls.len() <= MAX_CALLS && whole.problems.len() <= MAX_CALLS, "more than is allowed");
    let size: usize = whole.calls.iter().map(|call| call.arguments.to_string().len()).sum();
    assert!(whole.text.len() <= answer.len() && size <= 8 * answer.len(), "more than there was");
    for call in &whole.calls {
        assert!(answer.contains(&format!("<{}>", call.tool)) && answer.contains(&format!("</{}>", call.tool)));
        for value in call.arguments.as_object().expect("arguments are an object").values() {
            assert!(value.as_str().is_none_or(|value| answer.contains(value)), "a value that was not said");
        }
        if let Some(text) = written(call, &TOOLS) {
            let again = read(&text, &TOOLS);
            assert_eq!(again.calls.len(), 1, "a call became several");
            assert_eq!((&again.calls[0].tool, &again.calls[0].arguments), (&call.tool, &call.arguments));
        }
    }
});
