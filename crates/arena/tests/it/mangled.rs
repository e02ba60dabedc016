//! Requests that are broken in every way: bytes flipped, cut off, doubled, taken from elsewhere. Each is answered, none with
//! a fault of the server, and a match is played on beside them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::serve::{Served, ask, begin, client, until_it_is};

/// So many are sent. What is found by more is found by more runs: each begins elsewhere.
const N_REQUESTS: usize = 4_000;

/// What is broken: one of each kind of request.
const WHOLE: [(&str, &str, &str); 10] = [
    (
        "POST",
        "/matches",
        r#"{"scenario":"support-desk","rounds":2,"seed":"a","models":{"all":"mock"},"budget":{"calls":9}}"#,
    ),
    ("POST", "/agents", r#"{"source":"name = \"x\"\nseat = \"red\"\nsummary = \"y\"\n[strategy]\nkind = \"pack\"\n"}"#),
    ("POST", "/scenarios/check", r#"{"source":"name = \"x\"\ntitle = \"y\"\n[[objectives]]\nid = \"z\"\n"}"#),
    ("POST", "/reports", r#"{"matches":["01kanp8m6s1x3f0v9h2r7c4d5e"],"format":"html"}"#),
    ("POST", "/tokens", r#"{"name":"x","scopes":["read"],"expires_in_s":60}"#),
    ("PUT", "/agents/mine", r#"{"source":"name = \"mine\""}"#),
    ("GET", "/matches?status=running&sort=created_at&limit=3&cursor=eyJhZnRlciI6IjEifQ", ""),
    ("GET", "/matches/01kanp8m6s1x3f0v9h2r7c4d5e/events?after=3&limit=5&wait=0&audience=red", ""),
    ("GET", "/matches/01kanp8m6s1x3f0v9h2r7c4d5e/transcript?format=text", ""),
    ("DELETE", "/agents/mine?rev=1", ""),
];

/// Chance that a seed repeats (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % below as u64).unwrap()
    }
}

/// A request, broken in one to four places of its head or its body.
fn mangled(dice: &mut Dice, host: &str) -> Vec<u8> {
    let (method, path, body) = WHOLE[dice.roll(WHOLE.len())];
    let mut body = body.as_bytes().to_vec();
    let mut line = format!("{method} /api/v1{path} HTTP/1.1").into_bytes();
    let where_else = WHOLE[dice.roll(WHOLE.len())].2.as_bytes().to_vec();
    for _ in 0..=dice.roll(4) {
        let part = if body.is_empty() || dice.roll(3) == 0 { &mut line } else { &mut body };
        let at = dice.roll(part.len().max(1)).min(part.len());
        match dice.roll(7) {
            0 if at < part.len() => part[at] ^= 1 << dice.roll(8),
            1 => part.truncate(at),
            2 => part.insert(at, u8::try_from(dice.roll(256)).unwrap()),
            3 => {
                let end = (at + dice.roll(20)).min(part.len());
                let piece = part[at..end].to_vec();
                part.splice(at..at, piece);
            }
            4 => {
                let end = (at + dice.roll(20)).min(part.len());
                part.drain(at..end);
            }
            5 => drop(part.splice(at..at, where_else.iter().copied())),
            _ => {
                let odd: [&[u8]; 6] = [b"%00", b"..%2f", &[0xff, 0xfe], b"\\u0000", b"1e999", b"[[[[[[[["];
                part.splice(at..at, odd[dice.roll(odd.len())].iter().copied());
            }
        }
    }
    let head = format!(
        "\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [line, head.into_bytes(), body].concat()
}

/// The status of the answer; nothing if the connection was closed instead.
fn status(address: &str, request: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Who is refused early may be cut off while still sending.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("no answer: {error}: {}", String::from_utf8_lossy(request)),
    }
    let text = String::from_utf8_lossy(&answer);
    text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_requests_are_answered_and_harm_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let body = json!({"scenario": "support-desk", "mode": "continuous", "models": {"all": "mock:5ms"}});
    let id = begin(&client, &served, body).await;
    until_it_is(&client, &served, &id, "running").await;
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let mut dice = Dice(u64::try_from(seed & u128::from(u64::MAX)).unwrap());
    let address = served.address().to_owned();
    let mut n_answered = 0;
    let mut n_refused = 0;
    for n in 0..N_REQUESTS {
        let request = mangled(&mut dice, &address);
        let found = status(&address, &request);
        // Bodies are broken more often than heads: most reach a handler.
        n_answered += usize::from(found.is_some());
        n_refused += usize::from(found.is_some_and(|status| (400..500).contains(&status)));
        let is_fault = found.is_some_and(|status| status >= 500 && status != 503);
        assert!(!is_fault, "seed {seed}, request {n}: {found:?} to {}", String::from_utf8_lossy(&request));
    }
    assert!(n_answered > N_REQUESTS / 2 && n_refused > N_REQUESTS / 4, "{n_answered} answered, {n_refused} refused");
    let (_, shown) = ask(&client, Method::GET, &served.api(&format!("/matches/{id}")), None).await;
    assert_eq!(shown["status"], "running", "{shown}");
    let before = shown["position"]["seq"].as_u64().unwrap();
    let next = served.api(&format!("/matches/{id}/events?after={before}&wait=30"));
    assert!(!ask(&client, Method::GET, &next, None).await.1["data"].as_array().unwrap().is_empty());
}
