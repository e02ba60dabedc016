//! A question out of the body of a request for content. Model and delivery stand in the path.
//!
//! The API takes every name in both spellings, `maxOutputTokens` and `max_output_tokens`, and its clients mix them.

use arena_core::json::canonical;
use serde_json::Value;

use crate::mock_llm::answer::is_for_blue;
use crate::mock_llm::question::{BadQuestion, Choice, Delivery, Question, Tool, filled_list, json, n_tokens, texts};

/// Reads the body of a question to `model`.
pub(crate) fn read(body: &[u8], model: &str, delivery: Delivery) -> Result<Question, BadQuestion> {
    let n_input_tokens = n_tokens(body.len());
    let body = json(body)?;
    let contents = filled_list(&body, "contents")
        .map_err(|_| BadQuestion::new("* GenerateContentRequest.contents: contents is not specified"))?;
    let config = field(&body, "generation_config").unwrap_or(&Value::Null);
    let system = field(&body, "system_instruction").and_then(|system| system.get("parts"));
    let calling = field(&body, "tool_config").and_then(|config| field(config, "function_calling_config"));
    Ok(Question {
        model: model.to_owned(),
        digest: canonical(&body),
        delivery,
        tools: tools(&body),
        choice: choice(calling),
        may_be_parallel: true,
        answers_a_tool: contents.last().is_some_and(holds_a_response),
        is_for_blue: is_for_blue(&texts(system)),
        schema: schema(config),
        max_tokens: field(config, "max_output_tokens").and_then(Value::as_u64),
        n_input_tokens,
    })
}

/// The field of this name, in either spelling.
fn field<'a>(object: &'a Value, snake: &str) -> Option<&'a Value> {
    let mut words = snake.split('_');
    let mut camel = words.next()?.to_owned();
    for word in words {
        let (first, rest) = word.split_at_checked(1)?;
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    object.get(camel).or_else(|| object.get(snake))
}

fn list<'a>(object: &'a Value, snake: &str) -> &'a [Value] {
    field(object, snake).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn holds_a_response(content: &Value) -> bool {
    list(content, "parts").iter().any(|part| field(part, "function_response").is_some())
}

fn tools(body: &Value) -> Vec<Tool> {
    list(body, "tools")
        .iter()
        .flat_map(|tool| list(tool, "function_declarations"))
        .filter_map(|function| {
            let parameters = field(function, "parameters").or_else(|| field(function, "parameters_json_schema"));
            let parameters = parameters.cloned().unwrap_or_default();
            Some(Tool { name: function.get("name")?.as_str()?.to_owned(), parameters })
        })
        .collect()
}

fn choice(calling: Option<&Value>) -> Choice {
    let allowed = calling.and_then(|calling| list(calling, "allowed_function_names").first()?.as_str());
    match (calling.and_then(|calling| calling.get("mode")?.as_str()), allowed) {
        (Some("NONE"), _) => Choice::Never,
        (Some("ANY"), Some(name)) => Choice::This(name.to_owned()),
        (Some("ANY"), None) => Choice::Must,
        _ => Choice::Maybe,
    }
}

fn schema(config: &Value) -> Option<Value> {
    let schema = field(config, "response_schema").or_else(|| field(config, "response_json_schema")).cloned();
    let is_json = field(config, "response_mime_type").and_then(Value::as_str) == Some("application/json");
    schema.or_else(|| is_json.then(|| serde_json::json!({"type": "object"})))
}
