//! A client that hides nothing: it sends one request on a connection of its own and keeps every byte and the end.

use std::io::ErrorKind;
use std::time::Duration;

use arena::mock_llm::{MockLlm, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Long enough that only a broken test waits for it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub(crate) struct Heard {
    /// 0 if there was no head.
    pub(crate) status: u16,
    /// Lines with names in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) end: End,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As HTTP wants it.
    Good,
    /// The connection was closed before.
    Early,
    Reset,
    /// Nothing more came in the time that was given.
    Silence,
}

/// A vendor's API in one of its forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    OpenAi,
    OpenAiStream,
    Anthropic,
    AnthropicStream,
    Gemini,
    GeminiStream,
    GeminiList,
}

impl Api {
    pub(crate) const ALL: [Self; 7] = [
        Self::OpenAi,
        Self::OpenAiStream,
        Self::Anthropic,
        Self::AnthropicStream,
        Self::Gemini,
        Self::GeminiStream,
        Self::GeminiList,
    ];
    pub(crate) const STREAMS: [Self; 3] = [Self::OpenAiStream, Self::AnthropicStream, Self::GeminiStream];
    pub(crate) const WHOLE: [Self; 3] = [Self::OpenAi, Self::Anthropic, Self::Gemini];

    pub(crate) fn path(self, model: &str) -> String {
        match self {
            Self::OpenAi | Self::OpenAiStream => "/v1/chat/completions".to_owned(),
            Self::Anthropic | Self::AnthropicStream => "/v1/messages".to_owned(),
            Self::Gemini => format!("/v1beta/models/{model}:generateContent"),
            Self::GeminiStream => format!("/v1beta/models/{model}:streamGenerateContent?alt=sse"),
            Self::GeminiList => format!("/v1beta/models/{model}:streamGenerateContent"),
        }
    }

    /// A question to `model` that offers `tools` by name.
    pub(crate) fn question(self, model: &str, text: &str, tools: &[&str]) -> Value {
        let schema = json!({"type": "object", "properties": {"city": {"enum": ["Bern"]}}, "required": ["city"]});
        let tools = |tool: &dyn Fn(&str) -> Value| tools.iter().map(|name| tool(name)).collect::<Vec<_>>();
        match self {
            Self::OpenAi | Self::OpenAiStream => json!({
                "model": model,
                "messages": [{"role": "user", "content": text}],
                "stream": self == Self::OpenAiStream,
                "stream_options": {"include_usage": true},
                "tools": tools(&|name| json!({"type": "function", "function": {"name": name, "parameters": schema}})),
            }),
            Self::Anthropic | Self::AnthropicStream => json!({
                "model": model,
                "max_tokens": 1000,
                "messages": [{"role": "user", "content": text}],
                "stream": self == Self::AnthropicStream,
                "tools": tools(&|name| json!({"name": name, "input_schema": schema})),
            }),
            Self::Gemini | Self::GeminiStream | Self::GeminiList => json!({
                "contents": [{"role": "user", "parts": [{"text": text}]}],
                "tools": [{"functionDeclarations": tools(&|name| json!({"name": name, "parameters": schema}))}],
            }),
        }
    }

    /// The events of a stream, or the items of a list, parsed; what is no JSON is its text.
    pub(crate) fn events(self, body: &[u8]) -> Vec<Value> {
        let text = std::str::from_utf8(body).unwrap();
        if self == Self::GeminiList {
            return serde_json::from_str(text).unwrap();
        }
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data))).collect()
    }
}

/// A server that answers at once.
pub(crate) async fn server() -> MockLlm {
    MockLlm::start(Options::default()).await.unwrap()
}

/// Asks `api` for a short answer, with a fault.
pub(crate) async fn ask(server: &MockLlm, api: Api, fault: &str) -> Heard {
    ask_with(server, api, fault, &api.question("mock", "hi", &[])).await
}

pub(crate) async fn ask_with(server: &MockLlm, api: Api, fault: &str, question: &Value) -> Heard {
    let fault = if fault.is_empty() { vec![] } else { vec![("x-mock-fault", fault)] };
    post(server, &api.path("mock"), &fault, question.to_string().as_bytes()).await
}

pub(crate) async fn post(server: &MockLlm, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Heard {
    send(server, "POST", path, headers, body, DEADLINE).await
}

pub(crate) async fn get(server: &MockLlm, path: &str, headers: &[(&str, &str)]) -> Heard {
    send(server, "GET", path, headers, b"", DEADLINE).await
}

/// Sends one request and listens until the end, at most for `patience`.
pub(crate) async fn send(
    server: &MockLlm,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    patience: Duration,
) -> Heard {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: mock\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let request = [head.as_bytes(), b"connection: close\r\n\r\n", body].concat();
    stream.write_all(&request).await.unwrap();
    let mut bytes = Vec::new();
    let end = loop {
        match tokio::time::timeout(patience, stream.read_buf(&mut bytes)).await {
            Err(_) => break End::Silence,
            Ok(Ok(0)) => break End::Good,
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset => break End::Reset,
            Ok(Err(error)) => panic!("{error}"),
        }
    };
    Heard::read(&bytes, end)
}

impl Heard {
    fn read(bytes: &[u8], end: End) -> Self {
        let Some(length) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Self { status: 0, head: String::new(), body: bytes.to_vec(), end };
        };
        let head = String::from_utf8(bytes[..length].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let lower = |line: &str| line.split_once(':').map(|(name, value)| format!("{}:{value}", name.to_lowercase()));
        let head: Vec<String> = head.lines().filter_map(lower).collect();
        let all = Self { status, head: head.join("\n"), body: bytes[length + 4..].to_vec(), end };
        if all.header("transfer-encoding") == Some("chunked") { all.unchunked() } else { all }
    }

    fn unchunked(self) -> Self {
        let (mut rest, mut body) = (self.body.as_slice(), Vec::new());
        loop {
            let line = rest.windows(2).position(|two| two == b"\r\n");
            let size = line.and_then(|end| usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok());
            let (Some(line), Some(size)) = (line, size) else {
                let end = if self.end == End::Good { End::Early } else { self.end };
                return Self { body, end, ..self };
            };
            if size == 0 {
                return Self { body, ..self };
            }
            rest = &rest[line + 2..];
            body.extend_from_slice(&rest[..size.min(rest.len())]);
            rest = rest.get(size + 2..).unwrap_or_default();
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }
}
