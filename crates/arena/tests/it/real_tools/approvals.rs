//! What waits for a person over the API: listed, decided by who has seen it, and by nobody else.

use std::path::Path;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::bench::Bench;
use super::script::call;
use crate::serve::{Served, ask, begin, client, until_it_is};

const RULES: &str = "[permissions]\nask = [\"write_to_file(asked)\"]\n";

/// Waits until something waits.
async fn until_it_waits(client: &Client, served: &Served) -> Value {
    loop {
        let (status, page) = ask(client, Method::GET, &served.api("/approvals"), None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        if let Some(first) = page["data"].get(0) {
            return first.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Keeps the file of that name in the folder.
async fn keep(client: &Client, served: &Served, kind: &str, file: &Path, more: &str) {
    let source = std::fs::read_to_string(file).unwrap() + more;
    let (status, kept) = ask(client, Method::POST, &served.api(kind), Some(json!({"source": source}))).await;
    assert_eq!(status, StatusCode::CREATED, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_decides_over_the_api_on_what_they_have_seen() {
    for (decision, end) in [("approve", "approved"), ("deny", "refused")] {
        let bench = Bench::new(&[], [call("write_to_file", json!({"path": "asked", "content": "x"}))]);
        let served = Served::start_with(bench.folder.path(), &[("OPENAI_BASE_URL", &bench.script.base_url)]);
        let client = client();
        keep(&client, &served, "/scenarios", &bench.folder.path().join("workshop.toml"), "").await;
        keep(&client, &served, "/agents", &bench.folder.path().join("agent.toml"), RULES).await;
        let wanted = json!({
            "scenario": "workshop", "rounds": 1, "blue": "none", "target": "script",
            "models": {"target": "openai:script"},
        });
        let id = begin(&client, &served, wanted).await;
        let waiting = until_it_waits(&client, &served).await;
        assert_eq!((&waiting["match"], &waiting["tool"]), (&id.clone().into(), &"write_to_file".into()));
        assert_eq!(
            (&waiting["arguments"]["path"], &waiting["rule"]),
            (&"asked".into(), &"write_to_file(asked)".into())
        );
        let url = served.api(&format!("/matches/{id}/approval"));
        let call = waiting["call"].as_u64().unwrap();
        let other = json!({"call": call + 1, "decision": decision});
        let (status, problem) = ask(&client, Method::POST, &url, Some(other)).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"state_conflict".into()), "{problem}");
        let (status, _) = ask(&client, Method::POST, &url, Some(json!({"call": call, "decision": decision}))).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        until_it_is(&client, &served, &id, "completed").await;
        // Who comes too late is told so.
        let (status, _) = ask(&client, Method::POST, &url, Some(json!({"call": call, "decision": decision}))).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let (_, calls) = ask(&client, Method::GET, &served.api(&format!("/matches/{id}/calls")), None).await;
        assert_eq!(calls["data"][0]["decision"], end, "{calls}");
        assert_eq!(ask(&client, Method::GET, &served.api("/approvals"), None).await.1["data"], json!([]));
    }
}
