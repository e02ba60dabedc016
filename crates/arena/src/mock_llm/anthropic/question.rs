//! A question out of the body of a message.

use arena_core::json::canonical;
use serde_json::Value;

use crate::mock_llm::answer::is_for_blue;
use crate::mock_llm::question::{BadQuestion, Choice, Delivery, Question, Tool, filled_list, json, n_tokens, texts};

/// Reads the body.
pub(crate) fn read(body: &[u8]) -> Result<Question, BadQuestion> {
    let n_input_tokens = n_tokens(body.len());
    let mut body = json(body)?;
    let is_streamed = body.as_object_mut().and_then(|body| body.remove("stream")) == Some(Value::Bool(true));
    let model = body.get("model").and_then(Value::as_str);
    let model = model.ok_or_else(|| BadQuestion::new("model: Field required"))?.to_owned();
    let messages =
        filled_list(&body, "messages").map_err(|_| BadQuestion::new("messages: at least one message is required"))?;
    // The one parameter that OpenAI's API does not ask for.
    let max_tokens = body.get("max_tokens").and_then(Value::as_u64);
    let max_tokens = Some(max_tokens.ok_or_else(|| BadQuestion::new("max_tokens: Field required"))?);
    let choice = body.get("tool_choice");
    let is_serial = choice.and_then(|choice| choice.get("disable_parallel_tool_use")?.as_bool()).unwrap_or(false);
    Ok(Question {
        digest: canonical(&body),
        delivery: if is_streamed { Delivery::Stream { with_usage: true } } else { Delivery::Whole },
        tools: tools(&body),
        choice: self::choice(choice),
        may_be_parallel: !is_serial,
        answers_a_tool: messages.last().is_some_and(holds_a_result),
        is_for_blue: is_for_blue(&texts(body.get("system"))),
        schema: ["/output_config/format/schema", "/output_format/schema"]
            .into_iter()
            .find_map(|path| body.pointer(path).cloned()),
        max_tokens,
        n_input_tokens,
        model,
    })
}

fn holds_a_result(message: &Value) -> bool {
    let blocks = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    blocks.iter().any(|block| block.get("type").and_then(Value::as_str) == Some("tool_result"))
}

fn tools(body: &Value) -> Vec<Tool> {
    let tools = body.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    tools
        .iter()
        .filter_map(|tool| {
            let parameters = tool.get("input_schema").cloned().unwrap_or_default();
            Some(Tool { name: tool.get("name")?.as_str()?.to_owned(), parameters })
        })
        .collect()
}

fn choice(choice: Option<&Value>) -> Choice {
    let word = |key: &str| choice.and_then(|choice| choice.get(key)?.as_str());
    match (word("type"), word("name")) {
        (Some("none"), _) => Choice::Never,
        (Some("any"), _) => Choice::Must,
        (Some("tool"), Some(name)) => Choice::This(name.to_owned()),
        _ => Choice::Maybe,
    }
}
