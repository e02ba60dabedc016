//! Servers and connections that fail (C4, 15 to 31), each wait's limit, and giving up (63).

use std::time::Duration;

use arena_models::{Error, Http, Model, Timeouts};

use crate::case::{
    DEADLINE, DONE, USAGE, check, check_all, finish, generous, model_at, question, said, says, send, text, unavailable,
};
use crate::fault_server::{FaultServer, Step, chunked, stream};

#[tokio::test]
async fn servers_and_connections_fail_in_every_way() {
    let broke = |cause: &str| unavailable("Truncated", &format!("openai:m: the answer broke off{cause}"));
    let failed = |status: u16| unavailable("Server", &format!("openai:m answered {status}: \"no\""));
    let no = "{\"error\":\"no\"}";
    check_all(
        generous(),
        vec![
            ("15 overloaded", said(529, "", no), unavailable("Overloaded", "openai:m answered 529: \"no\"")),
            (
                "16 a page",
                said(503, "retry-after: 3\r\n", "<h1>Busy</h1>"),
                unavailable("Overloaded", "openai:m answered 503: \"<h1>Busy</h1>\"; it asks us to wait 3s"),
            ),
            ("17 500", said(500, "", no), failed(500)),
            ("17 502", said(502, "", no), failed(502)),
            ("17 504", said(504, "", no), failed(504)),
            ("17 408", said(408, "", no), failed(408)),
            ("17 409", said(409, "", no), failed(409)),
            ("18 x-should-retry", said(500, "x-should-retry: false\r\n", no), failed(500)),
            ("19 closed before the head", vec![], unavailable("Unreachable", "openai:m: could not reach http://HOST/v1/chat/completions: error sending request…")),
            (
                "24 reset",
                vec![Step::Send(chunked(&says("half"))), Step::Wait, Step::Reset],
                broke(": …"),
            ),
            ("25 no terminator", send(chunked(&says("half"))), broke(": …")),
            ("25 behind [DONE]", send(chunked(&[&says("hi"), &finish("stop"), USAGE, DONE].concat())), Ok(text("hi"))),
            ("25 behind the finish reason", send(chunked(&[USAGE, &says("hi"), &finish("stop")].concat())), Ok(text("hi"))),
            ("26 clean end, unfinished", send(stream(&says("half"))), broke("")),
            ("26 nothing at all", send(stream("")), broke("")),
            ("27 half an event", send(stream(&format!("{}data: {{\"choi", says("half")))), broke("")),
            ("28 no [DONE]", send(stream(&[&says("hi"), &finish("stop"), USAGE].concat())), Ok(text("hi"))),
            (
                "29 error before any text",
                send(stream("data: {\"error\":{\"message\":\"no\",\"type\":\"overloaded_error\"}}\n\n")),
                unavailable("Overloaded", "openai:m answered 200 overloaded_error: \"no\""),
            ),
            (
                "30 error as the first event",
                send(stream("event: error\ndata: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"no\"}}\n\n")),
                unavailable("Overloaded", "openai:m answered 200 overloaded_error: \"no\""),
            ),
            (
                "29 error after text",
                send(stream(&[&says("half"), "event: error\ndata: {\"message\":\"no\",\"code\":502}\n\n"].concat())),
                unavailable("Server", "openai:m answered 200 502: \"no\""),
            ),
            (
                "29 error beside a choice",
                send(stream("data: {\"error\":{\"message\":\"no\",\"code\":429},\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n")),
                unavailable("Busy", "openai:m answered 200 429: \"no\""),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_provider_s_word_on_asking_again_is_kept() {
    let server = FaultServer::start(said(500, "x-should-retry: false\r\n", "")).await;
    let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
    let result = model.ask(&question(), &|_| {}).await;
    assert!(matches!(result, Err(Error::Server { should_retry: Some(false), .. })), "{result:?}");
}

#[tokio::test]
async fn who_cannot_be_reached_is_named() {
    let deaf = FaultServer::start_deaf(send(b"this is not TLS, nor anything".to_vec())).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = Http::new(generous()).unwrap();
    for (case, scheme, host) in [
        // A label of more than 63 characters is refused by the resolver itself.
        ("19 DNS", "http", format!("{}.invalid", "x".repeat(64))),
        ("19 refused", "http", closed.to_string()),
        ("19 TLS", "https", deaf.address().to_string()),
    ] {
        let line = format!(
            "openai:m: could not reach {scheme}://HOST/v1/chat/completions: error sending request: client error (Connect): …"
        );
        let model = model_at(&format!("{scheme}://{host}/v1"), &client);
        check(case, &model, &host, &unavailable("Unreachable", &line), || {}).await;
    }
}

#[tokio::test]
async fn each_wait_has_its_own_limit() {
    let ms = Duration::from_millis;
    let late = |limit: &str, phase: &str| unavailable("Timeout", &format!("openai:m: waited {limit} for the {phase}"));
    let comment = |times, pause| Step::Drip(b": still here\n\n".to_vec(), times, ms(pause));
    let first_byte = Timeouts { first_byte: ms(60), ..generous() };
    let idle = Timeouts { idle: ms(60), ..generous() };
    let total = Timeouts { total: ms(200), ..generous() };
    for (timeouts, case, script, expected) in [
        (first_byte, "21 no head", vec![Step::Stall], late("60ms", "first byte")),
        (first_byte, "21 no body", vec![Step::Send(stream("")), Step::Stall], late("60ms", "first byte")),
        (idle, "22 stall", vec![Step::Send(stream(&says("half"))), Step::Stall], late("60ms", "next byte")),
        (
            idle,
            "22 stall behind the finish reason",
            vec![Step::Send(stream(&[&says("hi"), &finish("stop"), USAGE].concat())), Step::Stall],
            Ok(text("hi")),
        ),
        (
            idle,
            "22 stall in a refusal",
            vec![Step::Send(b"HTTP/1.1 500 X\r\ncontent-length: 9\r\n\r\n".to_vec()), Step::Stall],
            unavailable("Server", "openai:m answered 500"),
        ),
        (
            total,
            "23, 57 comments do not extend the total",
            vec![Step::Send(stream("")), comment(1000, 5), Step::Stall],
            late("200ms", "end of the answer"),
        ),
        (
            total,
            "23 text does not extend the total",
            vec![Step::Send(stream("")), Step::Drip(says("x").into(), 1000, ms(5)), Step::Stall],
            late("200ms", "end of the answer"),
        ),
        (
            Timeouts { idle: ms(1000), ..generous() },
            "57 comments reset the idle time",
            vec![
                Step::Send(stream(&says("hi"))),
                comment(30, 50),
                Step::Send([finish("stop"), USAGE.into(), DONE.into()].concat().into()),
            ],
            Ok(text("hi")),
        ),
    ] {
        check_all(timeouts, vec![(case, script, expected)]).await;
    }
    // A TLS handshake that never answers.
    let deaf = FaultServer::start_deaf(vec![Step::Stall]).await;
    let client = Http::new(Timeouts { connect: ms(60), ..generous() }).unwrap();
    let model = model_at(&format!("https://{}/v1", deaf.address()), &client);
    check("20 connect", &model, &deaf.address().to_string(), &late("60ms", "connection"), || {}).await;
}

#[tokio::test]
async fn giving_up_closes_the_connection() {
    for (case, script) in [
        ("63 before the head", vec![Step::Stall]),
        ("63 in the middle", vec![Step::Send(stream(&says("half"))), Step::Stall]),
    ] {
        let server = FaultServer::start(script).await;
        let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
        let (pieces, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let in_the_middle = case.ends_with("middle");
        let asking = tokio::spawn(async move {
            let request = question();
            model.ask(&request, &|text| pieces.send(text.to_owned()).unwrap()).await
        });
        server.asked().await;
        if in_the_middle {
            assert_eq!(heard.recv().await.as_deref(), Some("half"));
        }
        asking.abort();
        tokio::time::timeout(DEADLINE, server.client_left()).await.unwrap_or_else(|_| panic!("{case}"));
    }
}
