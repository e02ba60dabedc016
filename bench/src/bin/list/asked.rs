//! What is asked for: each list once, by its address.

use arena_bench::http::Connection;

/// A request whose answer is measured.
pub(crate) struct Asked {
    /// How it is called in the figures.
    pub(crate) name: String,
    pub(crate) path: String,
}

/// Filters of matches: common, rare, and what nothing has.
const FILTERS: [&str; 24] = [
    "status=completed",
    "status=paused",
    "status=pending",
    "scenario=support-desk",
    "scenario=night-desk",
    "scenario=nothing",
    "label=nightly",
    "label=incident",
    "label=nothing",
    "red=attacker",
    "red=loner",
    "red=nobody",
    "blue=guard",
    "blue=novice",
    "blue=nobody",
    "target=assistant",
    "target=trainee",
    "target=nobody",
    "mock=true",
    "mock=false",
    "status=completed&label=incident",
    "status=failed&label=incident",
    "scenario=support-desk&mock=true",
    "status=failed&scenario=night-desk&mock=false",
];

/// Filters in which one field may have several values.
const SEVERAL: [&str; 4] = [
    "status=completed&status=failed",
    "status=stopped&status=failed",
    "status=completed&status=stopped&status=failed&mock=true",
    "label=nightly&label=release&status=completed&scenario=help-desk&scenario=front-desk",
];

/// Lists that are also asked for deep in.
const DEEP: [&str; 5] =
    ["", "sort=created_at", "status=completed", "status=completed&status=failed", "scenario=support-desk&mock=true"];

/// So many pages of 200 before the one that is asked for.
const PAGES: usize = 100;

/// All of them, with the ids and cursors that the server gives.
pub(crate) async fn all(connection: &mut Connection) -> Vec<Asked> {
    let mut all = vec![asked("newest", "/api/v1/matches"), asked("oldest", "/api/v1/matches?sort=created_at")];
    for filter in FILTERS.iter().chain(&SEVERAL) {
        all.push(asked(filter, &format!("/api/v1/matches?{filter}")));
    }
    all.push(asked("oldest status=completed", "/api/v1/matches?status=completed&sort=created_at"));
    for list in DEEP {
        if let Some(path) = deep(connection, list).await {
            all.push(Asked { name: format!("deep {list}"), path });
        }
    }
    let newest = connection.ask("GET", "/api/v1/matches?status=completed", None).await.json();
    let id = newest["data"][0]["id"].as_str().expect("a match is completed");
    all.push(asked("match", &format!("/api/v1/matches/{id}")));
    all.push(asked("events", &format!("/api/v1/matches/{id}/events")));
    for (name, path) in [
        ("approvals", "/api/v1/approvals"),
        ("denied", "/api/v1/audit/denied"),
        ("denied code=rate_limited", "/api/v1/audit/denied?code=rate_limited"),
        ("stats", "/api/v1/stats"),
        ("page /", "/"),
        ("page /matches", "/matches"),
        ("page /matches?status=failed", "/matches?status=failed"),
    ] {
        all.push(asked(name, path));
    }
    all
}

fn asked(name: &str, path: &str) -> Asked {
    Asked { name: name.to_owned(), path: path.to_owned() }
}

/// The page of a list that begins deep in, found as a client finds it. `None` if the list is short.
async fn deep(connection: &mut Connection, list: &str) -> Option<String> {
    let path = format!("/api/v1/matches?{list}{}", if list.is_empty() { "" } else { "&" });
    let mut cursor = String::new();
    for _ in 0..PAGES {
        let page = connection.ask("GET", &format!("{path}limit=200{cursor}"), None).await.json();
        cursor = format!("&cursor={}", page["next_cursor"].as_str()?);
    }
    Some(format!("{path}limit=50{cursor}"))
}
