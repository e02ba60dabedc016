//! `web_fetch`: a page, read through the gate.

use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::http_request::told;
use super::route::access;
use super::{Failure, Job, Tool, arguments};
use crate::egress::{Request, Target};
use crate::policy::Access;

/// Its name.
const NAME: &str = "web_fetch";

pub(super) struct WebFetch;

#[derive(Deserialize)]
struct Arguments {
    url: String,
}

#[async_trait]
impl Tool for WebFetch {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.parse().expect("it is a name"),
            description: "Read a page of the web, as it is written. Only hosts that the rules allow can be reached."
                .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "url": {"type": "string", "description": "http or https"},
                    "prompt": {"type": "string", "description": "what you look for; the page is given whole all the same"},
                },
                "required": ["url"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { url } = arguments::read(arguments)?;
        let target = Target::parse(&url).map_err(|error| error.to_string())?;
        Ok(vec![access("GET", &target)])
    }

    fn needs_cell(&self) -> bool {
        false
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { url } = arguments::read(arguments).map_err(Failure::Told)?;
        Ok(told(&job.send(NAME, &Request { url, ..Request::default() }).await?))
    }
}
