//! Who may do what with a server: on this machine, from elsewhere, from a browser.

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::live::closed;
use crate::serve::{Served, ask, begin, client, until_it_is};
use crate::support::{arena, stderr, stdout};

pub(crate) fn token(folder: &Path, name: &str, scopes: &[&str]) -> String {
    let scopes = scopes.iter().flat_map(|scope| ["--scope", scope]);
    let output = arena(folder).args(["token", "create", name]).args(scopes).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output).trim().to_owned()
}

async fn send(client: &Client, method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
    let request =
        headers.iter().fold(client.request(method, url), |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn is_kept(path: &str) -> bool {
    path.starts_with("/agents") || path.starts_with("/scenarios")
}

/// Every route of the API, by its document.
fn every_route() -> Vec<(Method, String)> {
    let (_, document) = arena::api::routes();
    let document = serde_json::to_value(document).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let path = path.replace("{id}", "01kanp8m6s1x3f0v9h2r7c4d5e").replace("{name}", "x");
            routes.push((method.to_uppercase().parse().unwrap(), path));
        }
    }
    assert!(routes.len() > 5);
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn from_elsewhere_every_route_needs_a_token_with_its_scope() {
    let folder = tempfile::tempdir().unwrap();
    let refused = arena(folder.path()).args(["serve", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("make one with arena token create NAME --scope run"), "{}", stderr(&refused));

    assert!(!folder.path().join("arena.db").exists(), "what is refused leaves nothing behind");

    let tokens: Vec<(&str, String)> = ["read", "run", "approve", "view_red", "administer"]
        .into_iter()
        .map(|scope| (scope, token(folder.path(), &scope.replace('_', "-"), &[scope])))
        .collect();
    let served = Served::start_at(folder.path(), "0.0.0.0:0");
    let port = served.address().rsplit_once(':').unwrap().1;
    let base = format!("http://127.0.0.1:{port}");
    let client = client();
    for (method, path) in every_route() {
        let url = format!("{base}{path}");
        let nobody = send(&client, method.clone(), &url, &[]).await;
        assert_eq!(nobody.status(), 401, "{method} {path}");
        assert!(nobody.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"), "{method} {path}");
        for (scope, token) in &tokens {
            let allowed = match (path.trim_start_matches("/api/v1"), &method) {
                ("/session" | "/openapi.json", _) => true,
                (path, _) if path.starts_with("/approvals") || path.ends_with("/approval") => {
                    ["approve", "administer"].contains(scope)
                }
                (path, _) if path.ends_with("/calls") || path.ends_with("/verification") => *scope == "administer",
                ("/settings" | "/audit/denied" | "/audit/log" | "/tokens" | "/tokens/x" | "/providers/x/key", _) => {
                    *scope == "administer"
                }
                ("/reports", _) => ["read", "administer"].contains(scope),
                // A scenario says what is planted and which tools run, an agent what is said.
                (path, method) if is_kept(path) && *method != Method::GET && !path.ends_with("x/check") => {
                    *scope == "administer"
                }
                (_, &Method::GET) => ["read", "administer"].contains(scope),
                _ => ["run", "administer"].contains(scope),
            };
            let url = if path.ends_with("/stream") { format!("{url}?topics=matches") } else { url.clone() };
            let request = client.request(method.clone(), url).bearer_auth(token);
            let request = match path.as_str() {
                _ if method != Method::POST => request,
                "/api/v1/matches" => request.body("{\"scenario\":\"support-desk\",\"rounds\":1}"),
                _ => request.body("{}"),
            };
            let status = request.header("content-type", "application/json").send().await.unwrap().status().as_u16();
            // A socket is anybody's; what is watched on it is looked at topic by topic.
            if path.ends_with("/ws") {
                assert_eq!(status, 400, "{method} {path} with {scope}");
            } else {
                assert_eq!(status != 403, allowed, "{method} {path} with {scope}: {status}");
            }
            assert_ne!(status, 401, "{method} {path} with {scope}");
        }
    }
    // Whether the server is there, anybody may know.
    for path in ["/livez", "/readyz", "/version"] {
        assert_eq!(send(&client, Method::GET, &format!("{base}{path}"), &[]).await.status(), 200, "{path}");
    }
    assert_eq!(send(&client, Method::GET, &format!("{base}/metrics"), &[]).await.status(), 401);
    let url = format!("{base}/api/v1/matches");
    for value in ["", "Bearer", "Bearer aia_x", "Basic aia_x", &format!("Bearer aia_{}", "a".repeat(52)), &tokens[0].1]
    {
        assert_eq!(send(&client, Method::GET, &url, &[("authorization", value)]).await.status(), 401, "{value:?}");
    }
    let bearer = format!("bearer {}", tokens[0].1);
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    assert_eq!(send(&client, Method::GET, &url, &twice).await.status(), 401);
    assert_eq!(send(&client, Method::GET, &url, &twice[..1]).await.status(), 200);
    // Taken back beside the running server.
    let revoked = arena(folder.path()).args(["token", "revoke", "read"]).output().unwrap();
    assert_eq!(revoked.status.code(), Some(0), "{}", stderr(&revoked));
    assert_eq!(send(&client, Method::GET, &url, &twice[..1]).await.status(), 401);
    // And made beside it.
    let made = format!("Bearer {}", token(folder.path(), "read", &["read"]));
    assert_eq!(send(&client, Method::GET, &url, &[("authorization", &made)]).await.status(), 200);
    let again = arena(folder.path()).args(["token", "create", "read", "--scope", "read"]).output().unwrap();
    assert!(stderr(&again).contains("there is a token \"read\" already"), "{}", stderr(&again));
    let listed = arena(folder.path()).args(["token", "list", "--json"]).output().unwrap();
    let database = std::fs::read(folder.path().join("arena.db")).unwrap();
    for (_, token) in &tokens {
        assert!(!stdout(&listed).contains(token.as_str()));
        assert!(!database.windows(token.len()).any(|window| window == token.as_bytes()), "a secret is in the database");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_sees_what_its_scopes_show() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    let client = client();
    let id = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 2})).await;
    until_it_is(&client, &served, &id, "completed").await;
    let url = served.api(&format!("/matches/{id}/events"));
    for (scopes, audience, status) in [
        (&["read"][..], "", 200),
        (&["read"], "?audience=spectator", 200),
        (&["read"], "?audience=operator", 403),
        (&["read"], "?audience=red", 403),
        (&["read", "view_red"], "?audience=red", 200),
        (&["read", "view_red"], "?audience=blue", 403),
        (&["view_red"], "?audience=red", 403),
        (&["administer"], "?audience=operator", 200),
    ] {
        let name = format!("t-{}-{}", scopes.join("-").replace('_', "-"), audience.len());
        let bearer = format!("Bearer {}", token(folder.path(), &name, scopes));
        let response = send(&client, Method::GET, &format!("{url}{audience}"), &[("authorization", &bearer)]).await;
        assert_eq!(response.status(), status, "{scopes:?} {audience}");
        if audience.is_empty() {
            let as_spectator = ask(&client, Method::GET, &format!("{url}?audience=spectator"), None).await.1;
            assert_eq!(response.json::<Value>().await.unwrap(), as_spectator, "who says nothing is a spectator");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_is_shown_to_each_as_it_is_now_however_often_it_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    let client = client();
    let bearer = format!("Bearer {}", token(folder.path(), "reader", &["read"]));
    let id = begin(&client, &served, json!({"scenario": "support-desk", "models": {"all": "mock:60000ms"}})).await;
    until_it_is(&client, &served, &id, "running").await;
    let url = served.api(&format!("/matches/{id}"));
    let see = async |headers: &[(&str, &str)]| {
        let response = send(&client, Method::GET, &url, headers).await;
        assert_eq!(response.headers()["content-type"], "application/json");
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        (response.json::<Value>().await.unwrap(), tag)
    };
    for (command, status, reason) in
        [("pause", "paused", None), ("resume", "running", None), ("stop", "stopped", Some("for the file alone"))]
    {
        let body = reason.map(|reason| json!({"reason": reason}));
        let (done, told) = ask(&client, Method::POST, &format!("{url}/{command}"), body).await;
        assert!(done.is_success(), "{command}: {told}");
        for _ in 0..3 {
            let (whole, tag) = see(&[]).await;
            let (most, other) = see(&[("authorization", &bearer)]).await;
            assert_eq!((&whole["status"], &whole["reason"]), (&json!(status), &json!(reason)));
            assert_eq!((&most["status"], &most["reason"]), (&json!(status), &Value::Null));
            assert_eq!((&whole["position"], &most["position"]), (&told["position"], &told["position"]));
            // Who sees more does not go on with what somebody saw who sees less.
            assert_ne!(tag, other);
            for (known, status) in [(&tag, 304), (&other, 200)] {
                let asked = send(&client, Method::GET, &url, &[("if-none-match", known)]).await;
                assert_eq!(asked.status(), status);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_let_in_by_its_own_pages_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let (url, origin) = (served.api("/matches"), served.url.clone());
    let status = async |method: Method, headers: &[(&str, &str)]| {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        send(&client, method, &url, &headers).await.status().as_u16()
    };
    // A program of this machine.
    assert_eq!(status(Method::GET, &[]).await, 200);
    assert_eq!(status(Method::POST, &[]).await, 400);
    // DNS rebinding, and pages of others.
    for headers in [&[("host", "evil.example")][..], &[("host", "127.0.0.1.evil.example")]] {
        assert_eq!(status(Method::GET, headers).await, 421, "{headers:?}");
    }
    for headers in [
        &[("origin", "http://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")],
        &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")],
    ] {
        assert_eq!(status(Method::GET, headers).await, 403, "{headers:?}");
        assert_eq!(status(Method::POST, headers).await, 403, "{headers:?}");
    }
    // Its own page changes nothing before it has the cookie.
    let own = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(status(Method::POST, &own).await, 401);
    let first = send(&client, Method::GET, &url, &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")]).await;
    let cookie = first.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(status(Method::POST, &[&own[..], &[("cookie", cookie)]].concat()).await, 400);
    assert_eq!(status(Method::POST, &[&own[..], &[("cookie", "arena_session=guess")]].concat()).await, 401);
    let closed = send(&client, Method::DELETE, &served.api("/session"), &[("cookie", cookie)]).await;
    assert_eq!(closed.status(), 204);
    assert_eq!(status(Method::POST, &[&own[..], &[("cookie", cookie)]].concat()).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_goes_what_it_opened() {
    let folder = tempfile::tempdir().unwrap();
    let secret = token(folder.path(), "viewer", &["read"]);
    let served = Served::start_at(folder.path(), "0.0.0.0:0");
    let address = format!("127.0.0.1:{}", served.address().rsplit_once(':').unwrap().1);
    let (api, client) = (format!("http://{address}/api/v1"), client());
    let bearer = format!("Bearer {secret}");
    let opened = send(&client, Method::POST, &format!("{api}/session"), &[("authorization", &bearer)]).await;
    assert_eq!(opened.status(), 204);
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let with_cookie = [("cookie", cookie.as_str())];
    let matches = format!("{api}/matches");
    assert_eq!(send(&client, Method::GET, &matches, &with_cookie).await.status(), 200);
    let stream = send(&client, Method::GET, &format!("{api}/stream?topics=matches"), &with_cookie).await;
    assert_eq!(stream.status(), 200);
    let mut request = format!("ws://{address}/api/v1/ws").into_client_request().unwrap();
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    let (socket, _) = connect_async(request).await.unwrap();
    // Taken back beside the server.
    let revoked = arena(folder.path()).args(["token", "revoke", "viewer"]).output().unwrap();
    assert_eq!(revoked.status.code(), Some(0), "{}", stderr(&revoked));
    assert_eq!(send(&client, Method::GET, &matches, &with_cookie).await.status(), 401);
    assert_eq!(send(&client, Method::GET, &matches, &[("authorization", &bearer)]).await.status(), 401);
    // Nobody is kept from asking whether the server is there.
    assert_eq!(send(&client, Method::GET, &format!("http://{address}/livez"), &with_cookie).await.status(), 200);
    let ended = tokio::time::timeout(Duration::from_secs(20), stream.text()).await;
    assert_eq!(ended.expect("the stream runs on").unwrap(), "retry: 1000\n\n");
    assert_eq!(closed(socket).await, 4001);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_noted_with_who_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let read = token(folder.path(), "reader", &["read"]);
    let whole = token(folder.path(), "keeper", &["administer"]);
    let served = Served::start_at(folder.path(), "0.0.0.0:0");
    let port = served.address().rsplit_once(':').unwrap().1;
    let api = format!("http://127.0.0.1:{port}/api/v1");
    let client = client();
    let (reader, keeper) = (format!("Bearer {read}"), format!("Bearer {whole}"));
    let long = format!("{api}/agents/{}", "x".repeat(5_000));
    send(&client, Method::GET, &format!("{api}/matches"), &[]).await;
    send(&client, Method::GET, &long, &[("authorization", "Bearer aia_wrong")]).await;
    send(&client, Method::GET, &format!("{api}/matches"), &[("host", "evil.example")]).await;
    send(&client, Method::DELETE, &format!("{api}/agents/x"), &[("authorization", &reader)]).await;
    // What is let in is not noted, and what is not there neither.
    send(&client, Method::GET, &format!("{api}/matches"), &[("authorization", &reader)]).await;
    send(&client, Method::GET, &format!("{api}/agents/nobody"), &[("authorization", &reader)]).await;
    let mut noted = Vec::new();
    while noted.len() < 4 {
        let url = format!("{api}/audit/denied?limit=200");
        let page = send(&client, Method::GET, &url, &[("authorization", &keeper)]).await.text().await.unwrap();
        let page: Value = serde_json::from_str(&page).unwrap();
        noted = page["data"].as_array().unwrap().clone();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let told: Vec<(&str, &str, Option<&str>)> = noted
        .iter()
        .map(|one| (one["method"].as_str().unwrap(), one["code"].as_str().unwrap(), one["who"].as_str()))
        .collect();
    let expected = [
        ("DELETE", "forbidden", Some("reader")),
        ("GET", "host_not_allowed", None),
        ("GET", "unauthenticated", None),
        ("GET", "unauthenticated", None),
    ];
    assert_eq!(told, expected, "{noted:?}");
    assert!(noted.iter().all(|one| one["address"] == "127.0.0.1" && one["path"].as_str().unwrap().len() < 300));
    assert!(!noted.iter().any(|one| one.to_string().contains("aia_")), "{noted:?}");
    // They are kept: another server on the same file tells them too.
    served.kill();
    let served = Served::start(folder.path());
    let (_, page) = ask(&client, Method::GET, &served.api("/audit/denied"), None).await;
    assert_eq!(page["data"].as_array().unwrap(), &noted);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let reader = token(folder.path(), "reader", &["read"]);
    let served = Served::start_as(folder.path(), &["--rate", "1"]);
    let client = client();
    let url = served.api("/matches");
    let first = send(&client, Method::GET, &url, &[]).await;
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()["ratelimit-policy"], "\"burst\";q=2;w=2");
    assert_eq!(first.headers()["ratelimit"], "\"burst\";r=1;t=1");
    let mut refused = None;
    for _ in 0..50 {
        let response = send(&client, Method::GET, &url, &[]).await;
        if response.status() == 429 {
            refused = Some(response);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    let problem: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "rate_limited");
    // A token has its own, and whether the server is there can be asked for ever.
    let bearer = format!("Bearer {reader}");
    assert_eq!(send(&client, Method::GET, &url, &[("authorization", &bearer)]).await.status(), 200);
    for _ in 0..50 {
        assert_eq!(send(&client, Method::GET, &format!("{}/livez", served.url), &[]).await.status(), 200);
    }
    // Guesses of tokens cost like anything else.
    let guess = [("authorization", "Bearer aia_guess")];
    let guesses = async { send(&client, Method::GET, &url, &guess).await.status().as_u16() };
    assert_eq!(guesses.await, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_listed_and_taken_back_over_the_api() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let all = served.api("/tokens");
    let wanted = json!({"name": "ci", "scopes": ["read", "run"], "expires_in_s": 3600});
    let (status, made) = ask(&client, Method::POST, &all, Some(wanted.clone())).await;
    assert_eq!(status, 201, "{made}");
    let secret = made["secret"].as_str().unwrap();
    assert!(made["token"]["expires_at"].is_string() && made["token"]["counts"] == true, "{made}");
    let bearer = format!("Bearer {secret}");
    assert_eq!(send(&client, Method::GET, &all, &[("authorization", &bearer)]).await.status(), 403);
    assert_eq!(ask(&client, Method::POST, &all, Some(wanted)).await.1["code"], "name_taken");
    let (_, listed) = ask(&client, Method::GET, &all, None).await;
    assert!(!listed.to_string().contains(secret), "{listed}");
    assert_eq!(ask(&client, Method::DELETE, &served.api("/tokens/ci"), None).await.0, 204);
    assert_eq!(send(&client, Method::GET, &all, &[("authorization", &bearer)]).await.status(), 401);
    assert_eq!(ask(&client, Method::DELETE, &served.api("/tokens/ci"), None).await.0, 404);
    for (wrong, pointer) in [
        (json!({"name": "A B", "scopes": ["read"]}), "#/name"),
        (json!({"name": "x", "scopes": []}), "#/scopes"),
        (json!({"name": "x", "scopes": ["all"]}), "#/scopes/0"),
        (json!({"name": "x", "scopes": ["read"], "expires_in_s": 0}), "#/expires_in_s"),
    ] {
        let (status, problem) = ask(&client, Method::POST, &all, Some(wrong)).await;
        assert_eq!((status.as_u16(), &problem["errors"][0]["pointer"]), (422, &pointer.into()), "{problem}");
    }
}
