//! What the API tells of a match afterwards: transcripts, rounds and reports, in every format.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::serve::{Served, ask, begin, client, until_it_is};

#[tokio::test(flavor = "multi_thread")]
async fn a_match_is_told_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let body =
        json!({"scenario": "support-desk", "rounds": 5, "red": "reference", "target": "hijacked", "blue": "none"});
    let id = begin(&client, &served, body).await;
    until_it_is(&client, &served, &id, "completed").await;
    let get = async |path: &str| ask(&client, Method::GET, &served.api(&format!("/matches/{id}{path}")), None).await;
    let (status, rounds) = get("/rounds").await;
    assert_eq!(status, StatusCode::OK, "{rounds}");
    let rounds = rounds["data"].as_array().unwrap();
    let numbers: Vec<&Value> = rounds.iter().map(|round| &round["number"]).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert!(rounds.iter().any(|round| round["verdict"]["outcome"] == "breach"), "{rounds:?}");
    let (_, page) = get("/rounds?limit=2").await;
    let next = format!("/rounds?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(get(&next).await.1["data"].as_array().unwrap().as_slice(), &rounds[2..4]);
    // Who sees no rounds is told of none.
    assert_eq!(get("/rounds?audience=blue").await.1["data"], json!([]));

    let (_, whole) = get("/transcript").await;
    let entries = whole["entries"].as_array().unwrap();
    assert!(entries.is_sorted_by_key(|entry| entry["seq"].as_u64()) && entries.len() > 20, "{whole}");
    assert!(["red", "target", "judge", "out"].iter().all(|who| entries.iter().any(|entry| entry["who"] == *who)));
    let (_, lines) = get("/transcript?format=ndjson").await;
    let lines: Vec<Value> = lines.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, entries);
    for format in ["text", "markdown"] {
        let (status, told) = get(&format!("/transcript?format={format}&audience=spectator")).await;
        let told = told.as_str().unwrap();
        assert_eq!(status, StatusCode::OK);
        assert!(told.contains("as spectator sees it") || told.contains("As spectator sees it"), "{told}");
        assert!(told.contains("round 5") && told.contains("breach"), "{told}");
    }
    for (format, begins) in [
        ("json", "{"),
        ("text", ""),
        ("markdown", "#"),
        ("junit", "<?xml"),
        ("sarif", "{"),
        ("html", "<!DOCTYPE html>"),
    ] {
        let url = served.api(&format!("/matches/{id}/report?format={format}"));
        let response = client.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
        let text = response.text().await.unwrap();
        assert!(text.starts_with(begins) && text.contains("support-desk") && !text.contains('\u{1b}'), "{text}");
    }
    let (_, calls) = get("/calls?limit=200").await;
    let calls = calls["data"].as_array().unwrap();
    assert!(calls.iter().any(|call| call["tool"] == "issue_refund" && call["decision"] == "allowed"), "{calls:?}");
    let (_, verification) = get("/verification").await;
    assert_eq!((&verification["good"], &verification["problems"]), (&true.into(), &json!([])));
    assert_eq!(verification["n_calls"], calls.len());
    // Several together; each once.
    let other = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 2})).await;
    until_it_is(&client, &served, &other, "completed").await;
    let asked = json!({"matches": [id, other]});
    let (status, report) = ask(&client, Method::POST, &served.api("/reports"), Some(asked)).await;
    assert_eq!((status, report["matches"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    for (matches, status) in [
        (json!([]), StatusCode::UNPROCESSABLE_ENTITY),
        (json!([id, id]), StatusCode::UNPROCESSABLE_ENTITY),
        (json!(["x"]), StatusCode::UNPROCESSABLE_ENTITY),
        (json!(["00000000000000000000000000"]), StatusCode::NOT_FOUND),
    ] {
        let asked = json!({"matches": matches});
        let (found, problem) = ask(&client, Method::POST, &served.api("/reports"), Some(asked)).await;
        assert_eq!(found, status, "{problem}");
    }
    assert_eq!(get("/transcript?format=pdf").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get("/report?format=pdf").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_is_told_in_figures() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let get = async |path: &str| ask(&client, Method::GET, &served.api(path), None).await;
    let n_matches = async || get("/stats").await.1["n_matches"].clone();
    // Asked for before, between and after: what is kept of them is kept in step.
    assert_eq!(n_matches().await, json!({}));
    let mut n_attacks = 0;
    for red in ["attacker", "reference"] {
        let id = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 5, "red": red})).await;
        let shown = until_it_is(&client, &served, &id, "completed").await;
        n_attacks += shown["rates"]["attack_success"]["n"].as_u64().unwrap();
        assert_eq!(n_matches().await["completed"].as_u64(), Some(if red == "attacker" { 1 } else { 2 }));
    }
    let (status, figures) = get("/stats").await;
    assert_eq!((status, &figures["n_matches"]), (StatusCode::OK, &json!({"completed": 2})));
    assert_eq!((&figures["real"]["n_matches"], &figures["mock"]["n_matches"]), (&0.into(), &2.into()));
    assert_eq!(figures["mock"]["rates"]["attack_success"]["n"], n_attacks);
    let reds: Vec<&Value> =
        figures["mock"]["agents"].as_array().unwrap().iter().filter(|of| of["seat"] == "red").collect();
    assert_eq!(reds.len(), 2, "{reds:?}");
    assert_eq!(figures["mock"]["pairs"][0]["scenario"], "support-desk");
    let id = begin(&client, &served, json!({"scenario": "support-desk", "mode": "continuous"})).await;
    until_it_is(&client, &served, &id, "running").await;
    for (command, n) in
        [("pause", json!({"completed": 2, "paused": 1})), ("stop", json!({"completed": 2, "stopped": 1}))]
    {
        let url = served.api(&format!("/matches/{id}/{command}"));
        let (status, shown) = ask(&client, Method::POST, &url, Some(json!({}))).await;
        assert_eq!((status, n_matches().await), (StatusCode::OK, n), "{command}: {shown}");
    }

    let (_, models) = get("/models").await;
    let mock = models["data"].as_array().unwrap().iter().find(|model| model["name"] == "mock").unwrap();
    assert_eq!((&mock["ready"], &mock["input_usd_per_million"]), (&true.into(), &0.0.into()), "{mock}");
    let (_, of_one) = get("/models?provider=openai").await;
    assert!(of_one["data"].as_array().unwrap().iter().all(|model| model["ready"] == false), "{of_one}");
    let (status, problem) = get("/models?provider=openia").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(problem["detail"].as_str().unwrap().contains("did you mean \"openai\"?"), "{problem}");
    let (_, providers) = get("/providers").await;
    let openai = providers["data"].as_array().unwrap().iter().find(|provider| provider["name"] == "openai").unwrap();
    assert_eq!((&openai["keys"], &openai["needs_key"]), (&json!([]), &true.into()), "{openai}");
    let (_, settings) = get("/settings").await;
    assert_eq!((&settings["concurrency"], &settings["listen"]), (&60.into(), &served.address().into()), "{settings}");
}
