//! What answers hold (C4, 41 to 53), and how they are framed (55 to 62).

use arena_core::message::{Finish, Reply, Usage};
use serde_json::json;

use crate::case::{
    DONE, USAGE, call, calls, check_all, delta, finish, generous, misconfigured, said, says, send, spec, text,
    unavailable, whole,
};
use crate::fault_server::{Step, stream};

#[tokio::test]
async fn answers_of_every_content_are_taken() {
    let bad = |what: &str| unavailable("Malformed", &format!("openai:m: {what}"));
    check_all(
        generous(),
        vec![
            ("a stream", whole(&[says("Hel"), says("lo")], "stop"), Ok(text("Hello"))),
            (
                "a plain completion",
                said(200, "content-type: application/json\r\n", "{\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\",\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"x\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}"),
                Ok(Reply { text: "hi".into(), answered_by: spec("m-1"), ..calls(vec![call("a", "x", json!({}))]) }),
            ),
            ("41 no choices", said(200, "", "{\"choices\":[]}"), bad("the answer has no choices: \"{\"choices\":[]}\"")),
            ("41 no choices, streamed", send(stream(&[USAGE, DONE].concat())), bad("the answer has no choices: \"[DONE]\"")),
            ("42 null", whole(&[delta("\"content\":null")], "stop"), Ok(text(""))),
            ("43 filtered", whole(&[says("h")], "content_filter"), Ok(Reply { finish: Finish::Filtered, ..text("h") })),
            ("43 refusal", whole(&[delta("\"content\":null,\"refusal\":\"I won't\"")], "stop"), Ok(text("I won't"))),
            ("44 length", whole(&[says("h")], "length"), Ok(Reply { finish: Finish::Length, ..text("h") })),
            ("45 unknown reason", whole(&[says("h")], "moonphase"), Ok(Reply { finish: Finish::Other, ..text("h") })),
            ("51 fenced JSON is text", whole(&[says("```json {} ```")], "stop"), Ok(text("```json {} ```"))),
            ("52 only reasoning", whole(&[delta("\"reasoning\":\"hm\""), delta("\"reasoning_content\":\"hm\"")], "stop"), Ok(text(""))),
            ("52 thoughts in the text stay", whole(&[says("<think>hm</think>"), says("hi")], "stop"), Ok(text("<think>hm</think>hi"))),
            (
                "52 thoughts in parts are skipped",
                whole(&[delta("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},{\"type\":\"text\",\"text\":\"hi\"}]")], "stop"),
                Ok(text("hi")),
            ),
            ("53 usage in a last chunk without choices", send(stream(&[&says("hi"), &finish("stop"), USAGE, DONE].concat())), Ok(text("hi"))),
            (
                "53 no usage",
                send(stream(&[&says("hello"), &finish("stop"), DONE].concat())),
                Ok(Reply { usage: Usage::estimate(8, 5), ..text("hello") }),
            ),
            (
                "53 usage that cannot be read",
                send(stream(&[
                    &says("hello"),
                    &finish("stop"),
                    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1.5,\"completion_tokens\":-1,\"cost\":\"NaN\"}}\n\n",
                    DONE,
                ].concat())),
                Ok(Reply { usage: Usage::estimate(8, 5), ..text("hello") }),
            ),
            (
                "53 usage in x_groq",
                send(stream(&[&says("hi"), "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}}\n\n", DONE].concat())),
                Ok(text("hi")),
            ),
            (
                "53 usage twice, the later counts",
                whole(&["data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n".into(), says("hi")], "stop"),
                Ok(text("hi")),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn calls_of_every_form_are_taken() {
    let piece = |index: &str, id: &str, name: &str, arguments: &str| {
        delta(&format!("\"tool_calls\":[{{{index}{id}\"function\":{{{name}\"arguments\":\"{arguments}\"}}}}]"))
    };
    let none = json!({});
    check_all(
        generous(),
        vec![
            (
                "46 arguments cut at the length",
                whole(&[piece("\"index\":0,", "\"id\":\"a\",", "\"name\":\"x\",", "{\\\"n\\\": ")], "length"),
                Ok(Reply { finish: Finish::Length, ..calls(vec![call("a", "x", json!("{\"n\": "))]) }),
            ),
            (
                "46 arguments that are no JSON",
                whole(&[piece("\"index\":0,", "\"id\":\"a\",", "\"name\":\"x\",", "n = 1")], "tool_calls"),
                Ok(calls(vec![call("a", "x", json!("n = 1"))])),
            ),
            (
                "46 arguments that are an object already",
                whole(&[delta("\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"x\",\"arguments\":{\"n\":1}}}]")], "tool_calls"),
                Ok(calls(vec![call("a", "x", json!({"n": 1}))])),
            ),
            (
                "47 two calls in one chunk",
                whole(&[delta("\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"x\",\"arguments\":\"{}\"}},{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"y\",\"arguments\":\"{}\"}}]")], "tool_calls"),
                Ok(calls(vec![call("a", "x", none.clone()), call("b", "y", none.clone())])),
            ),
            (
                "47 interleaved",
                whole(
                    &[
                        piece("\"index\":0,", "\"id\":\"a\",", "\"name\":\"x\",", ""),
                        piece("\"index\":1,", "\"id\":\"b\",", "\"name\":\"y\",", "{\\\"n\\\""),
                        piece("\"index\":0,", "", "", "{\\\"m\\\":1}"),
                        piece("\"index\":1,", "", "", ":2}"),
                    ],
                    "tool_calls",
                ),
                Ok(calls(vec![call("a", "x", json!({"m": 1})), call("b", "y", json!({"n": 2}))])),
            ),
            (
                "48 no index, no id, no arguments, and \"stop\"",
                whole(&[piece("", "", "\"name\":\"x\",", ""), piece("", "", "\"name\":\"x\",", "")], "stop"),
                Ok(calls(vec![call("call_1", "x", none.clone()), call("call_2", "x", none.clone())])),
            ),
            (
                "48 duplicate ids",
                whole(
                    &[
                        piece("\"index\":0,", "\"id\":\"a\",", "\"name\":\"x\",", ""),
                        piece("\"index\":1,", "\"id\":\"a\",", "\"name\":\"y\",", ""),
                    ],
                    "tool_calls",
                ),
                Ok(calls(vec![call("a", "x", none.clone()), call("a-2", "y", none)])),
            ),
            (
                "50 a tool that nobody offered",
                whole(&[piece("\"index\":0,", "\"id\":\"a\",", "\"name\":\"rm -rf\",", "{}")], "tool_calls"),
                Ok(calls(vec![call("a", "rm -rf", json!({}))])),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn framing_does_not_matter_until_it_breaks() {
    let bad = |what: &str| unavailable("Malformed", &format!("openai:m: {what}"));
    let hi = [&says("hé 😀"), &finish("stop"), USAGE, DONE].concat();
    let page = |status: u16| {
        misconfigured(
            "NotAnApi",
            &format!(
                "openai:m: http://HOST/v1/chat/completions answered {status} with a web page (\"<!doctype html>Log in\"), not with an API's JSON; is the base URL right? for OpenAI's API it usually ends in /v1"
            ),
        )
    };
    check_all(
        generous(),
        vec![
            (
                "55 cut at every byte",
                vec![Step::Send(stream("")), Step::SendByteByByte(hi.clone().into())],
                Ok(text("hé 😀")),
            ),
            ("56 CRLF", send(stream(&hi.replace('\n', "\r\n"))), Ok(text("hé 😀"))),
            ("56 lone CR", send(stream(&hi.replace('\n', "\r"))), Ok(text("hé 😀"))),
            ("56 no space", send(stream(&hi.replace("data: ", "data:"))), Ok(text("hé 😀"))),
            ("56 byte order mark", send(stream(&format!("\u{feff}{hi}"))), Ok(text("hé 😀"))),
            ("56 data over lines", send(stream(&hi.replace("\"choices\"", "\ndata: \"choices\""))), Ok(text("hé 😀"))),
            ("57 comments", send(stream(&hi.replace("data: ", ": PROCESSING\n\ndata: "))), Ok(text("hé 😀"))),
            ("58 a line of 2 MB", whole(&[says(&"x".repeat(2_000_000))], "stop"), Ok(text(&"x".repeat(2_000_000)))),
            (
                "58 a line of 5 MB",
                send(stream(&says(&"x".repeat(5_000_000)))),
                bad("a line of the answer is longer than 4 MiB: \"\""),
            ),
            (
                "59 bad JSON",
                send(stream(&[&says("hi"), "data: {oops\n\n", &finish("stop")].concat())),
                bad("the answer cannot be read, key must be a string at line 1 column 2: \"{oops\""),
            ),
            (
                "60 a JSON error as a stream",
                send(stream("{\"error\":{\"message\":\"no\",\"code\":503}}")),
                unavailable("Overloaded", "openai:m answered 200 503: \"no\""),
            ),
            ("60 a stream as JSON", said(200, "content-type: application/json\r\n", &hi), Ok(text("hé 😀"))),
            ("60 a page", said(200, "content-type: text/html\r\n", "<!doctype html>Log in"), page(200)),
            ("60 a page as a stream", send(stream("<!doctype html>Log in")), page(200)),
            (
                "60 cut JSON",
                said(200, "", "{\"choices\":[{"),
                bad("the answer cannot be read, EOF while parsing an object at line 1 column 13: \"{\"choices\":[{\""),
            ),
            (
                "60 a long text in the wrong place",
                said(200, "", &format!("{{\"choices\":\"{}\"}}", "x".repeat(1_000_000))),
                bad(&format!(
                    "the answer cannot be read, invalid type: string \"{}…: \"{{\"choices\":\"{}…\"",
                    "x".repeat(151),
                    "x".repeat(188)
                )),
            ),
            (
                "61 compressed",
                said(200, "content-encoding: gzip\r\n", "\u{1f}"),
                bad("the answer is compressed, which nobody asked for: \"gzip\""),
            ),
            ("62 data behind [DONE]", send(stream(&format!("{hi}{}data: {{oops\n\n", says("no")))), Ok(text("hé 😀"))),
        ],
    )
    .await;
}
