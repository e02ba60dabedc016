//! `arena serve` as a process of its own, and the API as its clients meet it.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{arena, stderr};

/// A running server; killed when it is dropped.
pub(crate) struct Served {
    process: Child,
    pub(crate) url: String,
}

impl Served {
    /// A server on a free port.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_at(folder, "127.0.0.1:0")
    }

    /// A server there, with places for many matches.
    pub(crate) fn start_at(folder: &Path, listen: &str) -> Self {
        Self::spawn(folder, listen, &["--rate", "0"], &[])
    }

    /// A server on a free port, with these arguments.
    pub(crate) fn start_as(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawn(folder, "127.0.0.1:0", arguments, &[])
    }

    /// A server on a free port, with these variables.
    pub(crate) fn start_with(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self::spawn(folder, "127.0.0.1:0", &["--rate", "0"], variables)
    }

    /// The same, that logs into this file.
    pub(crate) fn start_logging(folder: &Path, variables: &[(&str, &str)], log: File) -> Self {
        Self::spawn_logging(folder, "127.0.0.1:0", &["--rate", "0"], variables, log.into())
    }

    /// Tells it to read its configuration again.
    pub(crate) fn hang_up(&self) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    }

    fn spawn(folder: &Path, listen: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn_logging(folder, listen, arguments, variables, Stdio::null())
    }

    fn spawn_logging(folder: &Path, listen: &str, arguments: &[&str], variables: &[(&str, &str)], log: Stdio) -> Self {
        let mut process = arena(folder)
            .envs(variables.iter().copied())
            .args(["serve", "--listen", listen, "--json", "--concurrency", "60"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { process, url: said["url"].as_str().unwrap().to_owned() }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// The address of something in the API.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it in good order; how long that took.
    pub(crate) fn terminate(mut self) -> Duration {
        let begun = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.process.wait().unwrap().success());
        begun.elapsed()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A client of the API.
pub(crate) fn client() -> Client {
    // Somebody has to be named; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// Asks, and reads the answer as JSON.
pub(crate) async fn ask(client: &Client, method: Method, url: &str, body: Option<Value>) -> (StatusCode, Value) {
    let request = client.request(method, url);
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
        None => request,
    };
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Begins a match; its id.
pub(crate) async fn begin(client: &Client, served: &Served, body: Value) -> String {
    let (status, created) = ask(client, Method::POST, &served.api("/matches"), Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    created["id"].as_str().unwrap().to_owned()
}

/// Waits until the match has this status.
pub(crate) async fn until_it_is(client: &Client, served: &Served, id: &str, status: &str) -> Value {
    let begun = Instant::now();
    loop {
        let (_, shown) = ask(client, Method::GET, &served.api(&format!("/matches/{id}")), None).await;
        if shown["status"] == status {
            return shown;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{shown}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_is_begun_watched_paused_resumed_and_stopped_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let body = json!({"scenario": "support-desk", "mode": "continuous", "models": {"all": "mock:10ms"}});
    let id = begin(&client, &served, body).await;
    let to = |action: &str| served.api(&format!("/matches/{id}/{action}"));
    until_it_is(&client, &served, &id, "running").await;
    let (status, paused) = ask(&client, Method::POST, &to("pause"), None).await;
    assert_eq!((status, &paused["status"]), (StatusCode::OK, &"paused".into()));
    let (status, problem) = ask(&client, Method::POST, &to("pause"), None).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"state_conflict".into()));
    // Nothing comes while it is paused, and who waits is told so.
    let seq = paused["position"]["seq"].as_u64().unwrap();
    let (_, events) = ask(&client, Method::GET, &to(&format!("events?after={seq}&wait=1")), None).await;
    assert_eq!(events, json!({"data": [], "next_after": seq, "has_more": false}));
    // Who waits longer gets what comes first.
    let next = to(&format!("events?after={seq}&wait=30"));
    let waiting = ask(&client, Method::GET, &next, None);
    let resumed = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        ask(&client, Method::POST, &to("resume"), None).await
    };
    let ((_, events), (status, _)) = tokio::join!(waiting, resumed);
    assert_eq!((status, &events["data"][0]["kind"]), (StatusCode::OK, &"resumed".into()));
    let (status, stopped) = ask(&client, Method::POST, &to("stop"), Some(json!({"reason": "enough"}))).await;
    assert_eq!((status, &stopped["status"], &stopped["reason"]), (StatusCode::OK, &"stopped".into(), &"enough".into()));
    let (status, problem) = ask(&client, Method::POST, &to("resume"), None).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &"state_conflict".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_and_comes_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let mut ids = Vec::new();
    for n in 0..5 {
        let body = json!({"scenario": "support-desk", "rounds": 1, "label": if n < 2 { "few" } else { "many" }});
        ids.push(begin(&client, &served, body).await);
    }
    for id in &ids {
        until_it_is(&client, &served, id, "completed").await;
    }
    let list = async |query: &str| {
        let (status, page) = ask(&client, Method::GET, &served.api(&format!("/matches?{query}")), None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let found: Vec<String> =
            page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        (found, page["next_cursor"].as_str().map(str::to_owned))
    };
    let newest: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(list("").await, (newest.clone(), None));
    assert_eq!(list("sort=created_at").await.0, ids);
    assert_eq!(list("label=few&status=completed").await.0.len(), 2);
    assert_eq!(list("label=few&label=many&mock=true&red=attacker").await.0.len(), 5);
    assert_eq!(list("mock=false").await.0.len(), 0);
    let (mut found, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let (page, next) = list(&query).await;
        found.extend(page);
        match next {
            Some(cursor) => query = format!("limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(found, newest);
    let (_, cursor) = list("limit=2").await;
    let other = served.api(&format!("/matches?label=few&cursor={}", cursor.unwrap()));
    assert_eq!(ask(&client, Method::GET, &other, None).await.1["code"], "invalid_parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_answered_with_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let nobody = "/matches/01kanp8m6s1x3f0v9h2r7c4d5e";
    let nowhere = format!("{nobody}/events");
    for (method, path, body, status, code) in [
        (Method::GET, "/nothing", None, 404, "not_found"),
        (Method::GET, nobody, None, 404, "not_found"),
        (Method::GET, &nowhere, None, 404, "not_found"),
        (Method::GET, "/matches/..%2f..%2fetc", None, 404, "not_found"),
        (Method::GET, "/matches/%00", None, 404, "not_found"),
        (Method::DELETE, "/matches", None, 405, "method_not_allowed"),
        (Method::GET, "/matches?limit=0", None, 400, "invalid_parameter"),
        (Method::GET, "/matches?limit=201", None, 400, "invalid_parameter"),
        (Method::GET, "/matches?status=odd", None, 400, "invalid_parameter"),
        (Method::GET, "/matches?colour=red", None, 400, "invalid_parameter"),
        (Method::GET, "/matches?cursor=x", None, 400, "invalid_parameter"),
        (Method::GET, "/stream?topics=", None, 400, "invalid_parameter"),
        (Method::GET, "/stream?topics=match:x", None, 400, "invalid_parameter"),
        (Method::GET, "/ws", None, 400, "invalid_parameter"),
        (Method::POST, "/matches", None, 415, "unsupported_media_type"),
        (Method::POST, "/matches", Some(json!([])), 422, "invalid"),
        (Method::POST, "/matches", Some(json!({"scenario": "../Cargo.toml"})), 422, "invalid"),
        (Method::POST, "/matches", Some(json!({"scenario": "support-desk", "roundz": 1})), 422, "invalid"),
        (Method::POST, "/matches", Some(json!({"scenario": "support-desk", "rounds": 0})), 422, "invalid"),
        (
            Method::POST,
            "/matches",
            Some(json!({"scenario": "support-desk", "rounds": 1, "mode": "deep"})),
            422,
            "invalid",
        ),
        (Method::POST, "/matches", Some(json!({"scenario": "support-desk", "red": "guard"})), 422, "invalid"),
        (Method::POST, "/matches", Some(json!({"scenario": "support-desk", "label": "last"})), 422, "invalid"),
        (
            Method::POST,
            "/matches",
            Some(json!({"scenario": "support-desk", "models": {"all": "nobody:m"}})),
            422,
            "invalid",
        ),
    ] {
        let (found, problem) = ask(&client, method.clone(), &served.api(path), body.clone()).await;
        let said = format!("{method} {path} {body:?}: {problem}");
        assert_eq!((found.as_u16(), &problem["code"]), (status, &code.into()), "{said}");
        assert_eq!(problem["status"], status, "{said}");
        assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{said}");
    }
    let text = client.post(served.api("/matches")).header("content-type", "application/json");
    let deep = "[".repeat(10_000);
    for (body, status) in
        [("{", 400), ("{\"scenario\": \"support-desk\"} x", 400), ("\u{feff}{}", 400), (deep.as_str(), 422)]
    {
        let response = text.try_clone().unwrap().body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), status, "{body:.20}");
    }
    let invalid_utf8 = text.try_clone().unwrap().body(b"{\"scenario\": \"\xff\"}".to_vec()).send().await.unwrap();
    assert_eq!(invalid_utf8.status(), StatusCode::BAD_REQUEST);
    let twice = text.try_clone().unwrap().body("{\"scenario\": \"inbox\", \"scenario\": \"support-desk\"}");
    assert_eq!(twice.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let huge = text.body(vec![b' '; 100 << 20]).send().await.unwrap();
    assert_eq!(huge.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let (status, _) = ask(&client, Method::GET, &served.api("/matches"), None).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_end_puts_its_matches_down_and_the_next_plays_them_on() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let second = arena(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(stderr(&second).contains("is in use by process"), "{}", stderr(&second));
    let body = json!({"scenario": "support-desk", "rounds": 30, "models": {"all": "mock:20ms"}});
    let id = begin(&client, &served, body).await;
    until_it_is(&client, &served, &id, "running").await;
    let waiting = tokio::spawn({
        let (client, url) = (client.clone(), served.api(&format!("/stream?topics=match:{id}")));
        async move { client.get(url).send().await.unwrap().text().await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let took = served.terminate();
    assert!(took < Duration::from_secs(5), "it took {took:?}");
    let stream = waiting.await.unwrap();
    assert!(stream.ends_with("event: closing\ndata: {}\n\n"), "{stream}");
    let served = Served::start(folder.path());
    let over = until_it_is(&client, &served, &id, "completed").await;
    assert_eq!(over["n_judged"], 30);
}

#[test]
fn the_document_of_the_api_is_as_it_was_agreed_on() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let made = format!("{}\n", arena::api::openapi_json());
    if std::env::var_os("ARENA_RENEW").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    // Nothing is named that is not there.
    let document: Value = serde_json::from_str(&made).unwrap();
    for name in made.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(!document["components"]["schemas"][name].is_null(), "there is no schema {name}");
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(made == agreed, "docs/openapi.json is another: look at what changed, then renew it with ARENA_RENEW=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_sockets_that_say_nothing_keep_nobody_out() {
    /// Of those, these send a byte of a head every half second.
    const N_SLOW: usize = 50;
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let all = rustix::process::Rlimit { current: files.maximum, maximum: files.maximum };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, all).unwrap();
    let n_sockets =
        usize::try_from(files.maximum.unwrap_or(u64::MAX)).unwrap_or(usize::MAX).saturating_sub(500).min(10_000);
    assert!(n_sockets >= 1_000, "so few files may be open here that this shows nothing: {files:?}");

    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let id =
        begin(&client, &served, json!({"scenario": "support-desk", "rounds": 40, "models": {"all": "mock:5ms"}})).await;
    let mut sockets = Vec::new();
    for n in 0..n_sockets {
        let mut socket = tokio::net::TcpStream::connect(served.address()).await.unwrap();
        if n < N_SLOW {
            socket.write_all(b"GET /api/v1/matches HTTP/1.1\r\n").await.unwrap();
        }
        sockets.push(socket);
    }
    let begun = Instant::now();
    let (status, _) = ask(&client, Method::GET, &served.api("/matches"), None).await;
    assert_eq!(status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "an answer took {:?}", begun.elapsed());
    let over = until_it_is(&client, &served, &id, "completed").await;
    assert_eq!(over["n_judged"], 40, "the match is played as if nothing was");
    // Who never finishes a head is not waited for, however often it sends some of it.
    let mut n_closed = 0;
    while n_closed < N_SLOW && begun.elapsed() < Duration::from_secs(40) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        n_closed = 0;
        for socket in &mut sockets[..N_SLOW] {
            let _ = socket.write_all(b"x").await;
            let mut byte = [0];
            let read = tokio::time::timeout(Duration::from_millis(1), socket.read(&mut byte)).await;
            n_closed += usize::from(matches!(read, Ok(Ok(0) | Err(_))));
        }
    }
    assert_eq!(n_closed, N_SLOW, "slow heads are waited for still");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_again_begins_one_match() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let wanted = json!({"scenario": "support-desk", "rounds": 1});
    let send = async |served: &Served, key: &str, body: &Value| {
        let request = client.post(served.api("/matches")).header("idempotency-key", key);
        let response = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
        let replayed = response.headers().get("idempotency-replayed").is_some_and(|value| value == "true");
        let status = response.status();
        (status, replayed, serde_json::from_str::<Value>(&response.text().await.unwrap()).unwrap())
    };
    let (status, replayed, first) = send(&served, "a", &wanted).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false), "{first}");
    let (status, replayed, again) = send(&served, "a", &wanted).await;
    assert_eq!((status, replayed, &again["id"]), (StatusCode::CREATED, true, &first["id"]));
    // What a server was told before it died, the next one knows.
    served.kill();
    let served = Served::start(folder.path());
    let (status, replayed, again) = send(&served, "a", &wanted).await;
    assert_eq!((status, replayed, &again["id"]), (StatusCode::CREATED, true, &first["id"]));
    let (status, _, problem) = send(&served, "a", &json!({"scenario": "support-desk", "rounds": 2})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"key_reused".into()));
    let (_, replayed, other) = send(&served, "b", &wanted).await;
    assert!(!replayed && other["id"] != first["id"]);
    // Many at once: one begins it, the others are told which, or to wait.
    let all = futures_util::future::join_all((0..20).map(|_| send(&served, "c", &wanted))).await;
    let ids: std::collections::HashSet<&str> = all.iter().filter_map(|(_, _, body)| body["id"].as_str()).collect();
    assert_eq!(ids.len(), 1, "{all:?}");
    assert!(all.iter().all(|(status, ..)| [StatusCode::CREATED, StatusCode::CONFLICT].contains(status)), "{all:?}");
    // A request that is refused takes no key.
    let (status, ..) = send(&served, "d", &json!({"scenario": "nothing"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(&served, "d", &wanted).await.0, StatusCode::CREATED);
    for wrong in ["", "two words", &"x".repeat(256)] {
        let (status, _, problem) = send(&served, wrong, &wanted).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &"invalid_parameter".into()), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_and_every_operation_has_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let get = async |path: &str| {
        let response = client.get(format!("{}{path}", served.url)).send().await.unwrap();
        let policy = response.headers().get("content-security-policy").map(|value| value.to_str().unwrap().to_owned());
        (response.status(), policy.unwrap_or_default(), response.text().await.unwrap())
    };
    let document: Value = serde_json::from_str(arena::api::openapi_json()).unwrap();
    let codes = document["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
    assert_eq!(codes.len(), arena::api::Code::ALL.len());
    let (_, _, index) = get("/docs/problems").await;
    for code in codes {
        let code = code.as_str().unwrap();
        let (status, _, page) = get(&format!("/docs/problems/{code}")).await;
        assert!(status == StatusCode::OK && page.contains(code) && index.contains(code), "{code}");
    }
    // The address in a problem leads there.
    let (status, problem) = ask(&client, Method::GET, &served.api("/nothing"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(get(problem["type"].as_str().unwrap()).await.0, StatusCode::OK);
    let (status, policy, page) = get("/docs/api").await;
    assert!(status == StatusCode::OK && policy.contains("default-src 'none'"), "{policy}");
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(page.contains(path.as_str()), "{path}");
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")) && page.contains(&format!("href=\"#{id}\"")), "{id}");
        }
    }
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
    // Nothing is asked of anybody.
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href=\"http"));
    assert_eq!(get("/docs/problems/none").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_matches_may_use_together_holds_them_when_it_is_used_up() {
    let folder = tempfile::tempdir().unwrap();
    let client = client();
    let served = Served::start_as(folder.path(), &["--rate", "0", "--total-calls", "40"]);
    let body = json!({"scenario": "support-desk", "mode": "continuous", "models": {"all": "mock:1ms"}});
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(begin(&client, &served, body.clone()).await);
    }
    let mut n_calls = 0;
    for id in &ids {
        until_it_is(&client, &served, id, "paused").await;
        let (_, transcript) =
            ask(&client, Method::GET, &served.api(&format!("/matches/{id}/events?limit=1000")), None).await;
        let events = transcript["data"].as_array().unwrap();
        n_calls += events.iter().filter(|event| event["body"]["reply"].is_object()).count();
    }
    // A call that is under way when the last one comes is not taken back.
    assert!((40..=42).contains(&n_calls), "{n_calls}");
    let (status, problem) = ask(&client, Method::POST, &served.api("/matches"), Some(body)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &"budget_spent".into()), "{problem}");
    let resume = |served: &Served| served.api(&format!("/matches/{}/resume", ids[0]));
    let (status, _) = ask(&client, Method::POST, &resume(&served), None).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    // What is held can still be stopped, and another server has a budget of its own.
    let stop = served.api(&format!("/matches/{}/stop", ids[1]));
    assert_eq!(ask(&client, Method::POST, &stop, Some(json!({}))).await.0, StatusCode::OK);
    assert!(served.terminate() < Duration::from_secs(10));
    let served = Served::start(folder.path());
    assert_eq!(ask(&client, Method::POST, &resume(&served), None).await.0, StatusCode::OK);
    until_it_is(&client, &served, &ids[0], "running").await;
}
