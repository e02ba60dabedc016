//! Keys that are given to a running server: they reach the provider, outlive a reload, and are seen nowhere.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::serve::{Served, ask, begin, client, until_it_is};
use crate::server::{PONG, response, serve};

const OF_ENVIRONMENT: &str = "sk-environment-4Tq9xZ";
const OF_RED: &str = "sk-environment-red-7Yw2";
const GIVEN: &str = "sk-given-Zq8vT3nL6wXr2yBd9fHj";
const NEXT: &str = "sk-next-Mw5kR1cV7sJp4uGe0aXt";

/// A provider that remembers with which keys it was asked.
fn provider() -> (String, Arc<Mutex<Vec<String>>>) {
    let keys: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = Arc::clone(&keys);
    let url = serve(move |request| {
        let key = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or("none");
        heard.lock().unwrap().push(key.trim().to_owned());
        Some(response("200 OK", "application/json", PONG))
    });
    (format!("{url}/v1"), keys)
}

/// `idle`: a limit in the file, that tells one configuration from the next.
fn configure(folder: &Path, base_url: &str, idle: &str) {
    let file = format!(
        "[providers.own]\nkind = \"openai\"\nbase_url = \"{base_url}\"\nkey_env = \"OWN_KEY\"\nstream = false\n\
         [providers.open]\nkind = \"openai\"\nbase_url = \"{base_url}\"\n[timeouts]\nidle = {idle}\n"
    );
    std::fs::write(folder.join("arena.toml"), file).unwrap();
}

/// Plays a match; the keys with which the provider was asked in it.
async fn keys_of_a_match(client: &Client, served: &Served, keys: &Mutex<Vec<String>>) -> Vec<String> {
    keys.lock().unwrap().clear();
    let body = json!({"scenario": "support-desk", "rounds": 2, "seed": "3", "models": {"all": "own:m"}});
    let id = begin(client, served, body).await;
    until_it_is(client, served, &id, "completed").await;
    let mut keys = keys.lock().unwrap().clone();
    keys.sort();
    keys.dedup();
    keys
}

async fn shown(client: &Client, served: &Served) -> Value {
    let (_, listed) = ask(client, Method::GET, &served.api("/providers"), None).await;
    let own = listed["data"].as_array().unwrap().iter().find(|provider| provider["name"] == "own").unwrap();
    json!([own["ready"], own["keys"], own["key_from"]])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_given_is_sent_until_it_is_taken_away_and_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (base_url, keys) = provider();
    configure(folder.path(), &base_url, "5");
    let log = folder.path().join("log");
    let variables = [("OWN_KEY", OF_ENVIRONMENT), ("OWN_KEY_RED", OF_RED), ("ARENA_LOG", "trace")];
    let served = Served::start_logging(folder.path(), &variables, File::create(&log).unwrap());
    let (client, url) = (client(), served.api("/providers/own/key"));
    let give = |key: &'static str| ask(&client, Method::PUT, &url, Some(json!({"key": key})));
    let of_environment = json!([true, ["all", "red"], "environment"]);

    assert_eq!(shown(&client, &served).await, of_environment);
    assert_eq!(keys_of_a_match(&client, &served, &keys).await, [OF_ENVIRONMENT, OF_RED]);
    assert_eq!(give(GIVEN).await, (StatusCode::NO_CONTENT, json!("")));
    assert_eq!(shown(&client, &served).await, json!([true, ["all"], "api"]));
    assert_eq!(keys_of_a_match(&client, &served, &keys).await, [GIVEN]);
    // Read again, the configuration has another limit, and the key is still there.
    configure(folder.path(), &base_url, "6");
    served.hang_up();
    let begun = Instant::now();
    while !std::fs::read_to_string(&log).unwrap().contains("the configuration was read again") {
        assert!(begun.elapsed() < Duration::from_mins(1), "it was not read again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(keys_of_a_match(&client, &served, &keys).await, [GIVEN]);
    assert_eq!(give(NEXT).await, (StatusCode::NO_CONTENT, json!("")));
    assert_eq!(keys_of_a_match(&client, &served, &keys).await, [NEXT]);

    // Whatever can be asked is asked, and the log is read, while it is there.
    let mut places = Vec::new();
    for path in ["/providers", "/models?provider=own", "/settings", "/matches", "/stats", "/openapi.json"] {
        let text = client.get(served.api(path)).send().await.unwrap().text().await.unwrap();
        assert!(text.len() > 20, "{path}: {text}");
        places.push((path.to_owned(), text.into_bytes()));
    }
    assert_eq!(ask(&client, Method::DELETE, &url, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(shown(&client, &served).await, of_environment);
    assert_eq!(keys_of_a_match(&client, &served, &keys).await, [OF_ENVIRONMENT, OF_RED]);
    let (status, problem) = ask(&client, Method::DELETE, &url, None).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &"not_found".into()), "it is gone already");
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        places.extend(std::fs::read(&path).map(|bytes| (path.display().to_string(), bytes)));
    }
    assert!(places.iter().any(|(place, bytes)| place.ends_with("log") && bytes.len() > 1_000), "nothing was logged");
    for (place, bytes) in places {
        // A part of it is as good as found.
        for part in [&GIVEN[9..21], &NEXT[8..20]] {
            assert!(!bytes.windows(part.len()).any(|window| window == part.as_bytes()), "a key is in {place}");
        }
    }
    served.kill();
    let served = Served::start_with(folder.path(), &[]);
    assert_eq!(shown(&client, &served).await, json!([false, [], null]), "it ends with the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_is_refused_unseen_and_so_is_a_key_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path(), "http://127.0.0.1:1/v1", "5");
    let (served, client) = (Served::start_with(folder.path(), &[]), client());
    let url = |name: &str| served.api(&format!("/providers/{name}/key"));
    for body in [
        json!(GIVEN),
        json!([GIVEN]),
        json!({}),
        json!({GIVEN: 1}),
        json!({"key": GIVEN, "for": "red"}),
        json!({"key": [GIVEN]}),
        json!({"key": null}),
        json!({"key": 123_456_789}),
        json!({"key": ""}),
        json!({"key": format!(" {GIVEN}")}),
        json!({"key": format!("{GIVEN}\n")}),
        json!({"key": format!("{GIVEN} x")}),
        json!({"key": format!("{GIVEN}\u{0}")}),
        json!({"key": format!("{GIVEN}\r\nx-evil: 1")}),
        json!({"key": format!("{GIVEN}é")}),
        json!({"key": GIVEN.repeat(200)}),
    ] {
        let (status, problem) = ask(&client, Method::PUT, &url("own"), Some(body.clone())).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &"#/key".into()));
        let said = problem.to_string();
        assert!(!said.contains("sk-given") && !said.contains("12345"), "{body}: {said}");
    }
    assert_eq!(shown(&client, &served).await, json!([false, [], null]), "none of them counts");
    let longest = json!({"key": "k".repeat(4_096)});
    assert_eq!(ask(&client, Method::PUT, &url("own"), Some(longest)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(shown(&client, &served).await, json!([true, ["all"], "api"]));
    for (method, name, status) in [
        (Method::PUT, "nobody", 404),
        (Method::PUT, "No-Name", 404),
        (Method::PUT, "mock", 404),
        (Method::PUT, "open", 409),
        (Method::PUT, "ollama", 409),
        (Method::PUT, "anthropic", 204),
        (Method::DELETE, "anthropic", 204),
        (Method::DELETE, "anthropic", 404),
        (Method::DELETE, "nobody", 404),
        (Method::DELETE, "open", 404),
    ] {
        let body = (method == Method::PUT).then(|| json!({"key": NEXT}));
        let (found, problem) = ask(&client, method.clone(), &url(name), body).await;
        assert_eq!(found.as_u16(), status, "{method} {name}: {problem}");
        assert!(!problem.to_string().contains("sk-next"), "{problem}");
    }
}
