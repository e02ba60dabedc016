//! A question out of the body of a chat completion.

use arena_core::json::canonical;
use serde_json::Value;

use crate::mock_llm::answer::is_for_blue;
use crate::mock_llm::question::{BadQuestion, Choice, Delivery, Question, Tool, filled_list, json, n_tokens, texts};

/// Reads the body. `deployment` is the model that stands in an Azure path.
pub(crate) fn read(body: &[u8], deployment: Option<&str>) -> Result<Question, BadQuestion> {
    let n_input_tokens = n_tokens(body.len());
    let mut body = json(body)?;
    let is_streamed = take(&mut body, "stream").as_bool().unwrap_or(false);
    let with_usage = take(&mut body, "stream_options").get("include_usage").and_then(Value::as_bool).unwrap_or(false);
    let model = body.get("model").and_then(Value::as_str).or(deployment);
    let model = model.ok_or_else(|| BadQuestion::new("you must provide a model parameter"))?.to_owned();
    let messages = filled_list(&body, "messages")?;
    let role = |message: &Value| message.get("role").and_then(Value::as_str).map(str::to_owned);
    if let Some(place) = messages.iter().position(|message| role(message).is_none()) {
        return Err(BadQuestion::new(format!("Missing required parameter: 'messages[{place}].role'")));
    }
    let is_system = |message: &&Value| matches!(role(message).as_deref(), Some("system" | "developer"));
    Ok(Question {
        digest: canonical(&body),
        delivery: if is_streamed { Delivery::Stream { with_usage } } else { Delivery::Whole },
        tools: tools(&body),
        choice: choice(body.get("tool_choice")),
        may_be_parallel: body.get("parallel_tool_calls").and_then(Value::as_bool).unwrap_or(true),
        answers_a_tool: messages.last().and_then(role).is_some_and(|role| role == "tool" || role == "function"),
        is_for_blue: messages.iter().filter(is_system).any(|message| is_for_blue(&texts(message.get("content")))),
        schema: schema(body.get("response_format")),
        max_tokens: ["max_completion_tokens", "max_tokens"].into_iter().find_map(|key| body.get(key)?.as_u64()),
        n_input_tokens,
        model,
    })
}

fn take(body: &mut Value, key: &str) -> Value {
    body.as_object_mut().and_then(|body| body.remove(key)).unwrap_or(Value::Null)
}

fn tools(body: &Value) -> Vec<Tool> {
    let tools = body.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    tools
        .iter()
        .filter_map(|tool| {
            let function = tool.get("function")?;
            let parameters = function.get("parameters").cloned().unwrap_or_default();
            Some(Tool { name: function.get("name")?.as_str()?.to_owned(), parameters })
        })
        .collect()
}

fn choice(choice: Option<&Value>) -> Choice {
    match choice {
        Some(Value::String(word)) if word == "none" => Choice::Never,
        Some(Value::String(word)) if word == "required" => Choice::Must,
        Some(choice) => {
            let name = choice.pointer("/function/name").and_then(Value::as_str);
            name.map_or(Choice::Maybe, |name| Choice::This(name.to_owned()))
        }
        None => Choice::Maybe,
    }
}

fn schema(format: Option<&Value>) -> Option<Value> {
    let format = format?;
    match format.get("type")?.as_str()? {
        "json_schema" => format.pointer("/json_schema/schema").cloned(),
        "json_object" => Some(serde_json::json!({"type": "object"})),
        _ => None,
    }
}
