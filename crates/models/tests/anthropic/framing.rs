//! How answers are framed, and where they break off (C4, 24 to 30 and 55 to 62).

use crate::case::{PING, STOP, check_all, ends, error, misconfigured, said, says, send, start, text, unavailable};
use crate::fault_server::{Step, chunked, stream};

#[tokio::test]
async fn framing_does_not_matter_until_it_breaks() {
    let bad = |what: &str| unavailable("Malformed", &format!("anthropic:m: {what}"));
    let hi = [&start("msg_1"), &says("hé 😀"), &ends("end_turn"), STOP].concat();
    let hi_is_heard = || Ok(text("hé 😀"));
    let page = "anthropic:m: http://HOST/v1/messages answered 200 with a web page (\"<!doctype html>Log in\"), not with an API's JSON…";
    check_all(vec![
        ("55 cut at every byte", vec![Step::Send(stream("")), Step::SendByteByByte(hi.clone().into())], hi_is_heard()),
        ("56 CRLF", send(stream(&hi.replace('\n', "\r\n"))), hi_is_heard()),
        ("56 lone CR", send(stream(&hi.replace('\n', "\r"))), hi_is_heard()),
        ("56 no space", send(stream(&hi.replace(": ", ":"))), hi_is_heard()),
        ("56 byte order mark", send(stream(&format!("\u{feff}{hi}"))), hi_is_heard()),
        ("56 data over lines", send(stream(&hi.replace("\"type\"", "\ndata: \"type\""))), hi_is_heard()),
        ("56 only data lines", send(stream(&hi.replace("event: ", "id: "))), hi_is_heard()),
        (
            "57 comments and pings",
            send(stream(&hi.replace("event: ", &format!(": hm\n\n{PING}event: ")))),
            hi_is_heard(),
        ),
        (
            "58 a line of 2 MB",
            send(stream(&[start("msg_1"), says(&"x".repeat(2_000_000)), ends("end_turn")].concat())),
            Ok(text(&"x".repeat(2_000_000))),
        ),
        (
            "58 a line of 5 MB",
            send(stream(&says(&"x".repeat(5_000_000)))),
            bad("a line of the answer is longer than 4 MiB: \"\""),
        ),
        (
            "59 bad JSON",
            send(stream(&[&start("msg_1"), "data: {oops\n\n", &ends("end_turn")].concat())),
            bad("the answer cannot be read, key must be a string at line 1 column 2: \"{oops\""),
        ),
        (
            "60 a JSON error as a stream",
            send(stream(&error("overloaded_error", "no"))),
            unavailable("Overloaded", "anthropic:m answered 200 overloaded_error: \"no\""),
        ),
        ("60 a stream as JSON", said(200, "content-type: application/json\r\n", &hi), hi_is_heard()),
        ("60 a page", said(200, "", "<!doctype html>Log in"), misconfigured("NotAnApi", page)),
        (
            "61 compressed",
            said(200, "content-encoding: gzip\r\n", "\u{1f}"),
            bad("the answer is compressed, which nobody asked for: \"gzip\""),
        ),
        ("62 data behind message_stop", send(stream(&format!("{hi}{}data: {{oops\n\n", says("no")))), hi_is_heard()),
        ("62 [DONE]", send(stream(&hi.replace(STOP, "data: [DONE]\n\n"))), hi_is_heard()),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_is_complete_with_its_stop_reason() {
    let broke = |cause: &str| unavailable("Truncated", &format!("anthropic:m: the answer broke off{cause}"));
    let half = [start("msg_1"), says("half")].concat();
    let hi = [start("msg_1"), says("hi"), ends("end_turn")].concat();
    let overloaded = format!("event: error\ndata: {}\n\n", error("overloaded_error", "Overloaded"));
    let is_overloaded = || unavailable("Overloaded", "anthropic:m answered 200 overloaded_error: \"Overloaded\"");
    check_all(vec![
        ("24 reset", vec![Step::Send(chunked(&half)), Step::Wait, Step::Reset], broke(": …")),
        ("25 no terminator", send(chunked(&half)), broke(": …")),
        ("25 behind the stop reason", send(chunked(&hi)), Ok(text("hi"))),
        ("26 clean end, unfinished", send(stream(&half)), broke("")),
        ("26 [DONE], unfinished", send(stream(&format!("{half}data: [DONE]\n\n"))), broke("")),
        ("27 half an event", send(stream(&format!("{half}event: message_del"))), broke("")),
        ("28 no message_stop", send(stream(&hi)), Ok(text("hi"))),
        ("29 error after text", send(stream(&format!("{half}{overloaded}"))), is_overloaded()),
        ("29 error without its event line", send(stream(&overloaded.replace("event: error\n", ""))), is_overloaded()),
        (
            "29 error of another API",
            send(stream("data: {\"error\":{\"message\":\"no\",\"code\":502}}\n\n")),
            unavailable("Server", "anthropic:m answered 200 502: \"no\""),
        ),
        ("30 error as the first event", send(stream(&overloaded)), is_overloaded()),
    ])
    .await;
}
