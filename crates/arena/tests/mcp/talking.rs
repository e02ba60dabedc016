//! Calls that are answered: by a good server, by one amid garbage, and by those that say and ask too much.

use arena::mcp::{MAX_TEXT_BYTES, Servers};
use arena_core::mcp::{MAX_DESCRIPTION_BYTES, MAX_TOOLS};

use crate::hostile::{SECRET, echo, log, servers};

async fn text(servers: &Servers) -> (bool, String) {
    let answer = echo(servers).await.unwrap();
    servers.close().await;
    (answer.is_error, answer.text)
}

#[tokio::test]
async fn a_call_is_answered() {
    for (kind, is_error, expected) in [
        ("good", false, "\"echo\": {\"message\":\"hi\"}"),
        ("garbage", false, "after garbage"),
        ("fails", true, "the disk is full"),
        ("asks", false, "four replies"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(text(&servers(kind, folder.path())).await, (is_error, expected.to_owned()), "{kind}");
    }
}

#[tokio::test]
async fn a_server_gets_a_bare_environment_and_its_secrets_are_not_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("tells", folder.path());
    let answer = echo(&servers).await.unwrap();
    servers.close().await;
    // The test program is started by no shell, so it has nothing but what it was given.
    assert_eq!(answer.text, "HOSTILE_FOLDER HOSTILE_KIND SECRET and [secret]");
    assert_eq!(answer.structured, Some(serde_json::json!({"secret": "[secret]"})));
}

#[tokio::test]
async fn a_long_answer_is_cut_with_true_counts() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("large", folder.path());
    let answer = echo(&servers).await.unwrap();
    servers.close().await;
    assert_eq!((answer.size_bytes, answer.kept_bytes), (1_000_000, MAX_TEXT_BYTES));
    assert!(answer.text.ends_with("[cut: these are the first 409600 of 1000000 bytes]"));
}

#[tokio::test]
async fn no_more_tools_than_a_prompt_can_hold() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("thousand", folder.path());
    let tools = servers.tools("a").await.unwrap();
    servers.close().await;
    assert_eq!((tools.server.tools().len(), tools.n_left_out), (MAX_TOOLS, 1_000 - MAX_TOOLS));
    assert_eq!(tools.left_out[0].why.to_string(), "the server has more than 256 tools");
}

#[tokio::test]
async fn pages_without_end_have_one() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("endless", folder.path());
    let tools = servers.tools("a").await.unwrap();
    assert_eq!((tools.server.tools().len(), tools.n_left_out), (0, 0));
    let resources = servers.resources("a").await.unwrap();
    servers.close().await;
    assert_eq!((resources.resources.len(), resources.n_left_out), (1_000, 5_400));
    let n_asked = log(folder.path()).iter().filter(|line| *line == "tools/list").count();
    assert_eq!(n_asked, 64);
}

#[tokio::test]
async fn strange_tools_are_left_out_and_long_words_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("strange", folder.path());
    let tools = servers.tools("a").await.unwrap();
    servers.close().await;
    let names: Vec<&str> = tools.server.tools().iter().map(arena_core::mcp::Tool::name).collect();
    assert_eq!(names, ["good", "long"]);
    let long = tools.server.tool("long").unwrap().description();
    assert!(long.starts_with("[secret] é") && long.len() <= MAX_DESCRIPTION_BYTES, "{long}");
    let why: Vec<String> = tools.left_out.iter().map(|tool| tool.why.to_string()).collect();
    assert_eq!(
        why,
        [
            "the server has another tool of this name",
            "a name must have 1 to 128 of A-Z, a-z, 0-9, _, -, . and /",
            "a name must have 1 to 128 of A-Z, a-z, 0-9, _, -, . and /",
            "the schema of its arguments is deeper than 32 levels",
            "the schema of its arguments has 100013 bytes, and 65536 are taken",
        ]
    );
    assert!(tools.left_out.iter().all(|tool| tool.name.len() < 400 && !tool.name.contains(SECRET)));
}
