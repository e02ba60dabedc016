//! What the server counts and what it does not take: keys, requests a minute, sizes, rules, latency.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use arena::mock_llm::{MockLlm, Options, RightKey};
use serde_json::json;

use crate::client::{Api, ask, get, post, send, server};

#[tokio::test]
async fn with_a_key_every_other_is_wrong() {
    let key = RightKey::new("sk-right");
    assert!(!format!("{key:?}").contains("right"));
    let server = MockLlm::start(Options { key: Some(key), ..Options::default() }).await.unwrap();
    for (api, name, good, bad, status) in [
        (Api::OpenAi, "authorization", "Bearer sk-right", "Bearer sk-wrong", 401),
        (Api::OpenAi, "api-key", "sk-right", "sk-wrong", 401),
        (Api::Anthropic, "x-api-key", "sk-right", "sk-wrong", 401),
        (Api::Anthropic, "authorization", "Bearer sk-right", "sk-right", 401),
        (Api::Gemini, "x-goog-api-key", "sk-right", "sk-wrong", 400),
    ] {
        let question = api.question("mock", "hi", &[]).to_string();
        for (headers, expected) in [(&[(name, good)][..], 200), (&[(name, bad)], status), (&[], status)] {
            let heard = post(&server, &api.path("mock"), headers, question.as_bytes()).await;
            assert_eq!(heard.status, expected, "{api:?} {headers:?}: {}", heard.text());
            assert!(!heard.text().contains("sk-"), "{}", heard.text());
        }
    }
    assert_eq!(get(&server, "/v1beta/models?key=sk-right", &[]).await.status, 200);
    assert_eq!(get(&server, "/v1/models", &[]).await.status, 401);
}

#[tokio::test]
async fn beyond_the_limit_of_a_minute_is_429_with_the_vendor_s_headers() {
    let per_minute = NonZeroU32::new(2);
    for (api, left, until) in [
        (Api::OpenAi, "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        (Api::AnthropicStream, "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ] {
        let server = MockLlm::start(Options { requests_per_minute: per_minute, ..Options::default() }).await.unwrap();
        for (status, remaining) in [(200, "1"), (200, "0"), (429, "0")] {
            let heard = ask(&server, api, "").await;
            assert_eq!((heard.status, heard.header(left)), (status, Some(remaining)), "{api:?}");
            assert!(heard.header(until).is_some(), "{api:?}");
            let wait = heard.header("retry-after").map(|wait| wait.parse::<u32>().unwrap());
            assert_eq!(wait.is_some_and(|wait| (1..=60).contains(&wait)), status == 429, "{api:?}: {wait:?}");
        }
    }
    let server = MockLlm::start(Options { requests_per_minute: per_minute, ..Options::default() }).await.unwrap();
    ask(&server, Api::Gemini, "").await;
    ask(&server, Api::Gemini, "").await;
    assert!(ask(&server, Api::Gemini, "").await.text().contains("retryDelay"));
}

#[tokio::test]
async fn a_body_of_more_than_8_mib_is_refused_in_words() {
    let server = server().await;
    for (size_mib, status) in [(7, 400), (9, 413)] {
        let heard = post(&server, "/v1/messages", &[], &vec![b' '; size_mib * 1024 * 1024]).await;
        assert_eq!((heard.status, &heard.json()["type"]), (status, &json!("error")));
    }
}

#[tokio::test]
async fn rules_decide_by_the_number_of_the_question_and_begin_anew_with_the_stats() {
    let faults = ["500@first-2", "404@every-4", "429@0.5"].map(|rule| rule.parse().unwrap());
    let server = MockLlm::start(Options { faults: faults.into(), ..Options::default() }).await.unwrap();
    let ask_all = async || {
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(ask(&server, Api::OpenAi, "").await.status);
        }
        statuses
    };
    let statuses = ask_all().await;
    assert_eq!(statuses[..2], [500, 500]);
    assert_eq!((statuses[3], statuses[39]), (404, 404));
    assert!(statuses.contains(&200) && statuses.contains(&429), "{statuses:?}");
    let stats = server.stats();
    assert_eq!((stats.requests, stats.by_path["POST /v1/chat/completions"], stats.by_fault["500"]), (40, 40, 2));
    assert!(stats.input_tokens > 0 && stats.output_tokens > 0 && stats.in_flight == 0 && stats.max_in_flight == 1);
    assert_eq!(get(&server, "/stats", &[]).await.json(), serde_json::to_value(&stats).unwrap());
    let reset = send(&server, "DELETE", "/stats", &[], b"", crate::client::DEADLINE).await;
    assert_eq!((reset.status, server.stats().requests), (204, 0));
    assert_eq!(ask_all().await, statuses);
    // A header is nearer than a rule.
    assert_eq!(ask(&server, Api::OpenAi, "402").await.status, 402);
}

#[tokio::test]
async fn it_takes_its_time_and_counts_who_waits() {
    let latency = Duration::from_millis(200);
    let server = MockLlm::start(Options { latency, ..Options::default() }).await.unwrap();
    let begun = Instant::now();
    tokio::join!(ask(&server, Api::OpenAi, ""), ask(&server, Api::Anthropic, ""), ask(&server, Api::Gemini, ""));
    assert!(begun.elapsed() >= latency);
    assert_eq!(server.stats().max_in_flight, 3);
    // Closing waits for nobody.
    let asked = tokio::spawn(async move {
        let heard = ask(&server, Api::OpenAi, "stall");
        let closed = async {
            while server.stats().in_flight == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = heard => panic!("there is no answer"),
            () = closed => {}
        }
        server.close().await
    });
    assert_eq!(tokio::time::timeout(crate::client::DEADLINE, asked).await.unwrap().unwrap().requests, 4);
}

#[tokio::test]
async fn a_pause_between_the_pieces_is_for_streams_alone() {
    let between_tokens = Duration::from_millis(20);
    let server = MockLlm::start(Options { between_tokens, tokens: 10, ..Options::default() }).await.unwrap();
    let whole = ask(&server, Api::OpenAi, "").await;
    assert_eq!(whole.header("content-length"), Some(whole.body.len().to_string().as_str()));
    for api in Api::STREAMS {
        let begun = Instant::now();
        assert_eq!(ask(&server, api, "").await.header("transfer-encoding"), Some("chunked"), "{api:?}");
        assert!(begun.elapsed() >= between_tokens * 10, "{api:?}");
    }
}

#[tokio::test]
async fn it_stays_where_only_this_machine_can_reach_it() {
    let everywhere = Options { listen: "0.0.0.0:0".parse().unwrap(), ..Options::default() };
    let refused = MockLlm::start(everywhere.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    let allowed = MockLlm::start(Options { allow_remote: true, ..everywhere }).await.unwrap();
    assert_ne!(allowed.address().port(), 0);
}
