//! A model that keeps to a script: a server with OpenAI's API that says one thing after the other, and keeps what it was
//! asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{response, serve};

/// What the model says next.
#[derive(Clone)]
pub(crate) enum Say {
    /// Text.
    Text(String),
    /// Calls of tools, by name and arguments.
    Calls(Vec<(String, Value)>),
    /// Nothing, for ever.
    Hang,
}

pub(crate) struct Script {
    pub(crate) base_url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

pub(crate) fn call(tool: &str, arguments: Value) -> Say {
    Say::Calls(vec![(tool.to_owned(), arguments)])
}

impl Script {
    /// Serves for as long as the test's process lives.
    pub(crate) fn start(says: impl IntoIterator<Item = Say>) -> Self {
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let says: Arc<Mutex<VecDeque<Say>>> = Arc::new(Mutex::new(says.into_iter().collect()));
        let kept = Arc::clone(&asked);
        let base_url = serve(move |request| {
            let (_, body) = request.split_once("\r\n\r\n")?;
            let n_asked = {
                let mut kept = kept.lock().unwrap();
                kept.push(serde_json::from_str(body).unwrap());
                kept.len()
            };
            let say = says.lock().unwrap().pop_front().unwrap_or(Say::Text("That is all.".to_owned()));
            Some(response("200 OK", "text/event-stream", &stream(n_asked, say)))
        });
        Self { base_url, asked }
    }

    /// The questions so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

fn stream(n_asked: usize, say: Say) -> String {
    let (delta, reason) = match say {
        Say::Text(text) => (json!({"content": text}), "stop"),
        Say::Calls(calls) => {
            let call = |(i, (tool, arguments)): (usize, (String, Value))| {
                let function = json!({"name": tool, "arguments": arguments.to_string()});
                json!({"index": i, "id": format!("call-{n_asked}-{i}"), "type": "function", "function": function})
            };
            (json!({"tool_calls": calls.into_iter().enumerate().map(call).collect::<Vec<_>>()}), "tool_calls")
        }
        Say::Hang => loop {
            std::thread::park();
        },
    };
    let said = json!({"choices": [{"index": 0, "delta": delta}]}).to_string();
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}).to_string();
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}).to_string();
    [said, end, usage, "[DONE]".to_owned()].map(|event| format!("data: {event}\n\n")).concat()
}
