//! Agents and scenarios of users' own over the API: kept, changed by who has read them, removed, played.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::serve::{Served, ask, begin, client, until_it_is};

/// An agent that says its model itself.
fn agent(name: &str, summary: &str) -> String {
    format!("name = {name:?}\nseat = \"target\"\nsummary = {summary:?}\nprompt = \"Be brief.\"\nmodel = \"mock\"\n")
}

/// Writes with the tag that the client has.
async fn write(
    client: &Client,
    method: Method,
    url: &str,
    if_match: Option<&str>,
    body: Option<Value>,
) -> (StatusCode, Option<String>, Value) {
    let mut request = client.request(method, url);
    if let Some(tag) = if_match {
        request = request.header("if-match", tag);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let tag = response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    (status, tag, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_kept_in_revisions_and_nobody_writes_over_what_they_have_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let (all, one) = (served.api("/agents"), served.api("/agents/mine"));
    let source = |summary: &str| Some(json!({"source": agent("mine", summary)}));
    let (status, first, kept) = write(&client, Method::POST, &all, None, source("one")).await;
    assert_eq!((status, &kept["revision"]["rev"], &kept["built_in"]), (StatusCode::CREATED, &1.into(), &false.into()));
    let first = first.unwrap();
    let (status, _, problem) = write(&client, Method::POST, &all, None, source("one")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"name_taken".into()));
    // Two have read the first revision; the second writer is told.
    let (status, _, problem) = write(&client, Method::PUT, &one, None, source("two")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PRECONDITION_REQUIRED, &"precondition_required".into()));
    let (status, second, _) = write(&client, Method::PUT, &one, Some(&first), source("two")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _, problem) = write(&client, Method::PUT, &one, Some(&first), source("three")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PRECONDITION_FAILED, &"stale_revision".into()));
    let (status, shown) = ask(&client, Method::GET, &one, None).await;
    assert_eq!((status, &shown["summary"]), (StatusCode::OK, &"two".into()));
    assert_eq!(shown["source"], agent("mine", "two"));
    // What was is still there, and stays, removed or not.
    let (status, _, _) = write(&client, Method::DELETE, &one, second.as_deref(), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&client, Method::GET, &one, None).await.0, StatusCode::NOT_FOUND);
    let (status, was) = ask(&client, Method::GET, &format!("{one}?rev=1"), None).await;
    assert_eq!((status, &was["summary"]), (StatusCode::OK, &"one".into()));
    // The name can be taken again; the numbers go on.
    let (status, _, again) = write(&client, Method::POST, &all, None, source("four")).await;
    assert_eq!((status, &again["revision"]["rev"]), (StatusCode::CREATED, &4.into()));
    let (_, revisions) = ask(&client, Method::GET, &served.api("/agents/mine/revisions"), None).await;
    let numbers: Vec<&Value> = revisions["data"].as_array().unwrap().iter().map(|one| &one["rev"]).collect();
    assert_eq!(numbers, [1, 2, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_file_is_said_with_its_place_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let all = served.api("/agents");
    for (source, line, about) in [
        ("name = \"x\"\nseat = \"nowhere\"\n".to_owned(), Some(2), "nowhere"),
        (agent("mine", "x") + "shoe_size = 43\n", Some(6), "shoe_size"),
        (agent("../etc/passwd", "x"), Some(1), "name"),
        ("name = \"x\"\nname = \"y\"".to_owned(), Some(2), "duplicate"),
        ("\u{0}".to_owned(), Some(1), ""),
    ] {
        let (status, problem) = ask(&client, Method::POST, &all, Some(json!({"source": source}))).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"invalid".into()), "{problem}");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], "#/source");
        assert_eq!(error["line"].as_u64(), line, "{problem}");
        assert!(error["detail"].as_str().unwrap().contains(about), "{problem}");
    }
    let built_in = json!({"source": agent("assistant", "another")});
    let (status, problem) = ask(&client, Method::POST, &all, Some(built_in.clone())).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"name_taken".into()));
    let (status, _, problem) =
        write(&client, Method::PUT, &served.api("/agents/assistant"), Some("*"), Some(built_in)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"state_conflict".into()));
    let large = json!({"source": "#".repeat(2 << 20)});
    assert_eq!(ask(&client, Method::POST, &all, Some(large)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    // A name stays as it is.
    write(&client, Method::POST, &all, None, Some(json!({"source": agent("mine", "x")}))).await;
    let other = json!({"source": agent("yours", "x")});
    let (status, _, problem) = write(&client, Method::PUT, &served.api("/agents/mine"), Some("*"), Some(other)).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &"#/source".into()));
    for path in ["/agents/%2e%2e%2fmine", "/agents/MINE", "/agents/a b", "/scenarios/..%5c..", "/agents/mine?rev=9"] {
        assert_eq!(ask(&client, Method::GET, &served.api(path), None).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_all_names_once_over_pages() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    for name in ["aaa", "mmm", "zzz"] {
        let body = json!({"source": agent(name, "x")});
        assert_eq!(ask(&client, Method::POST, &served.api("/agents"), Some(body)).await.0, StatusCode::CREATED);
    }
    for kind in ["agents", "scenarios"] {
        let (_, whole) = ask(&client, Method::GET, &served.api(&format!("/{kind}?limit=200")), None).await;
        let names = |page: &Value| -> Vec<String> {
            page["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let (status, page) =
                ask(&client, Method::GET, &served.api(&format!("/{kind}?limit=2{cursor}")), None).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            paged.extend(names(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let whole = names(&whole);
        assert!(whole.is_sorted() && whole.len() > 5, "{whole:?}");
        assert_eq!(paged, whole);
        assert!(kind != "agents" || whole.iter().any(|name| name == "mmm"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_is_checked_kept_and_played_with_an_agent_that_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let (_, desk) = ask(&client, Method::GET, &served.api("/scenarios/support-desk"), None).await;
    let source = desk["source"].as_str().unwrap().replacen("name = \"support-desk\"", "name = \"my-desk\"", 1);
    let body = json!({"source": source});
    let (status, check) = ask(&client, Method::POST, &served.api("/scenarios/check"), Some(body.clone())).await;
    assert_eq!((status, &check["passed"]), (StatusCode::OK, &true.into()), "{check}");
    assert!(!check["controls"].as_array().unwrap().is_empty());
    // Nothing was kept by that.
    assert_eq!(ask(&client, Method::GET, &served.api("/scenarios/my-desk"), None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&client, Method::POST, &served.api("/scenarios"), Some(body)).await.0, StatusCode::CREATED);
    let (status, check) = ask(&client, Method::POST, &served.api("/scenarios/my-desk/check"), None).await;
    assert_eq!((status, &check["passed"]), (StatusCode::OK, &true.into()), "{check}");
    ask(&client, Method::POST, &served.api("/agents"), Some(json!({"source": agent("mine", "x")}))).await;
    let wanted = json!({"scenario": "my-desk", "rounds": 2, "target": "mine"});
    let id = begin(&client, &served, wanted).await;
    let shown = until_it_is(&client, &served, &id, "completed").await;
    assert_eq!((&shown["scenario"], &shown["target"]["agent"]), (&"my-desk".into(), &"mine".into()));
    // A name that was meant is told.
    let (status, problem) =
        ask(&client, Method::POST, &served.api("/matches"), Some(json!({"scenario": "my-dsk"}))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem["detail"].as_str().unwrap().contains("my-desk"), "{problem}");
    // No file of the server is read by its path.
    let path = json!({"scenario": "../../scenarios/support-desk"});
    let (status, problem) = ask(&client, Method::POST, &served.api("/matches"), Some(path)).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &"#/scenario".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_asked_once_and_that_is_paid_for() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start_as(folder.path(), &["--total-calls", "2"]), client());
    let url = |name: &str| served.api(&format!("/agents/{name}/question"));
    let text = json!({"text": "What are your opening hours?"});
    let (status, answer) = ask(&client, Method::POST, &url("assistant"), Some(text.clone())).await;
    assert_eq!((status, answer["answered_by"].as_str()), (StatusCode::OK, Some("mock")), "{answer}");
    assert!(!answer["text"].as_str().unwrap().is_empty() && answer["output_tokens"].as_u64() > Some(0), "{answer}");
    for (name, body, status, pointer) in [
        ("nobody", text.clone(), 404, None),
        ("assistant", json!({"text": ""}), 422, Some("#/text")),
        ("assistant", json!({"text": "x".repeat(20_001)}), 422, Some("#/text")),
        ("assistant", json!({"text": "x", "model": "openai:gpt-5-mini"}), 422, Some("#/model")),
        ("assistant", json!({"text": "x", "model": ":"}), 422, Some("#/model")),
        ("hijacked", text.clone(), 422, Some("#/model")),
    ] {
        let (found, problem) = ask(&client, Method::POST, &url(name), Some(body.clone())).await;
        assert_eq!(found.as_u16(), status, "{name} {body}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"].as_str(), pointer, "{problem}");
    }
    assert_eq!(ask(&client, Method::POST, &url("guard"), Some(text.clone())).await.0, StatusCode::OK);
    let (status, problem) = ask(&client, Method::POST, &url("assistant"), Some(text)).await;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (429, Some("budget_spent")), "{problem}");
}
