//! One who watches over a WebSocket (RFC 6455): as little of one as reads what the server writes, so that the load is not
//! the measure.

pub mod lateness;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use self::lateness::Lateness;
use crate::http::end_of_head;

/// The example of RFC 6455, section 1.3: the answer to it is not looked at.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// How every envelope of a match begins, up to its id and after it.
const BEFORE_ID: &[u8] = b"{\"v\":1,\"topic\":\"match:";
const BEFORE_SEQ: &[u8] = b"\",\"seq\":";
const BEFORE_TS: &[u8] = b",\"ts\":\"";
const ID_BYTES: usize = 26;

/// The kernel doubles it, and holds little more for one who does not read.
const LITTLE_BYTES: u32 = 4 << 10;

/// What all who watch write down.
#[derive(Default)]
pub struct Notes {
    /// Events that reached a client.
    pub n_deliveries: AtomicU64,
    /// How late they did.
    pub lateness: Lateness,
}

/// A client that reads.
pub struct Watcher {
    stream: TcpStream,
    seen: Vec<Seen>,
    n_open: usize,
    /// Bytes that were read, and how many of them are done with.
    read: Vec<u8>,
    n_done: usize,
    /// Where in `seen` the last frame belonged: the next one mostly does, too.
    i: usize,
    /// Whether the server has asked whether it is there.
    is_asked: bool,
}

/// What was seen of a match.
pub struct Seen {
    /// Which match.
    pub id: String,
    /// The number of the last event that came.
    pub last: u64,
    /// Whether each event was the next.
    pub is_contiguous: bool,
}

/// A client that asks and then takes nothing.
pub struct Stalled {
    _stream: TcpStream,
}

impl Stalled {
    /// One who asked for these matches.
    ///
    /// # Panics
    /// If nobody listens there.
    pub async fn open(address: SocketAddr, ids: &[String]) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(LITTLE_BYTES).expect("a buffer may be small");
        let mut stream = socket.connect(address).await.expect("the server listens");
        greet(&mut stream, address, ids).await;
        Self { _stream: stream }
    }
}

impl Watcher {
    /// One who watches these matches from their beginning.
    ///
    /// # Panics
    /// If nobody listens there.
    pub async fn open(address: SocketAddr, ids: &[String]) -> Self {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        greet(&mut stream, address, ids).await;
        let seen: Vec<_> = ids.iter().map(|id| Seen { id: id.clone(), last: 0, is_contiguous: true }).collect();
        Self { stream, n_open: seen.len(), seen, read: Vec::with_capacity(16 << 10), n_done: 0, i: 0, is_asked: false }
    }

    /// Reads until all matches are over, or the server breaks off.
    ///
    /// # Panics
    /// If the server writes what it never does.
    pub async fn run(mut self, notes: &Notes) -> Vec<Seen> {
        // The head of the answer.
        while end_of_head(&self.read).is_none() {
            self.more().await;
        }
        assert!(self.read.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&self.read));
        self.n_done = end_of_head(&self.read).unwrap_or_default();
        while self.n_open > 0 {
            let now = Timestamp::now();
            let mut n = 0;
            while let Some((from, to)) = message(&self.read, self.n_done) {
                self.n_done = to;
                n += u64::from(self.hear(from, to, now, notes));
            }
            notes.n_deliveries.fetch_add(n, Ordering::Relaxed);
            if self.is_asked {
                self.is_asked = false;
                // Who does not answer is given up, whatever comes in.
                self.stream.write_all(&said("{\"t\":\"pong\"}")).await.expect("the server reads");
            }
            if self.n_open == 0 || !self.more().await {
                break;
            }
        }
        self.seen
    }

    /// Reads what is there. Whether the server is still there.
    async fn more(&mut self) -> bool {
        self.read.drain(..self.n_done);
        self.n_done = 0;
        self.stream.read_buf(&mut self.read).await.is_ok_and(|n| n > 0)
    }

    /// Takes one message. Whether it was an event.
    fn hear(&mut self, from: usize, to: usize, now: Timestamp, notes: &Notes) -> bool {
        let text = &self.read[from..to];
        let Some(rest) = text.strip_prefix(BEFORE_ID) else {
            self.n_open -= usize::from(text.starts_with(b"{\"t\":\"ended\""));
            self.is_asked |= text == b"{\"t\":\"ping\"}";
            return false;
        };
        let (id, rest) = rest.split_at(ID_BYTES);
        if self.seen[self.i].id.as_bytes() != id {
            self.i = self.seen.iter().position(|seen| seen.id.as_bytes() == id).expect("it was asked for");
        }
        let seen = &mut self.seen[self.i];
        // What has no number is no event.
        let Some(rest) = rest.strip_prefix(BEFORE_SEQ) else { return false };
        let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let seq = rest[..n_digits].iter().fold(0, |seq, digit| seq * 10 + u64::from(digit - b'0'));
        seen.is_contiguous &= seq == seen.last + 1;
        seen.last = seq;
        let ts = rest[n_digits..].strip_prefix(BEFORE_TS).expect("an operator sees each moment");
        let ts = ts.split(|byte| *byte == b'"').next().unwrap_or_default();
        let at: Timestamp = std::str::from_utf8(ts).ok().and_then(|ts| ts.parse().ok()).expect("a moment");
        notes.lateness.count(at, now);
        true
    }
}

async fn greet(stream: &mut TcpStream, address: SocketAddr, ids: &[String]) {
    stream.set_nodelay(true).expect("TCP has it");
    let mut words = format!(
        "GET /api/v1/ws HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n\r\n"
    )
    .into_bytes();
    for id in ids {
        words.extend(said(&format!("{{\"t\":\"sub\",\"topic\":\"match:{id}\",\"since\":0}}")));
    }
    stream.write_all(&words).await.expect("the server reads");
}

/// A message of a client: a text in one piece, masked with zeros, so that it stays as it is.
fn said(text: &str) -> Vec<u8> {
    let n_bytes = u8::try_from(text.len()).expect("it is short");
    assert!(n_bytes < 126, "a longer one has another head");
    [&[0x81, 0x80 | n_bytes, 0, 0, 0, 0][..], text.as_bytes()].concat()
}

/// Where the next whole message begins and ends, from `at` on.
fn message(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let head = bytes.get(at..at + 2)?;
    let (from, n) = match head[1] {
        126 => (at + 4, usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?))),
        127 => {
            let n = u64::from_be_bytes(bytes.get(at + 2..at + 10)?.try_into().ok()?);
            (at + 10, usize::try_from(n).ok()?)
        }
        n => (at + 2, usize::from(n)),
    };
    (bytes.len() >= from + n).then_some((from, from + n))
}
