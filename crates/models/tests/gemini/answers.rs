//! What answers hold (C4, 24 to 29 and 41 to 53), and how they are framed (55 to 60).

use arena_core::message::{Finish, Reply, Usage};
use serde_json::json;

use crate::case::{calls, check_all, finish, parts, says, spec, text, whole};
use crate::fault_server::{Step, chunked, stream};
use crate::outcome::{Outcome, call, misconfigured, said, send, unavailable};

fn bad(what: &str) -> Outcome {
    unavailable("Malformed", &format!("gemini:m: {what}"))
}

#[tokio::test]
async fn answers_of_every_content_are_taken() {
    let none = json!({});
    check_all(vec![
        ("a stream", whole(&[says("Hel"), says("lo")], "STOP"), Ok(text("Hello"))),
        (
            "one object",
            said(200, "content-type: application/json\r\n", "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"},{\"functionCall\":{\"id\":\"a\",\"name\":\"x\",\"args\":{}}}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":1,\"thoughtsTokenCount\":3,\"cachedContentTokenCount\":2},\"modelVersion\":\"m-001\"}"),
            Ok(Reply {
                text: "hi".into(),
                answered_by: spec("m-001"),
                usage: Usage { input_tokens: 3, cached_tokens: 2, output_tokens: 4, estimated: false },
                ..calls(vec![call("a", "x", none.clone())])
            }),
        ),
        (
            "a list of chunks",
            said(200, "", &format!("[{}\n]\n", [says("Hel"), says("lo"), finish("STOP")].join(",\r\n").replace("data: ", ""))),
            Ok(text("Hello")),
        ),
        ("41 no candidates", said(200, "", "{\"candidates\":[]}"), bad("the answer has no candidates: \"{\"candidates\":[]}\"")),
        ("41 an empty list", said(200, "", "[]"), bad("the answer has no candidates: \"[]\"")),
        ("42 no parts", whole(&[], "STOP"), Ok(text(""))),
        ("42 null", send(stream(&finish("STOP").replace("\"content\":{}", "\"content\":{\"parts\":null}"))), Ok(text(""))),
        ("43 SAFETY", whole(&[says("h")], "SAFETY"), Ok(Reply { finish: Finish::Filtered, ..text("h") })),
        ("43 RECITATION", whole(&[], "RECITATION"), Ok(Reply { finish: Finish::Filtered, ..text("") })),
        ("43 PROHIBITED_CONTENT", whole(&[], "PROHIBITED_CONTENT"), Ok(Reply { finish: Finish::Filtered, ..text("") })),
        (
            "43 the question is blocked",
            said(200, "", "{\"promptFeedback\":{\"blockReason\":\"SAFETY\",\"safetyRatings\":[]},\"usageMetadata\":{\"promptTokenCount\":3},\"modelVersion\":\"m\"}"),
            Ok(Reply { finish: Finish::Filtered, usage: Usage { input_tokens: 3, ..Usage::default() }, ..text("") }),
        ),
        (
            "43 the question is blocked, streamed, without usage",
            send(stream("data: {\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\r\n\r\n")),
            Ok(Reply { finish: Finish::Filtered, usage: Usage::estimate(8, 0), ..text("") }),
        ),
        ("44 length", whole(&[says("h")], "MAX_TOKENS"), Ok(Reply { finish: Finish::Length, ..text("h") })),
        ("45 unknown reason", whole(&[says("h")], "MOONPHASE"), Ok(Reply { finish: Finish::Other, ..text("h") })),
        ("52 thoughts are no answer", whole(&[parts("{\"text\":\"hm\",\"thought\":true}", ""), says("h")], "STOP"), Ok(text("h"))),
        ("52 only thoughts", whole(&[parts("{\"text\":\"hm\",\"thought\":true}", "")], "MAX_TOKENS"), Ok(Reply { finish: Finish::Length, ..text("") })),
        ("52 a signature without text", whole(&[says("h"), parts("{\"text\":\"\",\"thoughtSignature\":\"RW==\"}", "")], "STOP"), Ok(text("h"))),
        ("52 code that the model ran", whole(&[parts("{\"executableCode\":{\"code\":\"1\"}},{\"text\":\"h\"}", "")], "STOP"), Ok(text("h"))),
        (
            "53 no usage",
            send(stream(&parts("{\"text\":\"hello\"}", ",\"finishReason\":\"STOP\""))),
            Ok(Reply { usage: Usage::estimate(8, 5), ..text("hello") }),
        ),
        (
            "53 usage of something else",
            send(stream(&parts("{\"text\":\"hello\"}", ",\"finishReason\":\"STOP\"").replace("]}\r", "],\"usageMetadata\":{\"trafficType\":\"ON_DEMAND\"}}\r"))),
            Ok(Reply { usage: Usage::estimate(8, 5), ..text("hello") }),
        ),
        (
            "53 usage in every chunk: the last counts",
            whole(&["data: {\"usageMetadata\":{\"promptTokenCount\":1,\"candidatesTokenCount\":1}}\r\n\r\n".into(), says("hi")], "STOP"),
            Ok(text("hi")),
        ),
        ("54 text behind a first finish", send(stream(&[says("a"), finish("STOP"), says("b"), finish("MAX_TOKENS")].concat())), Ok(Reply { finish: Finish::Length, ..text("ab") })),
        ("a second candidate", whole(&[says("h"), says("no").replace("\"index\":0", "\"index\":1")], "STOP"), Ok(text("h"))),
    ])
    .await;
}

#[tokio::test]
async fn calls_of_every_form_are_taken() {
    let none = json!({});
    let calls_x = |rest: &str| parts(&format!("{{\"functionCall\":{{\"name\":\"x\"{rest}}}}}"), "");
    let unread = "the model wrote a call that its provider cannot read";
    check_all(vec![
        (
            "44 length beside a call",
            whole(&[calls_x("")], "MAX_TOKENS"),
            Ok(Reply { finish: Finish::Length, ..calls(vec![call("call_1", "x", none.clone())]) }),
        ),
        (
            "46 a call that Google cannot read",
            send(stream(&parts("", ",\"finishReason\":\"MALFORMED_FUNCTION_CALL\",\"finishMessage\":\"call:x{\""))),
            bad(&format!("{unread}: \"call:x{{\"")),
        ),
        ("46 a call of no tool", whole(&[], "UNEXPECTED_TOOL_CALL"), bad(&format!("{unread}: \"UNEXPECTED_TOOL_CALL\""))),
        ("46 arguments of another kind", whole(&[calls_x(",\"args\":[1]")], "STOP"), bad("the answer cannot be read, invalid type: sequence…")),
        (
            "46 arguments in pieces",
            whole(&[calls_x(",\"willContinue\":true")], "STOP"),
            bad("the arguments of a call come in pieces, which nobody asked for: …"),
        ),
        (
            "46 arguments in pieces, the last",
            whole(&[calls_x(",\"partialArgs\":[{\"jsonPath\":\"$.n\",\"numberValue\":1}]")], "STOP"),
            bad("the arguments of a call come in pieces, which nobody asked for: …"),
        ),
        (
            "47 two calls in one chunk",
            whole(&[parts("{\"functionCall\":{\"name\":\"x\",\"args\":{\"m\":1}}},{\"functionCall\":{\"name\":\"x\",\"args\":{\"n\":2}}}", "")], "STOP"),
            Ok(calls(vec![call("call_1", "x", json!({"m": 1})), call("call_2", "x", json!({"n": 2}))])),
        ),
        (
            "47 calls and text in turn",
            whole(&[says("a"), calls_x(",\"id\":\"a\""), says("b"), calls_x(",\"id\":\"b\"")], "STOP"),
            Ok(Reply { text: "ab".into(), ..calls(vec![call("a", "x", none.clone()), call("b", "x", none.clone())]) }),
        ),
        ("48 no id, no arguments", whole(&[calls_x("")], "STOP"), Ok(calls(vec![call("call_1", "x", none.clone())]))),
        ("48 null for arguments", whole(&[calls_x(",\"args\":null")], "STOP"), Ok(calls(vec![call("call_1", "x", none.clone())]))),
        (
            "48 duplicate ids",
            whole(&[calls_x(",\"id\":\"a\""), calls_x(",\"id\":\"a\"")], "STOP"),
            Ok(calls(vec![call("a", "x", none.clone()), call("a-2", "x", none)])),
        ),
    ])
    .await;
}

#[tokio::test]
async fn framing_does_not_matter_until_it_breaks() {
    let hi = [says("hé 😀"), finish("STOP")].concat();
    let broke = |cause: &str| unavailable("Truncated", &format!("gemini:m: the answer broke off{cause}"));
    let page = |status: u16| {
        misconfigured(
            "NotAnApi",
            &format!(
                "gemini:m: http://HOST/v1/models/m:streamGenerateContent answered {status} with a web page (\"<!doctype html>Log in\"), not with an API's JSON…"
            ),
        )
    };
    check_all(vec![
        ("24 reset", vec![Step::Send(chunked(&says("half"))), Step::Wait, Step::Reset], broke(": …")),
        ("25 behind the finish reason", send(chunked(&hi)), Ok(text("hé 😀"))),
        ("26 clean end, unfinished", send(stream(&says("half"))), broke("")),
        ("26 one object, unfinished", said(200, "", "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"half\"}]}}]}"), broke("")),
        ("26 nothing at all", send(stream("")), broke("")),
        ("27 half an event", send(stream(&format!("{}data: {{\"candi", says("half")))), broke("")),
        (
            "29 error before any text",
            send(stream("data: {\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n")),
            unavailable("Overloaded", "gemini:m answered 200 UNAVAILABLE: \"The model is overloaded.\""),
        ),
        (
            "29 error after text",
            send(stream(&[&says("half"), "data: {\"error\":{\"code\":500,\"message\":\"no\",\"status\":\"INTERNAL\"}}\r\n\r\n"].concat())),
            unavailable("Server", "gemini:m answered 200 INTERNAL: \"no\""),
        ),
        (
            "29 error at the end of a list",
            said(200, "", "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"half\"}]}}]},{\"error\":{\"code\":503,\"message\":\"no\",\"status\":\"UNAVAILABLE\"}}]"),
            unavailable("Overloaded", "gemini:m answered 200 UNAVAILABLE: \"no\""),
        ),
        ("55 cut at every byte", vec![Step::Send(stream("")), Step::SendByteByByte(hi.clone().into())], Ok(text("hé 😀"))),
        ("56 LF", send(stream(&hi.replace("\r\n", "\n"))), Ok(text("hé 😀"))),
        ("56 lone CR", send(stream(&hi.replace("\r\n", "\r"))), Ok(text("hé 😀"))),
        ("56 no space", send(stream(&hi.replace("data: ", "data:"))), Ok(text("hé 😀"))),
        ("56 byte order mark", send(stream(&format!("\u{feff}{hi}"))), Ok(text("hé 😀"))),
        ("56 data over lines", send(stream(&hi.replace("\"candidates\"", "\ndata: \"candidates\""))), Ok(text("hé 😀"))),
        ("57 comments", send(stream(&hi.replace("data: ", ": hm\n\ndata: "))), Ok(text("hé 😀"))),
        (
            "58 a line of 2 MB",
            send(stream(&[says(&"x".repeat(2_000_000)), finish("STOP")].concat())),
            Ok(text(&"x".repeat(2_000_000))),
        ),
        (
            "58 a line of 5 MB",
            send(stream(&says(&"x".repeat(5_000_000)))),
            bad("a line of the answer is longer than 4 MiB: \"\""),
        ),
        (
            "59 bad JSON",
            send(stream(&[&says("hi"), "data: {oops\n\n", finish("STOP").as_str()].concat())),
            bad("the answer cannot be read, key must be a string at line 1 column 2: \"{oops\""),
        ),
        ("60 a stream as JSON", said(200, "content-type: application/json\r\n", &hi), Ok(text("hé 😀"))),
        ("60 a page", said(200, "content-type: text/html\r\n", "<!doctype html>Log in"), page(200)),
        (
            "60 a list, cut",
            said(200, "", "[{\"candidates\":[{"),
            bad("the answer cannot be read, EOF while parsing an object at line 1 column 17: \"[{\"candidates\":[{\""),
        ),
    ])
    .await;
}
