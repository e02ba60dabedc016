//! A server for single tests: it reads whole requests and answers each as the test says, for as long as the test's
//! process lives.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// A whole answer of the chat completions API: seven tokens read, one written.
pub(crate) const PONG: &str = r#"{"choices":[{"message":{"role":"assistant","content":"pong"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}"#;

/// A server that answers each request, its head and body, with a whole response; `None` closes the connection.
pub(crate) fn serve(respond: impl Fn(&str) -> Option<String> + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, respond) = (stream.unwrap(), respond.clone());
            std::thread::spawn(move || {
                let response = respond(&read_request(&mut stream)?)?;
                stream.write_all(response.as_bytes()).ok()
            });
        }
    });
    format!("http://{address}")
}

/// A server that says the same JSON to everybody.
pub(crate) fn saying(status: &'static str, body: &'static str) -> String {
    let response = response(status, "application/json", body);
    format!("{}/v1", serve(move |_| Some(response.clone())))
}

/// A response after which the connection is closed.
pub(crate) fn response(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// Head and body of one request; nothing if whoever sends it goes away.
pub(crate) fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut piece = [0; 8192];
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
    }
}
