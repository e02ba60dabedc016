//! Answers without a fault: one content, seven forms; tools, structures, models, and the same again.

use arena::mock_llm::{MockLlm, Options};
use serde_json::{Value, json};

use crate::client::{Api, End, ask, ask_with, get, post, server};

/// The text and the calls (tool and arguments) of an answer in this form.
fn content(api: Api, body: &[u8]) -> (String, Vec<(String, Value)>) {
    let mut text = String::new();
    let mut calls: Vec<(String, String)> = Vec::new();
    let events = match api {
        Api::OpenAi | Api::Anthropic | Api::Gemini => vec![serde_json::from_slice(body).unwrap()],
        _ => api.events(body),
    };
    for event in &events {
        let choice = event.pointer("/choices/0");
        let message = choice.and_then(|choice| choice.get("message").or_else(|| choice.get("delta")));
        if let Some(message) = message {
            text.push_str(message["content"].as_str().unwrap_or_default());
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                if let Some(name) = call["function"]["name"].as_str() {
                    calls.push((name.to_owned(), String::new()));
                }
                calls.last_mut().unwrap().1.push_str(call["function"]["arguments"].as_str().unwrap());
            }
        }
        let blocks = event.get("content").and_then(Value::as_array).into_iter().flatten();
        for block in blocks.chain(event.get("content_block")) {
            text.push_str(block["text"].as_str().unwrap_or_default());
            if let Some(name) = block["name"].as_str() {
                let input =
                    if event.get("content_block").is_some() { String::new() } else { block["input"].to_string() };
                calls.push((name.to_owned(), input));
            }
        }
        let delta = &event["delta"];
        text.push_str(delta["text"].as_str().unwrap_or_default());
        if let Some(part) = delta["partial_json"].as_str() {
            calls.last_mut().unwrap().1.push_str(part);
        }
        for part in event.pointer("/candidates/0/content/parts").and_then(Value::as_array).into_iter().flatten() {
            text.push_str(part["text"].as_str().unwrap_or_default());
            if let Some(call) = part.get("functionCall") {
                calls.push((call["name"].as_str().unwrap().to_owned(), call["args"].to_string()));
            }
        }
    }
    let calls = calls.into_iter().map(|(tool, input)| (tool, serde_json::from_str(&input).unwrap()));
    (text, calls.collect())
}

#[tokio::test]
async fn a_question_has_one_answer_in_every_form_of_a_vendor() {
    let server = server().await;
    for same in [
        &[Api::OpenAi, Api::OpenAiStream][..],
        &[Api::Anthropic, Api::AnthropicStream],
        &[Api::Gemini, Api::GeminiStream, Api::GeminiList],
    ] {
        let mut answers = Vec::new();
        for &api in same {
            let heard = ask(&server, api, "").await;
            assert_eq!((heard.status, heard.end), (200, End::Good), "{api:?}");
            let (text, calls) = content(api, &heard.body);
            assert_eq!((text.split(' ').count(), calls), (20, vec![]), "{api:?}");
            assert_eq!(ask(&server, api, "").await.body, heard.body, "{api:?} says the same again");
            answers.push(text);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{same:?}: {answers:?}");
    }
    let other = MockLlm::start(Options { seed: "2".parse().unwrap(), ..Options::default() }).await.unwrap();
    let (of_one, of_other) = (ask(&server, Api::OpenAi, "").await, ask(&other, Api::OpenAi, "").await);
    assert_ne!(content(Api::OpenAi, &of_one.body), content(Api::OpenAi, &of_other.body));
    assert_eq!(other.close().await.requests, 1);
}

#[tokio::test]
async fn tools_are_called_with_arguments_that_fit_and_not_after_their_result() {
    let server = server().await;
    for api in Api::ALL {
        let mut seen = Vec::new();
        for n in 0..30 {
            let question = api.question("mock", &format!("question {n}"), &["first", "second"]);
            let (text, calls) = content(api, &ask_with(&server, api, "", &question).await.body);
            assert_eq!(text, "", "{api:?}");
            assert!(calls.iter().all(|(_, arguments)| *arguments == json!({"city": "Bern"})), "{api:?} {calls:?}");
            seen.push(calls.len());
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, [1, 2], "{api:?}: one call, and two at once");
    }
    let result = |api: Api| match api {
        Api::OpenAi | Api::OpenAiStream => {
            ("messages", json!({"role": "tool", "tool_call_id": "x", "content": "fine"}))
        }
        Api::Anthropic | Api::AnthropicStream => (
            "messages",
            json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x", "content": "fine"}]}),
        ),
        Api::Gemini | Api::GeminiStream | Api::GeminiList => {
            ("contents", json!({"role": "user", "parts": [{"functionResponse": {"name": "first", "response": {}}}]}))
        }
    };
    for api in Api::ALL {
        let mut question = api.question("mock", "hi", &["first"]);
        let (list, result) = result(api);
        question[list].as_array_mut().unwrap().push(result);
        let (text, calls) = content(api, &ask_with(&server, api, "", &question).await.body);
        assert!(!text.is_empty() && calls.is_empty(), "{api:?}");
    }
}

#[tokio::test]
async fn who_asks_decides_about_tools() {
    let never = MockLlm::start(Options { tool_calls: 0.0, ..Options::default() }).await.unwrap();
    for (api, key, choice, expected) in [
        (Api::OpenAi, "tool_choice", json!("auto"), 0),
        (Api::OpenAi, "tool_choice", json!("required"), 1),
        (Api::OpenAi, "tool_choice", json!({"type": "function", "function": {"name": "second"}}), 1),
        (Api::Anthropic, "tool_choice", json!({"type": "auto"}), 0),
        (Api::Anthropic, "tool_choice", json!({"type": "any", "disable_parallel_tool_use": true}), 1),
        (Api::Anthropic, "tool_choice", json!({"type": "tool", "name": "second"}), 1),
        (Api::Gemini, "toolConfig", json!({"functionCallingConfig": {"mode": "AUTO"}}), 0),
        (
            Api::Gemini,
            "tool_config",
            json!({"function_calling_config": {"mode": "ANY", "allowed_function_names": ["second"]}}),
            1,
        ),
    ] {
        let mut question = api.question("mock", "hi", &["first", "second"]);
        question[key] = choice.clone();
        question["parallel_tool_calls"] = json!(false);
        let (_, calls) = content(api, &ask_with(&never, api, "", &question).await.body);
        assert_eq!(calls.len(), expected, "{api:?} {choice}");
        let is_named = choice.to_string().contains("second");
        assert!(!is_named || calls[0].0 == "second", "{api:?} {choice}: {calls:?}");
    }
    let always = server().await;
    let mut question = Api::OpenAi.question("mock", "hi", &["first"]);
    question["tool_choice"] = json!("none");
    let (text, calls) = content(Api::OpenAi, &ask_with(&always, Api::OpenAi, "", &question).await.body);
    assert!(!text.is_empty() && calls.is_empty());
}

#[tokio::test]
async fn an_answer_is_what_the_question_and_the_options_say() {
    let server =
        MockLlm::start(Options { text: Some("Left, then right.".to_owned()), ..Options::default() }).await.unwrap();
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer", "minimum": 5, "maximum": 5}}, "required": ["n"]});
    let format = json!({"type": "json_schema", "json_schema": {"name": "n", "schema": schema}});
    for (name, change, expected) in [
        ("fixed text", json!({}), "Left, then right."),
        ("a structure", json!({"response_format": format}), "{\"n\":5}"),
        ("cut", json!({"max_tokens": 2}), "Left, then"),
        (
            "a guard of the arena",
            json!({"messages": [{"role": "system", "content": "You are Blue, the guard"}, {"role": "user", "content": "x"}]}),
            r#"{"decision":"allow","reason":"fine"}"#,
        ),
    ] {
        let mut question = Api::OpenAi.question("mock", "hi", &[]);
        question.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (text, _) = content(Api::OpenAi, &ask_with(&server, Api::OpenAi, "", &question).await.body);
        assert_eq!(text, expected, "{name}");
    }
    let mut of_blue = Api::Anthropic.question("mock", "hi", &["first"]);
    of_blue["system"] = json!([{"type": "text", "text": "You are Blue."}]);
    assert!(ask_with(&server, Api::Anthropic, "", &of_blue).await.text().contains("decision"));
    let mut of_blue = Api::Gemini.question("mock", "hi", &["first"]);
    of_blue["systemInstruction"] = json!({"parts": [{"text": "You are Blue."}]});
    assert!(ask_with(&server, Api::Gemini, "", &of_blue).await.text().contains("decision"));
}

#[tokio::test]
async fn streams_have_the_events_of_their_vendor() {
    let server = MockLlm::start(Options { tokens: 2, ..Options::default() }).await.unwrap();
    let openai = Api::OpenAiStream.events(&ask(&server, Api::OpenAiStream, "").await.body);
    assert_eq!(openai[0]["choices"][0]["delta"], json!({"role": "assistant", "content": "", "refusal": null}));
    assert_eq!(openai[0]["usage"], Value::Null);
    assert_eq!(openai[3]["choices"][0]["finish_reason"], "stop");
    assert_eq!((&openai[4]["choices"], &openai[4]["usage"]["completion_tokens"]), (&json!([]), &json!(2)));
    assert_eq!((openai.len(), &openai[5]), (6, &json!("[DONE]")));

    let anthropic = Api::AnthropicStream.events(&ask(&server, Api::AnthropicStream, "").await.body);
    let kinds: Vec<&str> = anthropic.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let (start, delta) = ("content_block_start", "content_block_delta");
    let expected =
        ["message_start", start, "ping", delta, delta, "content_block_stop", "message_delta", "message_stop"];
    assert_eq!(kinds, expected);
    assert_eq!(anthropic[6]["usage"]["output_tokens"], 2);

    for api in [Api::GeminiStream, Api::GeminiList] {
        let gemini = api.events(&ask(&server, api, "").await.body);
        assert_eq!(gemini.len(), 3, "{api:?}");
        assert_eq!(gemini[2]["candidates"][0]["finishReason"], "STOP");
        assert_eq!(gemini[2]["usageMetadata"]["candidatesTokenCount"], 2);
    }
}

#[tokio::test]
async fn models_are_listed_in_the_form_of_who_asks() {
    let server = server().await;
    let of = async |path: &str, headers: &[(&str, &str)]| get(&server, path, headers).await.json();
    assert_eq!(of("/v1/models", &[]).await["data"][0]["object"], "model");
    assert_eq!(of("/v1/models", &[("anthropic-version", "2023-06-01")]).await["data"][0]["type"], "model");
    assert_eq!(of("/v1beta/models", &[]).await["models"][0]["name"], "models/mock");
    assert_eq!(of("/v1/models", &[("x-goog-api-key", "k")]).await["models"][0]["name"], "models/mock");
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_answered_in_the_vendor_s_words() {
    let server = server().await;
    for (path, body, expected) in [
        ("/v1/chat/completions", "{", "could not parse"),
        ("/v1/chat/completions", "[]", "no JSON object"),
        ("/v1/chat/completions", "{\"messages\":[{\"role\":\"user\"}]}", "model parameter"),
        ("/v1/chat/completions", "{\"model\":\"m\",\"messages\":[{}]}", "messages[0].role"),
        ("/v1/messages", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}", "max_tokens: Field required"),
        ("/v1/messages", "{\"model\":\"m\",\"max_tokens\":1}", "at least one message"),
        ("/v1beta/models/m:generateContent", "{}", "contents is not specified"),
    ] {
        let heard = post(&server, path, &[], body.as_bytes()).await;
        let error = heard.json();
        assert_eq!(heard.status, 400, "{path} {body}");
        assert!(error["error"]["message"].as_str().unwrap().contains(expected), "{path} {body}: {error}");
    }
    let heard = post(&server, "/v1/completions", &[], b"{}").await;
    assert_eq!((heard.status, &heard.json()["error"]["type"]), (404, &json!("invalid_request_error")));
    let azure = post(
        &server,
        "/openai/deployments/mine/chat/completions?api-version=1",
        &[],
        b"{\"messages\":[{\"role\":\"user\"}]}",
    );
    assert_eq!(azure.await.json()["model"], "mine");
}
