//! Servers behind an address that answer, and not as an MCP server does.

use arena::config::Config;
use arena::mcp::{Error, Servers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::hostile::SECRET;

/// Answers every request with `answer`, and counts them.
async fn answering(listener: TcpListener, answer: String) {
    loop {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let n_bytes = socket.read(&mut request).await.unwrap();
        let request = String::from_utf8_lossy(&request[..n_bytes]).into_owned();
        assert!(request.contains(SECRET), "the header is sent");
        socket.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn an_address_that_is_no_server_is_not_connected_and_no_secret_is_repeated() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = elsewhere.local_addr().unwrap();
    let body = format!("bad token {SECRET}");
    let length = body.len();
    for answer in [
        format!("HTTP/1.1 401 Unauthorized\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ),
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ),
        format!("HTTP/1.1 307 Moved\r\nlocation: http://{location}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let source = format!(
            "[mcp.a]\nurl = \"http://{address}/mcp?token={SECRET}\"\nheaders = {{ authorization = {{ env = \"TOKEN\" }} }}"
        );
        let token = format!("Bearer {SECRET}");
        let environment = [("TOKEN", token.as_str())].into_iter().collect();
        let config = Config::parse("arena.toml", &source, &environment).unwrap();
        assert!(!format!("{config:?}").contains(SECRET), "{config:?}");
        let servers = Servers::new(&config);
        let error = tokio::select! {
            called = servers.tools("a") => called.unwrap_err(),
            () = answering(listener, answer.clone()) => panic!("it answers for ever"),
            _ = elsewhere.accept() => panic!("a redirect is not followed"),
        };
        servers.close().await;
        assert!(matches!(error, Error::NotConnected { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{answer}: {error}");
    }
}
