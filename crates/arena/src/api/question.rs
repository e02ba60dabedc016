//! `POST /agents/{name}/question`: one question to an agent's model, to see how it speaks before it plays.

use std::time::Duration;

use arena_core::agent::Agent;
use arena_core::message::{FailureClass, Message, ModelFailure, Request};
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::{Body, Named};
use super::problem::{self, Code, Problem};
use crate::access::{May, ToAdminister};
use crate::library;

/// The longest question, characters.
const MAX_TEXT_CHARS: usize = 20_000;

/// The client waits so long.
const PATIENCE: Duration = Duration::from_mins(2);

/// The routes of questions.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ask))
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// What it is asked.
    #[schema(min_length = 1, max_length = 20_000)]
    text: String,
    /// Which model answers; else the agent's own, or the mock.
    #[schema(example = "mock")]
    model: Option<String>,
}

/// What came back.
#[derive(Serialize, ToSchema)]
#[schema(as = AgentAnswer)]
struct Answer {
    /// What it says.
    text: String,
    /// Who answered.
    #[schema(example = "mock")]
    answered_by: String,
    /// Tokens read.
    input_tokens: u64,
    /// Tokens written.
    output_tokens: u64,
    /// Milliseconds.
    elapsed_ms: u64,
    /// What it cost, billionths of a US dollar; nothing if that is not known.
    cost_nanousd: Option<u64>,
}

/// Ask an agent
///
/// Its model is told the agent's instructions and the text, and nothing of a scenario: no tool, no secret. It counts against
/// what all matches may use together. Only for those who may see everything: an agent can be asked for its instructions.
#[utoipa::path(
    post, path = "/agents/{name}/question", tag = "agents", operation_id = "ask_agent", request_body = Question,
    params(("name" = String, Path, description = "Which agent")),
    responses(
        (status = 200, description = "The answer", body = Answer),
        problem::OfBody,
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 429, description = "What all matches may use is used up", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
        (status = 503, description = "No answer", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn ask(
    State(app): State<App>,
    _: May<ToAdminister>,
    Named(name): Named<Name>,
    Body(Question { text, model }): Body<Question>,
) -> Result<Json<Answer>, Problem> {
    if text.is_empty() || text.chars().count() > MAX_TEXT_CHARS {
        return Err(Problem::field("#/text", format!("write 1 to {MAX_TEXT_CHARS} characters")));
    }
    let named = model.map(|model| model.parse().map_err(|error| Problem::field("#/model", format!("{error}"))));
    let found = library::find::<Agent>(&**app.store(), &name).await?;
    let agent = found.ok_or_else(|| Problem::no("agent", &name))?.value;
    let model = named.transpose()?.or_else(|| agent.model.clone()).unwrap_or(ModelSpec::MOCK);
    if model == ModelSpec::Script {
        return Err(Problem::field(
            "#/model",
            format!("{name} asks no model: what it says is in the scenario; name one"),
        ));
    }
    app.roster().chain(&model, Some(agent.seat)).map_err(|error| Problem::field("#/model", error.to_string()))?;
    let request = Request {
        seat: agent.seat,
        messages: vec![Message::System { text: agent.prompt.clone() }, Message::User { text }],
        tools: vec![],
        schema: None,
        sampling: agent.sampling,
        seed: 1,
    };
    let reply = app.runner().ask(&model, &request, agent.price, PATIENCE).await?.map_err(no_answer)?;
    Ok(Json(Answer {
        text: reply.text,
        answered_by: reply.answered_by.to_string(),
        input_tokens: reply.usage.input_tokens,
        output_tokens: reply.usage.output_tokens,
        elapsed_ms: reply.elapsed_ms,
        cost_nanousd: reply.cost_nanousd,
    }))
}

/// Who may see everything is told what the model's failure says.
fn no_answer(ModelFailure { class, message, .. }: ModelFailure) -> Problem {
    match class {
        FailureClass::Misconfigured | FailureClass::Rejected => Problem::field("#/model", message),
        FailureClass::Unavailable => Problem::new(Code::Unavailable, message).retry_after(10),
    }
}
