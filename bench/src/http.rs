//! A connection that is kept open, on which one request follows another. It reads what our servers write, no more.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection to a server.
pub struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    /// What was read last: an answer, and nothing beyond it.
    read: Vec<u8>,
}

/// An answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, as they came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Connection {
    /// Opens one.
    ///
    /// # Panics
    /// If nobody listens there.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("TCP has it");
        Self { stream, address, read: Vec::new() }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Panics
    /// If the server breaks off.
    pub async fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = request(method, path, self.address, body);
        let end = self.exchange(&request).await;
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        Answer { status: status(&self.read), head, body: self.read[end..].to_vec() }
    }

    /// Sends the bytes of a request and reads the answer away. Returns where its head ends.
    ///
    /// # Panics
    /// If the server breaks off.
    pub async fn exchange(&mut self, request: &[u8]) -> usize {
        self.stream.write_all(request).await.expect("the server reads");
        self.read.clear();
        loop {
            let n = self.stream.read_buf(&mut self.read).await.expect("the server writes");
            assert!(n > 0, "the server has closed");
            if let Some(end) = end_of_head(&self.read)
                && self.read.len() >= end + body_bytes(&self.read[..end])
            {
                return end;
            }
        }
    }

    /// The status of the last answer.
    pub fn status(&self) -> u16 {
        status(&self.read)
    }
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, host: SocketAddr, body: Option<&Value>) -> Vec<u8> {
    let body = body.map(Value::to_string);
    let about = body
        .as_ref()
        .map_or(String::new(), |body| format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{about}\r\n{}", body.unwrap_or_default()).into_bytes()
}

/// Where a head ends, if it is there.
pub fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// `HTTP/1.1 200`: three digits at a fixed place.
fn status(bytes: &[u8]) -> u16 {
    std::str::from_utf8(&bytes[9..12]).ok().and_then(|digits| digits.parse().ok()).expect("a status")
}

/// Our servers write names of headers in small letters.
fn body_bytes(head: &[u8]) -> usize {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let Some(at) = head.windows(NAME.len()).position(|piece| piece == NAME) else { return 0 };
    let digits = head[at + NAME.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |n, digit| n * 10 + usize::from(digit - b'0'))
}
