//! `http_request`: a request through the gate.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::route::access;
use super::{Failure, Job, Tool, arguments};
use crate::egress::{Request, Response, Target};
use crate::policy::Access;

/// Its name.
const NAME: &str = "http_request";

pub(super) struct HttpRequest;

#[derive(Deserialize)]
struct Arguments {
    url: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

#[async_trait]
impl Tool for HttpRequest {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.parse().expect("it is a name"),
            description: "Send an HTTP request and read the answer. Only hosts that the rules allow can be reached."
                .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "url": {"type": "string", "description": "http or https"},
                    "method": {"type": "string", "description": "GET if not given"},
                    "headers": {"type": "object", "additionalProperties": {"type": "string"}},
                    "body": {"type": "string"},
                },
                "required": ["url"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { url, method, .. } = arguments::read(arguments)?;
        let target = Target::parse(&url).map_err(|error| error.to_string())?;
        Ok(vec![access(&method, &target)])
    }

    fn needs_cell(&self) -> bool {
        false
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { url, method, headers, body } = arguments::read(arguments).map_err(Failure::Told)?;
        let request = Request { method, url, headers: headers.into_iter().collect(), body };
        Ok(told(&job.send(NAME, &request).await?))
    }
}

/// An answer as a model reads it.
pub(super) fn told(response: &Response) -> String {
    let Response { status, content_type, location, body, is_cut } = response;
    let mut text = format!("status {status}");
    if !content_type.is_empty() {
        let _ = write!(text, ", {content_type}");
    }
    if let Some(location) = location {
        let _ = write!(text, ", location {location}");
    }
    text += "\n\n";
    text += &String::from_utf8_lossy(body);
    if *is_cut {
        text += "\n[... what came after was not read ...]";
    }
    text
}
