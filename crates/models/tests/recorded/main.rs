//! Recorded answers and refusals of real providers, served again to the client that speaks their API.
//!
//! Runs where `ARENA_WIRE_DIR` names their folder. What is recorded is not ours, so it is not in the repository.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod cassette;
#[expect(dead_code, reason = "the tests against faults use all of it")]
#[path = "../fault_server/mod.rs"]
mod fault_server;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::Seat;
use arena_core::message::{Message, Request, Sampling};
use arena_models::{Anthropic, Endpoint, Gemini, Http, Model, OpenAi, Timeouts};

use crate::fault_server::{FaultServer, Step, http};
use crate::wire::{Api, Recorded};

/// The client that speaks `api` to a server at `base_url`; without one, the recorded exchange is skipped.
fn client(api: Api, base_url: &str, http: &Http) -> Option<Arc<dyn Model>> {
    let endpoint = Endpoint::parse(base_url, None).unwrap();
    match api {
        Api::ChatCompletions => {
            Some(Arc::new(OpenAi::new("openai:m".parse().unwrap(), "m", endpoint, http.clone(), true)))
        }
        Api::AnthropicMessages => {
            Some(Arc::new(Anthropic::new("anthropic:m".parse().unwrap(), "m", endpoint, http.clone(), true)))
        }
        Api::GeminiGenerateContent => {
            Some(Arc::new(Gemini::new("gemini:m".parse().unwrap(), "m", endpoint, http.clone(), true)))
        }
        Api::Other => None,
    }
}

/// Refusals of which the status does not tell the kind, and what looks like an answer and is none: the end of the file's
/// name, the status, and the error.
const SURPRISES: &[(&str, u16, &str)] = &[
    (
        "deepseek/wire_shape_matrix/chat_completion_rejects_an_unknown_model_with_the_provider_body.yaml",
        400,
        "NotFound",
    ),
    ("gemini/response_identity/auth_rejection_keeps_transport_shape.yaml", 400, "Auth"),
    // Arguments in pieces, which come only to who asks for them.
    ("google-stream-no-args-tool-call.chunks.txt", 200, "Malformed"),
    ("google-stream-tool-call-arguments.chunks.txt", 200, "Malformed"),
    ("google-stream-tool-call-array-arguments-missing-terminal-function-call.chunks.txt", 200, "Malformed"),
    ("google-vertex-stream-tool-call-arguments-nested.1.chunks.txt", 200, "Malformed"),
    ("groq/test_tool_use_failed_error_with_text.yaml", 400, "Malformed"),
    ("llamacpp/error_matrix/context_overflow_blocking.yaml", 400, "ContextOverflow"),
    ("llamacpp/error_matrix/context_overflow_streaming.yaml", 400, "ContextOverflow"),
    ("mistral/response_identity_edge/blocking_error_carries_the_correlation_id.yaml", 400, "NotFound"),
    ("mistral/response_identity_edge/streaming_error_carries_the_correlation_id.yaml", 400, "NotFound"),
    ("openrouter/response_identity_edge/routed_failure_error_shape.yaml", 400, "NotFound"),
    ("reasoning-model-legacy-parameter-error.json", 400, "Unsupported"),
    ("spliced-message-start.chunks.txt", 200, "Malformed"),
];

/// What an exchange should come to: `answer`, or the name of an error.
fn expected(recorded: &Recorded) -> &'static str {
    let is_it = |(file, status, _): &&(&str, u16, &str)| recorded.file.ends_with(file) && recorded.status == *status;
    if let Some((_, _, error)) = SURPRISES.iter().find(is_it) {
        return error;
    }
    match recorded.status {
        200 => "answer",
        401 | 403 => "Auth",
        404 => "NotFound",
        429 => "Busy",
        503 | 529 => "Overloaded",
        500.. => "Server",
        _ => "BadRequest",
    }
}

#[tokio::test]
async fn recorded_answers_are_taken_and_recorded_refusals_are_understood() {
    let Some(folder) = std::env::var_os("ARENA_WIRE_DIR") else {
        println!("skipped: ARENA_WIRE_DIR is not set");
        return;
    };
    let limit = Duration::from_secs(20);
    let http = Http::new(Timeouts { connect: limit, first_byte: limit, idle: limit, total: limit }).unwrap();
    let (mut seen, mut wrong) = (BTreeMap::new(), Vec::new());
    for recorded in wire::read(Path::new(&folder)) {
        let expected = expected(&recorded);
        let outcome = outcome(&recorded, &http).await.unwrap_or_else(|| "skipped".to_owned());
        if outcome != "skipped" && outcome != expected {
            wrong.push(format!("{} {}: {outcome}, not {expected}", recorded.status, recorded.file));
        }
        *seen.entry((recorded.api, outcome)).or_insert(0) += 1;
    }
    for ((api, outcome), n) in &seen {
        println!("{api:?}: {n} {outcome}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for api in [Api::ChatCompletions, Api::AnthropicMessages, Api::GeminiGenerateContent] {
        let n_of = |is_it: fn(&str) -> bool| -> usize {
            seen.iter().filter(|((of, outcome), _)| *of == api && is_it(outcome)).map(|(_, n)| n).sum()
        };
        assert!(n_of(|outcome| outcome == "answer") > 0, "no answers of {api:?} in {}", folder.display());
        assert!(n_of(|outcome| outcome != "answer") > 0, "no refusals of {api:?} in {}", folder.display());
    }
}

/// `answer`, or the name of the error. `None` if no client speaks the API.
async fn outcome(recorded: &Recorded, client_http: &Http) -> Option<String> {
    let server = FaultServer::start(vec![Step::Send(http(recorded.status, "", &recorded.body))]).await;
    let model = client(recorded.api, &server.base_url(), client_http)?;
    Some(match model.ask(&question(), &|_| {}).await {
        Ok(_) => "answer".to_owned(),
        Err(error) => format!("{error:?}").split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned(),
    })
}

fn question() -> Request {
    Request {
        seat: Seat::Red,
        messages: vec![Message::User { text: "hello".into() }],
        tools: vec![],
        schema: None,
        sampling: Sampling { temperature: None, max_output_tokens: 64 },
        seed: 7,
    }
}
