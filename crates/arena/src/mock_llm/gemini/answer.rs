//! An answer as generated content: whole, in events, or as a list. The shapes are those that `google-genai` reads.

use serde::Serialize;
use serde_json::{Value, json};

use crate::mock_llm::answer::{Answer, Call, Ending, Said, pieces};
use crate::mock_llm::events::{Events, Framing, Written};
use crate::mock_llm::question::{Delivery, Question};
use crate::mock_llm::twist::Twist;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextChunk<'a> {
    candidates: &'a [TextCandidate<'a>],
    model_version: &'a str,
    response_id: &'a str,
}

#[derive(Serialize)]
struct TextCandidate<'a> {
    content: TextContent<'a>,
    index: u32,
}

#[derive(Serialize)]
struct TextContent<'a> {
    parts: [Text<'a>; 1],
    role: &'static str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

/// The answer's bytes.
pub(crate) fn write(question: &Question, answer: &Answer, twist: Option<&Twist>) -> Written {
    match question.delivery {
        Delivery::Whole => {
            let parts = parts(answer, twist);
            Written::whole(&last(question, answer, twist, &parts))
        }
        Delivery::Stream { .. } => stream(question, answer, twist, Framing::Events),
        Delivery::List => stream(question, answer, twist, Framing::List),
    }
}

/// `GET /v1beta/models`.
pub(crate) fn models(names: &[&str]) -> Value {
    let model = |name: &&str| {
        json!({
            "name": format!("models/{name}"),
            "version": "1",
            "displayName": name,
            "description": "A mock.",
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
        })
    };
    json!({"models": names.iter().map(model).collect::<Vec<_>>()})
}

/// All chunks but the last have words, the last has the rest and says how it ends.
fn stream(question: &Question, answer: &Answer, twist: Option<&Twist>, framing: Framing) -> Written {
    let mut events = Events::new(framing);
    let is_bare = twist == Some(&Twist::EmptyChoices) || answer.ending == Ending::Refused;
    if let (Said::Text(text), false) = (&answer.said, is_bare) {
        for text in pieces(text) {
            let candidate =
                [TextCandidate { content: TextContent { parts: [Text { text }], role: "model" }, index: 0 }];
            let chunk = TextChunk { candidates: &candidate, model_version: &question.model, response_id: &answer.id };
            events.add(None, &chunk);
        }
    }
    let rest = match &answer.said {
        Said::Text(_) => vec![],
        Said::Calls(_) => parts(answer, twist),
    };
    events.close();
    events.add(None, &last(question, answer, twist, &rest));
    events.finish()
}

fn parts(answer: &Answer, twist: Option<&Twist>) -> Vec<Value> {
    match &answer.said {
        Said::Text(text) if text.is_empty() => vec![],
        Said::Text(text) => vec![json!({"text": text})],
        // Gemini does not pass broken calls on: it says that there was one.
        Said::Calls(_) if twist == Some(&Twist::MalformedTool) => vec![],
        Said::Calls(calls) => {
            let part = |call: &Call| json!({"functionCall": {"name": call.tool, "args": call.arguments}});
            calls.iter().map(part).collect()
        }
    }
}

/// The answer, or its last chunk.
fn last(question: &Question, answer: &Answer, twist: Option<&Twist>, parts: &[Value]) -> Value {
    let mut response = json!({"modelVersion": question.model, "responseId": answer.id});
    if answer.ending == Ending::Refused {
        // The prompt itself was refused: there is no candidate.
        response["promptFeedback"] = json!({"blockReason": "SAFETY", "safetyRatings": ratings()});
    } else if twist == Some(&Twist::EmptyChoices) {
        response["candidates"] = json!([]);
    } else {
        let mut candidate = json!({"finishReason": finish(answer, twist), "index": 0});
        if !parts.is_empty() || answer.ending == Ending::Stop {
            candidate["content"] = json!({"parts": parts, "role": "model"});
        }
        if answer.ending == Ending::Filtered {
            candidate["safetyRatings"] = ratings();
        }
        response["candidates"] = json!([candidate]);
    }
    if twist != Some(&Twist::NoUsage) {
        response["usageMetadata"] = json!({
            "promptTokenCount": answer.n_input_tokens,
            "candidatesTokenCount": answer.n_output_tokens,
            "totalTokenCount": answer.n_input_tokens + answer.n_output_tokens,
        });
    }
    response
}

fn ratings() -> Value {
    json!([{"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": true}])
}

fn finish(answer: &Answer, twist: Option<&Twist>) -> &'static str {
    match (answer.ending, twist) {
        (Ending::Calls, Some(Twist::MalformedTool)) => "MALFORMED_FUNCTION_CALL",
        (Ending::Stop | Ending::Calls | Ending::Refused, _) => "STOP",
        (Ending::Length, _) => "MAX_TOKENS",
        (Ending::Filtered, _) => "SAFETY",
        (Ending::Unknown, _) => "UNHEARD_OF",
    }
}
