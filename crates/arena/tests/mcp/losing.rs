//! Calls that are not answered: each kind of failure says what can be done, and holds no secret.

use arena::mcp::{Error, Servers};

use crate::hostile::{SECRET, echo, log, logged, servers, servers_with};

/// What the call comes to, after the server was closed.
async fn error(servers: Servers) -> Error {
    let error = echo(&servers).await.unwrap_err();
    servers.close().await;
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
    error
}

#[tokio::test]
async fn a_server_that_dies_is_lost_with_its_last_words_and_started_anew() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("dies", folder.path());
    for n_started in 1..=2 {
        let Err(Error::Lost { cause, said, .. }) = echo(&servers).await else { panic!("it is not dead") };
        assert_eq!((cause.as_str(), said.as_str()), ("it ended", "out of memory, [secret]"));
        let log = log(folder.path());
        let n_calls = log.iter().filter(|line| *line == "tools/call").count();
        let started = log.iter().filter(|line| *line == "started").count();
        assert_eq!((started, n_calls), (n_started, n_started), "a call is made once");
    }
    servers.close().await;
}

#[tokio::test]
async fn a_refusal_and_a_wrong_answer_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let Error::Refused { code, message, .. } = error(servers("refuses", folder.path())).await else { panic!("taken") };
    assert_eq!(code, -32_602);
    assert!(message.starts_with("no such tool, [secret] xxx") && message.len() < 400, "{message}");
    let wrong = error(servers("wrong", folder.path())).await;
    assert_eq!(wrong.to_string(), "the answer of MCP server a is not one to what was asked");
}

#[tokio::test]
async fn who_never_answers_runs_out_of_time_and_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers_with("never", folder.path(), "timeout_seconds = 0.2");
    let error = echo(&servers).await.unwrap_err();
    assert_eq!(error.to_string(), "MCP server a did not answer within 200ms");
    logged(folder.path(), "notifications/cancelled").await;
    servers.close().await;
}

#[tokio::test]
async fn a_call_that_is_given_up_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("never", folder.path());
    tokio::select! {
        _ = echo(&servers) => panic!("it never answers"),
        () = logged(folder.path(), "tools/call") => {}
    }
    logged(folder.path(), "notifications/cancelled").await;
    servers.close().await;
}

#[tokio::test]
async fn who_does_not_shake_hands_is_not_connected() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, why) in [("silent", "it did not shake hands within 1s"), ("another", "expect initialized result")] {
        let error = error(servers_with(kind, folder.path(), "connect_seconds = 1")).await;
        let Error::NotConnected { cause, .. } = &error else { panic!("{error:?}") };
        assert!(cause.starts_with(why), "{cause}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_not_started() {
    let of = |source: &str| {
        Servers::new(&arena::config::Config::parse("arena.toml", source, &[("X", "y")].into_iter().collect()).unwrap())
    };
    for (source, said) in [
        ("[mcp.b]\ncommand = \"x\"", "there is no MCP server \"a\"; there are: b"),
        ("[mcp.a]\ncommand = \"x\"\nenabled = false", "MCP server a is not enabled: arena.toml:1"),
        ("[mcp.a]\ncommand = \"x\"\nenv = [\"KEY\"]", "MCP server a needs a variable: set KEY"),
        (
            "[mcp.a]\nurl = \"http://127.0.0.1:1\"\nheaders = { x-key = { env = \"KEY\" } }",
            "MCP server a needs a variable: set KEY",
        ),
        (
            "[mcp.a]\ncommand = \"/nowhere/at-all\"",
            "MCP server a cannot be started: /nowhere/at-all: No such file or directory (os error 2)",
        ),
    ] {
        assert_eq!(echo(&of(source)).await.unwrap_err().to_string(), said);
    }
}

#[tokio::test]
async fn all_who_wait_for_a_server_share_one_start() {
    let folder = tempfile::tempdir().unwrap();
    let servers = servers("good", folder.path());
    let answers = futures_util::future::join_all((0..16).map(|_| echo(&servers))).await;
    assert!(answers.iter().all(Result::is_ok));
    servers.close().await;
    assert_eq!(log(folder.path()).iter().filter(|line| *line == "started").count(), 1);

    let folder = tempfile::tempdir().unwrap();
    let silent = servers_with("silent", folder.path(), "connect_seconds = 0.5");
    let answers = futures_util::future::join_all((0..16).map(|_| echo(&silent))).await;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(log(folder.path()).iter().filter(|line| *line == "started").count(), 1);
}
