//! What is made of an agent's answer: whole, as events, and of its failures.

use arena_core::message::{Finish, Reply, Usage};
use serde_json::{Value, json};

use crate::agent::{check_all, text};
use crate::fault_server::{Step, chunked, stream};
use crate::outcome::{Outcome, call, misconfigured, rejected, said, send, unavailable};

fn draft(keys: &Value) -> Value {
    let mut draft = json!({"url": "BASE/chat", "body": "{\"message\": {message}}"});
    for (key, value) in keys.as_object().expect("keys are an object") {
        draft[key] = value.clone();
    }
    draft
}

fn bad(what: &str) -> Outcome {
    unavailable("Malformed", &format!("my-agent:v/1: {what}"))
}

fn broke(cause: &str) -> Outcome {
    unavailable("Truncated", &format!("my-agent:v/1: the answer broke off{cause}"))
}

fn page(status: u16) -> Outcome {
    misconfigured(
        "NotAnApi",
        &format!(
            "my-agent:v/1: http://HOST/v1/chat answered {status} with a web page (\"<!doctype html>Log in\"), not with an API's JSON…"
        ),
    )
}

#[tokio::test]
async fn the_whole_body_is_the_answer_unless_a_pointer_says_where_it_is() {
    check_all(
        &draft(&json!({})),
        vec![
            ("a text", said(200, "", " hé 😀\n"), Ok(text("hé 😀"))),
            ("JSON is a text too", said(200, "", "{\"a\": 1}"), Ok(text("{\"a\": 1}"))),
            ("a tag is no page", said(200, "", "<b>hi</b>"), Ok(text("<b>hi</b>"))),
            ("26 nothing at all", said(200, "", ""), broke("")),
            ("25 no terminator", send(chunked("half")), broke(": …")),
            (
                "60 a page",
                said(200, "", "<!DOCTYPE html>Log in"),
                misconfigured("NotAnApi", "my-agent:v/1: http://HOST/v1/chat answered 200 with a web page…"),
            ),
            ("58 too long", said(200, "", &"x".repeat(5_000_000)), bad("the answer is longer than 4 MiB: \"\"")),
        ],
    )
    .await;
    check_all(
        &draft(&json!({"answer": "/reply/0/te~1xt"})),
        vec![
            ("a text", said(200, "", "{\"reply\": [{\"te/xt\": \"hi\"}]}"), Ok(text("hi"))),
            ("an empty text", said(200, "", "{\"reply\": [{\"te/xt\": \"\"}]}"), Ok(text(""))),
            ("another value", said(200, "", "{\"reply\": [{\"te/xt\": {\"a\": 1}}]}"), Ok(text("{\"a\":1}"))),
            (
                "nothing",
                said(200, "", "{\"reply\": []}"),
                bad("the answer has nothing at /reply/0/te~1xt: \"{\"reply\": []}\""),
            ),
            (
                "null",
                said(200, "", "{\"reply\": [{\"te/xt\": null}]}"),
                bad("the answer has nothing at /reply/0/te~1xt…"),
            ),
            (
                "no JSON",
                said(200, "", "hi"),
                bad("the answer cannot be read, expected value at line 1 column 1: \"hi\""),
            ),
            ("60 a page", said(200, "", "<!doctype html>Log in"), page(200)),
            (
                "60 cut JSON",
                said(200, "", "{\"reply\""),
                bad("the answer cannot be read, EOF while parsing an object…"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn calls_are_taken_where_a_pointer_says() {
    let calls = |calls| Reply { calls, finish: Finish::ToolCalls, ..text("") };
    let one = |usage| Reply { usage, ..calls(vec![call("a", "x", json!({"n": 1}))]) };
    check_all(
        &draft(&json!({"answer": "/text", "calls": "/tool_calls"})),
        vec![
            (
                "47 calls instead of a text",
                said(200, "", "{\"tool_calls\": [{\"id\": \"a\", \"function\": {\"name\": \"x\", \"arguments\": \"{\\\"n\\\": 1}\"}}]}"),
                Ok(one(Usage::estimate(8, 8))),
            ),
            (
                "48 an object for arguments, no ids",
                said(200, "", "{\"text\": \"\", \"tool_calls\": [{\"function\": {\"name\": \"x\", \"arguments\": {}}}, {\"function\": {\"name\": \"x\"}}]}"),
                Ok(Reply { usage: Usage::estimate(8, 6), ..calls(vec![call("call_1", "x", json!({})), call("call_2", "x", json!({}))]) }),
            ),
            ("an empty list", said(200, "", "{\"text\": \"hi\", \"tool_calls\": []}"), Ok(text("hi"))),
            ("neither", said(200, "", "{\"tool_calls\": []}"), bad("the answer has nothing at /text: \"{\"tool_calls\": []}\"")),
            ("no list", said(200, "", "{\"text\": \"hi\", \"tool_calls\": 7}"), bad("the calls cannot be read, invalid type: integer `7`, expected a sequence: \"7\"")),
        ],
    )
    .await;
}

#[tokio::test]
async fn events_are_read_until_the_last() {
    let says = |text: &str| format!("data: {{\"delta\": \"{text}\"}}\n\n");
    let done = "data: [DONE]\n\n".to_owned();
    let hi = [says("Hel"), "data: {\"meta\": 1}\n\n".into(), says("lo"), done.clone()].concat();
    let events = draft(&json!({"stream": {"event": "/delta", "done": "[DONE]"}, "error": "/error"}));
    check_all(
        &events,
        vec![
            ("events", send(stream(&hi)), Ok(text("Hello"))),
            (
                "55 cut at every byte",
                vec![Step::Send(stream("")), Step::SendByteByByte(hi.clone().into())],
                Ok(text("Hello")),
            ),
            ("57 comments", send(stream(&hi.replace("data: ", ": hm\n\ndata: "))), Ok(text("Hello"))),
            ("25 behind the last event", send(chunked(&hi)), Ok(text("Hello"))),
            ("62 data behind the last event", send(stream(&format!("{hi}{}", says("no")))), Ok(text("Hello"))),
            ("22 the last event ends it", vec![Step::Send(stream(&hi)), Step::Stall], Ok(text("Hello"))),
            ("26 clean end, unfinished", send(stream(&says("half"))), broke("")),
            ("24 reset", vec![Step::Send(chunked(&says("half"))), Step::Wait, Step::Reset], broke(": …")),
            ("27 half an event", send(stream("data: {\"del")), broke("")),
            (
                "29 an error",
                send(stream("data: {\"error\": \"no\"}\n\n")),
                unavailable("Server", "my-agent:v/1 answered 200: \"no\""),
            ),
            (
                "29 an error event",
                send(stream("event: error\ndata: {\"error\": {\"code\": 429, \"message\": \"no\"}}\n\n")),
                unavailable("Busy", "my-agent:v/1 answered 200 429: \"no\""),
            ),
            (
                "59 bad JSON",
                send(stream("data: {oops\n\n")),
                bad("the answer cannot be read, key must be a string at line 1 column 2: \"{oops\""),
            ),
            ("60 a page", send(stream("<!doctype html>Log in")), page(200)),
            (
                "60 text",
                send(stream("hello")),
                misconfigured("NotAnApi", "my-agent:v/1: http://HOST/v1/chat answered 200 with text (\"hello\")…"),
            ),
        ],
    )
    .await;
    check_all(
        &draft(&json!({"answer": "/text", "stream": {"event": "/delta", "done": "[DONE]"}})),
        vec![
            ("an agent that does not stream", said(200, "", "{\"text\": \"hi\"}"), Ok(text("hi"))),
            (
                "a last event that repeats all",
                send(stream(&[&says("hi"), "data: {\"text\": \"hi\"}\n\n", done.as_str()].concat())),
                Ok(text("hi")),
            ),
        ],
    )
    .await;
    check_all(
        &draft(&json!({"stream": {"event": "", "done": "/end"}})),
        vec![
            ("a text an event, an object at the end", send(stream("data: \"a\"\n\ndata: \"b\"\n\n")), broke("")),
            (
                "true at the end",
                send(stream("data: \"a\"\n\ndata: {\"end\": false}\n\ndata: {\"end\": 1}\n\n")),
                Ok(text("a{\"end\":false}{\"end\":1}")),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn refusals_are_told_apart_as_for_all() {
    let no = "{\"error\": {\"message\": \"no\"}}";
    let auth = "; is the key right, and may it use this model?";
    check_all(
        &draft(&json!({"answer": "/text", "error": "/error/message"})),
        vec![
            (
                "1 busy",
                said(429, "retry-after: 7\r\n", no),
                unavailable("Busy", "my-agent:v/1 answered 429: \"no\"; it asks us to wait 7s"),
            ),
            (
                "11 payment",
                said(402, "", no),
                misconfigured("Billing", "my-agent:v/1 answered 402: \"no\"; the account has no credit or quota left"),
            ),
            (
                "16 a page",
                said(503, "", "<h1>Busy</h1>"),
                unavailable("Overloaded", "my-agent:v/1 answered 503: \"<h1>Busy</h1>\""),
            ),
            ("17 500", said(500, "", no), unavailable("Server", "my-agent:v/1 answered 500: \"no\"")),
            (
                "19 closed",
                vec![],
                unavailable("Unreachable", "my-agent:v/1: could not reach http://HOST/v1/chat: error sending request…"),
            ),
            (
                "31 redirect",
                said(307, "location: https://evil.example/\r\n", ""),
                misconfigured(
                    "NotAnApi",
                    "my-agent:v/1: http://HOST/v1/chat answered 307 with a redirect to https://evil.example/…",
                ),
            ),
            (
                "33 wrong key",
                said(401, "", no),
                misconfigured("Auth", &format!("my-agent:v/1 answered 401: \"no\"{auth}")),
            ),
            (
                "35 not found",
                said(404, "", no),
                misconfigured(
                    "NotFound",
                    "my-agent:v/1 answered 404: \"no\"; is the model's name right, and the base URL?",
                ),
            ),
            ("39 a page", said(404, "", "<!doctype html>Log in"), page(404)),
            (
                "39 of another shape",
                said(400, "", "{\"detail\": \"no\"}"),
                rejected("BadRequest", "my-agent:v/1 answered 400: \"no\""),
            ),
            ("an error in an answer", said(200, "", no), unavailable("Server", "my-agent:v/1 answered 200: \"no\"")),
            (
                "no error, in other words",
                said(200, "", "{\"error\": {\"message\": \"\"}, \"text\": \"hi\"}"),
                Ok(text("hi")),
            ),
            (
                "61 compressed",
                said(200, "content-encoding: gzip\r\n", "\u{1f}"),
                bad("the answer is compressed, which nobody asked for: \"gzip\""),
            ),
        ],
    )
    .await;
}
