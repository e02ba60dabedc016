//! A provider's key is in nothing that is kept, even if the provider says it.

use std::fs;
use std::sync::Arc;

use arena_core::model::ModelSpec;
use arena_models::{CacheFolder, Cached, Cassette, Endpoint, Error, Http, Identity, Key, Model, OpenAi, Timeouts};
use serde_json::json;

use crate::case::{HOUR, files, question};
use crate::fault_server::{FaultServer, Step, http};

const KEY: &str = "sk-Test0123456789abcdefGHIJ";

/// A server that repeats the key wherever an answer or a refusal has a place for text.
async fn parrot(status: u16) -> FaultServer {
    let call =
        json!({"id": KEY, "type": "function", "function": {"name": KEY, "arguments": json!({KEY: KEY}).to_string()}});
    let message = json!({"role": "assistant", "content": format!("Bearer {KEY}"), "tool_calls": [call]});
    let body = json!({
        "id": KEY, "model": KEY, "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "error": if status == 200 { json!(null) } else { json!({"message": KEY, "code": KEY}) },
    });
    FaultServer::start(vec![Step::Send(http(status, "content-type: application/json\r\n", &body.to_string()))]).await
}

#[tokio::test]
async fn the_key_is_in_no_file() {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(CacheFolder::open(place.path().join("cache"), HOUR));
    let recorder = Cassette::create(&place.path().join("match.cassette")).unwrap();
    let requested: ModelSpec = "openai:m".parse().unwrap();
    for status in [200, 401, 500] {
        let server = parrot(status).await;
        // A key may stand in the URL too.
        let base_url = format!("{}?key={KEY}", server.base_url());
        let endpoint = Endpoint::parse(&base_url, Some(Key::new(KEY).unwrap())).unwrap();
        let shown = endpoint.to_string();
        let model =
            OpenAi::new("openai:m".parse().unwrap(), "m", endpoint, Http::new(Timeouts::default()).unwrap(), true);
        let identity = Identity { provider: "openai".into(), base_url: shown, model: "m".into() };
        let model = Cached::new(Arc::new(model), identity, Arc::clone(&folder));
        let answered = model.ask(&question(), &|_| {}).await;
        assert!(server.requests()[0].contains(&format!("Bearer {KEY}")), "the key was sent");
        assert_eq!(answered.is_ok(), status == 200, "{answered:?}");
        let outcome = answered.map(|answered| answered.reply).map_err(|error: Error| error.failure());
        recorder.record(&requested, &question(), &outcome).unwrap();
    }
    let files = files(place.path());
    assert_eq!((files.len(), folder.stats().stored), (2, 1), "a cassette and an answer");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // Half a key is a key told too.
        assert!(!text.contains(&KEY[..10]) && text.contains("[key]"), "{}: {text}", file.display());
    }
}
