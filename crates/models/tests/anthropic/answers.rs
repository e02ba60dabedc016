//! What answers hold (C4, 41 to 54).

use arena_core::message::{Finish, Reply, Usage};
use serde_json::{Value, json};

use crate::case::{
    STOP, block, call, calls, check_all, ends, event, input, piece, said, says, send, spec, start, text, tool,
    unavailable, whole,
};
use crate::fault_server::stream;

#[tokio::test]
async fn answers_of_every_content_are_taken() {
    let bad = |what: &str| unavailable("Malformed", &format!("anthropic:m: {what}"));
    let opened = || block(0, &json!({"type": "text", "text": ""}));
    let finished = |finish| Ok(Reply { finish, ..text("h") });
    let thinks = |index| {
        [
            block(index, &json!({"type": "thinking", "thinking": "", "signature": ""})),
            piece(index, &json!({"type": "thinking_delta", "thinking": "hm"})),
            piece(index, &json!({"type": "signature_delta", "signature": "c2ln"})),
        ]
        .concat()
    };
    let message = |content: Value, reason: Value| {
        let usage = json!({"input_tokens": 3, "output_tokens": 4});
        let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1", "content": content, "stop_reason": reason, "usage": usage});
        said(200, "content-type: application/json\r\n", &message.to_string())
    };
    check_all(vec![
        ("a stream", whole(&[opened(), says("Hel"), says("lo")], "end_turn"), Ok(text("Hello"))),
        (
            "a plain message",
            message(
                json!([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "hi"}, {"type": "tool_use", "id": "a", "name": "x", "input": {"n": 1}}]),
                json!("tool_use"),
            ),
            Ok(Reply { text: "hi".into(), answered_by: spec("m-1"), ..calls(vec![call("a", "x", json!({"n": 1}))]) }),
        ),
        (
            "another model answers from here on",
            whole(&[block(0, &json!({"type": "fallback", "from": {"model": "m"}, "to": {"model": "m-2"}})), says("hi")], "end_turn"),
            Ok(Reply { answered_by: spec("m-2"), ..text("hi") }),
        ),
        ("41 no message", said(200, "", "{\"content\": \"hi\"}"), bad("the answer has no message: \"{\"content\": \"hi\"}\"")),
        ("41 no message, streamed", send(stream(STOP)), bad("the answer has no message: \"{\"type\": \"message_stop\"}\"")),
        ("42 no content", message(json!([]), json!("end_turn")), Ok(Reply { answered_by: spec("m-1"), ..text("") })),
        ("42 null", message(Value::Null, Value::Null), Ok(Reply { finish: Finish::Other, answered_by: spec("m-1"), ..text("") })),
        ("43 refusal", whole(&[opened(), says("h")], "refusal"), finished(Finish::Filtered)),
        ("44 length", whole(&[opened(), says("h")], "max_tokens"), finished(Finish::Length)),
        ("44 window", whole(&[opened(), says("h")], "model_context_window_exceeded"), finished(Finish::Length)),
        ("45 stop sequence", whole(&[opened(), says("h")], "stop_sequence"), Ok(text("h"))),
        ("45 paused", whole(&[opened(), says("h")], "pause_turn"), finished(Finish::Other)),
        ("45 unknown reason", whole(&[opened(), says("h")], "moonphase"), finished(Finish::Other)),
        ("51 fenced JSON is text", whole(&[opened(), says("```json {} ```")], "end_turn"), Ok(text("```json {} ```"))),
        ("52 only thoughts", whole(&[thinks(0)], "end_turn"), Ok(text(""))),
        (
            "53 no usage",
            send(stream(&[&opened(), &says("hello"), "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"].concat())),
            Ok(Reply { usage: Usage::estimate(8, 5), ..text("hello") }),
        ),
        ("53 usage at the start and twice at the end", whole(&[opened(), says("hi"), ends("end_turn")], "end_turn"), Ok(text("hi"))),
        ("54 the start repeated", whole(&[start("msg_1"), opened(), says("hi")], "end_turn"), Ok(text("hi"))),
        ("54 another start before any content", whole(&[start("msg_2"), opened(), says("hi")], "end_turn"), Ok(text("hi"))),
        (
            "54 another answer spliced in",
            send(stream(&[start("msg_1"), thinks(0), event(&json!({"type": "message_start", "message": {}}))].concat())),
            bad("another answer begins in the middle of this one: \"{\"type\":\"message_start\",\"message\":{}}\""),
        ),
        (
            "what is not known is skipped, whatever its shape",
            whole(
                &[
                    event(&json!({"type": "message_moved", "message": 7, "delta": [], "index": "x"})),
                    block(0, &json!({"type": "hologram", "text": {}, "id": 5})),
                    piece(0, &json!({"type": "hologram_delta", "text": 7})),
                    block(1, &json!({"type": "text", "text": "hi", "citations": []})),
                ],
                "end_turn",
            ),
            Ok(text("hi")),
        ),
    ])
    .await;
}

#[tokio::test]
async fn tool_calls_are_put_together() {
    let none = json!({});
    check_all(vec![
        (
            "46 arguments cut at the length",
            whole(&[tool(0, "a", "x"), input(0, "{\"n\": ")], "max_tokens"),
            Ok(Reply { finish: Finish::Length, ..calls(vec![call("a", "x", json!("{\"n\": "))]) }),
        ),
        (
            "46 arguments that are no JSON",
            whole(&[tool(0, "a", "x"), input(0, "{n}")], "tool_use"),
            Ok(calls(vec![call("a", "x", json!("{n}"))])),
        ),
        (
            "47 interleaved, behind a text",
            whole(
                &[
                    says("well"),
                    tool(1, "a", "x"),
                    tool(2, "b", "y"),
                    input(2, "{\"n\""),
                    input(1, "{\"m\":1}"),
                    input(2, ":2}"),
                ],
                "tool_use",
            ),
            Ok(Reply {
                text: "well".into(),
                ..calls(vec![call("a", "x", json!({"m": 1})), call("b", "y", json!({"n": 2}))])
            }),
        ),
        (
            "48 no arguments, and end_turn",
            whole(&[tool(0, "a", "x"), input(0, "")], "end_turn"),
            Ok(calls(vec![call("a", "x", none.clone())])),
        ),
        (
            "48 the whole input where the block starts",
            whole(&[block(0, &json!({"type": "tool_use", "id": "a", "name": "x", "input": {"n": 1}}))], "tool_use"),
            Ok(calls(vec![call("a", "x", json!({"n": 1}))])),
        ),
        (
            "48 pieces take the place of the input",
            whole(
                &[
                    block(0, &json!({"type": "tool_use", "id": "a", "name": "x", "input": {"n": 1}})),
                    input(0, "{\"n\":2}"),
                ],
                "tool_use",
            ),
            Ok(calls(vec![call("a", "x", json!({"n": 2}))])),
        ),
        (
            "48 one index for all",
            whole(&[tool(0, "a", "x"), input(0, "{\"n\":1}"), tool(0, "b", "y"), input(0, "{\"n\":2}")], "tool_use"),
            Ok(calls(vec![call("a", "x", json!({"n": 1})), call("b", "y", json!({"n": 2}))])),
        ),
        (
            "48 neither index nor id",
            whole(
                &[
                    event(&json!({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "x"}})),
                    event(&json!({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{\"n\":1}"}})),
                    event(&json!({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "y", "input": {"m": 2}}})),
                ],
                "tool_use",
            ),
            Ok(calls(vec![call("call_1", "x", json!({"n": 1})), call("call_2", "y", json!({"m": 2}))])),
        ),
        (
            "48 duplicate ids",
            whole(&[tool(0, "a", "x"), tool(1, "a", "y")], "tool_use"),
            Ok(calls(vec![call("a", "x", none.clone()), call("a-2", "y", none)])),
        ),
        (
            "the provider's own tools are its own",
            whole(
                &[
                    block(0, &json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
                    input(0, "{\"query\":\"x\"}"),
                    block(1, &json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": []})),
                    block(2, &json!({"type": "text", "text": "hi"})),
                ],
                "end_turn",
            ),
            Ok(text("hi")),
        ),
    ])
    .await;
}
