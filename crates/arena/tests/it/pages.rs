//! The pages for people: there for whoever may see them, in a frame that runs nothing of others.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::json;

use crate::access::token;
use crate::serve::{Served, ask, begin, client, until_it_is};

/// A page as a browser asks for it.
async fn page(client: &Client, url: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
    let request = client.get(url).header("accept", "text/html,application/xhtml+xml;q=0.9");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.headers().clone(), response.text().await.unwrap())
}

const PAGES: [&str; 14] = [
    "/",
    "/matches",
    "/matches/new",
    "/leaderboard",
    "/heatmap",
    "/compare",
    "/agents",
    "/agents/guard",
    "/agents/guard/edit",
    "/scenarios",
    "/scenarios/support-desk",
    "/approvals",
    "/reports",
    "/settings",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_before_and_after_the_first_match() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    for path in PAGES.into_iter().chain(["/audit"]) {
        let (status, headers, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        assert_eq!(status, 200, "{path}: {text}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        for word in
            ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]
        {
            assert!(policy.contains(word), "{path}: {policy}");
        }
        assert_eq!(text.matches("<h1").count(), 1, "{path}");
        assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick="), "{path}");
    }
    let (_, _, first) = page(&client, &served.url, &[]).await;
    assert!(first.contains("Watch a first match"), "{first}");
    let id = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 3, "label": "pages"})).await;
    until_it_is(&client, &served, &id, "completed").await;
    for path in PAGES {
        let (status, _, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        assert_eq!(status, 200, "{path}");
        assert!(!text.contains("Watch a first match"), "{path}");
    }
    let (_, _, shown) = page(&client, &format!("{}/matches/{id}", served.url), &[]).await;
    assert!(
        shown.contains("of 3") && shown.contains("attacker") && shown.contains(&format!("data-match=\"{id}\"")),
        "{shown}"
    );
    let (_, _, compared) = page(&client, &format!("{}/compare?base=pages&new={id}", served.url), &[]).await;
    assert!(compared.contains("3 pairs of rounds"), "{compared}");
    // What is looked for is in the address, without what was left empty.
    let blank = client.get(format!("{}/matches?status=&label=pages&red=", served.url)).send().await.unwrap();
    assert_eq!(blank.url().query(), Some("label=pages"));
    let (_, _, none) = page(&client, &format!("{}/matches?label=other", served.url), &[]).await;
    assert!(none.contains("No match is like that") && none.contains("Look again without label other"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_told_in_a_page_and_to_programs_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    for (path, status, says) in [
        ("/matches/01kanp8m6s1x3f0v9h2r7c4d5e", 404, "there is no match 01kanp8m6s1x3f0v9h2r7c4d5e"),
        ("/matches?status=asleep", 400, "status"),
        ("/agents/nobody", 404, "there is no agent nobody"),
        ("/nothing", 404, "there is nothing at this address"),
        ("/assets/0/style.css", 404, "load the page again"),
    ] {
        let (found, headers, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        assert_eq!(found, status, "{path}");
        assert!(text.contains(says), "{path}: {text}");
        let is_page = !path.starts_with("/assets/");
        assert_eq!(headers["content-type"].to_str().unwrap().starts_with("text/html"), is_page, "{path}");
        let id = headers["x-request-id"].to_str().unwrap();
        assert!(text.contains(id), "the page does not say its request: {text}");
        let (found, problem) = ask(&client, Method::GET, &format!("{}{path}", served.url), None).await;
        assert_eq!(
            (found.as_u16(), problem["status"].as_u64()),
            (status, Some(u64::from(status))),
            "{path}: {problem}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let hostile = "<img src=x onerror=alert(1)>\\u202Eabc";
    let source =
        format!("name = \"hostile\"\nseat = \"red\"\nsummary = \"{hostile}\"\nprompt = \"</pre><script>1</script>\"\n");
    let (status, kept) = ask(&client, Method::POST, &served.api("/agents"), Some(json!({"source": source}))).await;
    assert_eq!(status, 201, "{kept}");
    for path in ["/agents", "/agents/hostile", "/agents/hostile/edit"] {
        let (_, _, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        assert!(!text.contains("<img src=x") && !text.contains("<script>1"), "{path}: {text}");
        assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;"), "{path}: {text}");
        assert!(
            !text.contains('\u{202e}') || path.ends_with("/edit"),
            "{path} obeys a character that turns the text around"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_turns_a_page_around_and_no_secret_gets_into_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let slow = json!({"scenario": "support-desk", "models": {"all": "mock:60000ms"}});
    let id = begin(&client, &served, slow).await;
    let reason = json!({"reason": "enough \u{202e}evil"});
    let (status, told) = ask(&client, Method::POST, &served.api(&format!("/matches/{id}/stop")), Some(reason)).await;
    assert_eq!(status, 200, "{told}");
    for path in [format!("/matches/{id}"), "/matches?label=%E2%80%AEevil".to_owned()] {
        let (_, _, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        let shown = text.replace("value=\"\u{202e}evil\"", "");
        assert!(!shown.contains('\u{202e}') && shown.contains("U+202E"), "{path}: {shown}");
    }
    // A script sends these forms; a browser that has none yet must not put them into an address.
    for path in ["/settings", "/matches/new", "/create/agent", "/agents/guard", "/reports"] {
        let (_, _, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        for form in text.split("<form").skip(1).map(|part| part.split('>').next().unwrap()) {
            assert!(form.contains("method=\"post\"") != form.contains("method=\"get\""), "{path}: <form{form}>");
            assert!(form.contains("method=\"post\"") || !form.contains("data-"), "{path}: <form{form}>");
        }
    }
    for (path, says) in [
        ("/agents/guard?rev=9", "there is no revision 9 of agent guard"),
        ("/matches/new?scenario=gone&red=nobody", "There is no scenario gone any more"),
    ] {
        let (_, _, text) = page(&client, &format!("{}{path}", served.url), &[]).await;
        assert!(text.contains(says), "{path}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_signs_in_and_who_may_not_see_a_file_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let reader = token(folder.path(), "reader", &["read"]);
    let served = Served::start_at(folder.path(), "0.0.0.0:0");
    let url = format!("http://127.0.0.1:{}", served.address().rsplit_once(':').unwrap().1);
    let client = client();
    let (status, headers, text) = page(&client, &format!("{url}/matches"), &[]).await;
    assert_eq!(status, 401);
    assert!(headers.contains_key("www-authenticate") && text.contains("Sign in"), "{text}");
    // Style and scripts of that page are for everybody.
    let style = text.split("href=\"").find(|part| part.contains("style.css")).unwrap().split('"').next().unwrap();
    let style = client.get(format!("{url}{style}")).send().await.unwrap();
    assert_eq!(style.status(), 200);
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    assert!(style.text().await.unwrap().contains("--red:"));
    let bearer = format!("Bearer {reader}");
    let reader = [("authorization", bearer.as_str())];
    for (path, expected) in [
        ("/", 200),
        ("/matches", 200),
        ("/settings", 200),
        ("/scenarios/support-desk", 200),
        ("/matches/new", 403),
        ("/audit", 403),
        ("/approvals", 403),
        ("/create/agent", 403),
    ] {
        let (status, _, text) = page(&client, &format!("{url}{path}"), &reader).await;
        assert_eq!(status, expected, "{path}");
        assert!(
            !text.contains("reference exploit") && !text.contains("{{flag."),
            "{path} shows a scenario's file: {text}"
        );
    }
    let (_, _, home) = page(&client, &url, &reader).await;
    assert!(!home.contains("Watch a first match"), "who may not begin a match is not asked to");
}
