//! An answer out of the bytes of a response's body. Pure: no socket, no clock; the same bytes, cut anywhere, give the
//! same result.
//!
//! What the body is shows in its first character, not in its content type, which servers get wrong: events, one JSON
//! object, or a page. An answer is complete with its finish reason or `[DONE]`; whatever ends before is broken off.

use arena_core::message::{Finish, ToolCall, Usage};

use super::calls::{Calls, TooMany};
use super::chunk::{Choice, Chunk, Content, Piece, Tokens};
use crate::Deltas;
use crate::refusal::Said;
use crate::sse::{Event, Events, Flow, TooLong};

/// The most bytes of an answer: its text and its calls, or the JSON object that holds them.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// As much of a page as an error may need.
const HEAD_BYTES: usize = 1024;

/// The byte order mark that may stand before anything.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why bytes make no answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// The provider says so.
    Refused(Said),
    /// This is something else than an API: the beginning of it.
    NotAnApi(String),
    /// It ended too early.
    Truncated,
    /// What is wrong, and the beginning of where.
    Malformed { what: String, near: String },
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) calls: Vec<ToolCall>,
    pub(super) finish: Finish,
    pub(super) usage: Option<Usage>,
    /// The provider's name of the model that answered.
    pub(super) model: Option<String>,
}

/// Takes a body piece by piece.
#[derive(Debug)]
pub(super) struct Decoder {
    form: Form,
    draft: Draft,
}

#[derive(Debug)]
enum Form {
    /// Nothing but white space yet, or this part of a byte order mark.
    Unknown(Vec<u8>),
    /// The events, and the beginning of the body, should it turn out to be none.
    Events(Events, Vec<u8>),
    Json(Vec<u8>),
    Page(Vec<u8>),
}

#[derive(Debug, Default)]
struct Draft {
    text: String,
    calls: Calls,
    size_bytes: usize,
    finish: Option<Finish>,
    usage: Option<Usage>,
    model: Option<String>,
    has_choice: bool,
    is_done: bool,
}

impl From<TooLong> for Fault {
    fn from(TooLong: TooLong) -> Self {
        Self::malformed("a line of the answer is longer than 1 MiB", &[])
    }
}

impl From<TooMany> for Fault {
    fn from(TooMany: TooMany) -> Self {
        Self::malformed("the answer has more than 128 tool calls", &[])
    }
}

impl Fault {
    fn malformed(what: impl Into<String>, near: &[u8]) -> Self {
        Self::Malformed { what: what.into(), near: head(near) }
    }
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { form: Form::Unknown(Vec::new()), draft: Draft::default() }
    }

    /// Takes the next bytes. After [`Flow::Done`] or a fault there is nothing more to feed.
    pub(super) fn feed(&mut self, bytes: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault> {
        match &mut self.form {
            Form::Unknown(lead) => {
                lead.extend_from_slice(bytes);
                let body = lead.strip_prefix(BOM).unwrap_or(lead).trim_ascii_start();
                let is_part_of_bom = BOM.starts_with(lead);
                let Some(first) = body.first().filter(|_| !is_part_of_bom) else {
                    if !is_part_of_bom {
                        // White space that keeps the connection alive while the model thinks.
                        lead.clear();
                        lead.push(b'\n');
                    }
                    return Ok(Flow::More);
                };
                let form = match first {
                    b'{' | b'[' => Form::Json(Vec::new()),
                    b'<' => Form::Page(Vec::new()),
                    _ => Form::Events(Events::default(), Vec::new()),
                };
                let body = body.to_vec();
                self.form = form;
                self.feed(&body, deltas)
            }
            Form::Events(events, start) => {
                keep_head(start, bytes);
                let draft = &mut self.draft;
                events.feed(bytes, |event| draft.take_event(event, deltas))
            }
            Form::Json(json) if json.len() + bytes.len() > MAX_ANSWER_BYTES => {
                Err(Fault::malformed("the answer is longer than 4 MiB", &[]))
            }
            Form::Json(json) => {
                json.extend_from_slice(bytes);
                Ok(Flow::More)
            }
            Form::Page(page) => {
                keep_head(page, bytes);
                Ok(if page.len() < HEAD_BYTES { Flow::More } else { Flow::Done })
            }
        }
    }

    /// Whether the answer is all there, so that a connection which breaks now breaks nothing.
    pub(super) fn is_complete(&self) -> bool {
        self.draft.is_done || self.draft.finish.is_some()
    }

    /// The answer, now that the body has ended.
    pub(super) fn end(mut self, deltas: Deltas<'_>) -> Result<Answer, Fault> {
        match &self.form {
            Form::Unknown(_) => Err(Fault::Truncated),
            Form::Page(page) => Err(Fault::NotAnApi(head(page))),
            Form::Events(events, start) if !events.spoke() => Err(Fault::NotAnApi(head(start))),
            Form::Events(..) if !self.is_complete() => Err(Fault::Truncated),
            Form::Events(..) if !self.draft.has_choice => Err(Fault::malformed("the answer has no choices", b"[DONE]")),
            Form::Events(..) => Ok(self.draft.finish()),
            Form::Json(json) => {
                self.draft.take_json(json, deltas)?;
                if !self.draft.has_choice {
                    return Err(Fault::malformed("the answer has no choices", json));
                }
                Ok(self.draft.finish())
            }
        }
    }
}

impl Draft {
    fn take_event(&mut self, event: Event<'_>, deltas: Deltas<'_>) -> Result<Flow, Fault> {
        let data = event.data.trim_ascii();
        if data.is_empty() {
            return Ok(Flow::More);
        }
        if data == b"[DONE]" {
            self.is_done = true;
            return Ok(Flow::Done);
        }
        if event.is_error {
            return Err(Fault::Refused(said(data)));
        }
        self.take_json(data, deltas)?;
        Ok(Flow::More)
    }

    /// Takes a chunk, or a whole answer: they differ in one word.
    fn take_json(&mut self, json: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        let chunk: Chunk<'_> = match serde_json::from_slice(json) {
            Ok(chunk) => chunk,
            // Gemini puts its errors into a list.
            Err(_) if error_in_list(json) => return Err(Fault::Refused(said(json))),
            Err(why) => {
                return Err(Fault::malformed(format!("the answer cannot be read, {why}"), json));
            }
        };
        if chunk.error.is_some() || chunk.object.as_deref() == Some("error") {
            return Err(Fault::Refused(said(json)));
        }
        let tokens = chunk.usage.or(chunk.x_groq.and_then(|groq| groq.usage));
        if let Some(Tokens { prompt_tokens, completion_tokens }) = tokens
            && (prompt_tokens.is_some() || completion_tokens.is_some())
        {
            self.usage = Some(Usage {
                input_tokens: prompt_tokens.unwrap_or(0),
                output_tokens: completion_tokens.unwrap_or(0),
                ..Usage::default()
            });
        }
        if self.model.is_none() {
            self.model = chunk.model.filter(|model| !model.is_empty()).map(std::borrow::Cow::into_owned);
        }
        // Only one answer was asked for.
        let choices = chunk.choices.into_iter().flatten().filter(|choice| choice.index.unwrap_or(0) == 0);
        for choice in choices {
            self.take_choice(choice, deltas)?;
        }
        if self.size_bytes > MAX_ANSWER_BYTES {
            return Err(Fault::malformed("the answer is longer than 4 MiB", &[]));
        }
        Ok(())
    }

    fn take_choice(&mut self, choice: Choice<'_>, deltas: Deltas<'_>) -> Result<(), Fault> {
        self.has_choice = true;
        if let Some(Piece { content, refusal, tool_calls }) = choice.delta.or(choice.message) {
            match content {
                Some(Content::Text(text)) => self.say(&text, deltas),
                Some(Content::Parts(parts)) => {
                    for part in parts.into_iter().filter(|part| matches!(part.kind.as_deref(), None | Some("text"))) {
                        self.say(part.text.as_deref().unwrap_or_default(), deltas);
                    }
                }
                None => {}
            }
            self.say(refusal.as_deref().unwrap_or_default(), deltas);
            for piece in tool_calls.into_iter().flatten() {
                self.size_bytes += self.calls.add(piece)?;
            }
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some(reason) => self.finish = Some(finish(reason)),
        }
        Ok(())
    }

    fn say(&mut self, text: &str, deltas: Deltas<'_>) {
        if !text.is_empty() {
            self.size_bytes += text.len();
            self.text.push_str(text);
            deltas(text);
        }
    }

    fn finish(self) -> Answer {
        let waits_for_tools = !self.calls.is_empty();
        let finish = match self.finish {
            // Some servers say "stop", or nothing, after calls too.
            None | Some(Finish::Stop) if waits_for_tools => Finish::ToolCalls,
            None => Finish::Other,
            Some(finish) => finish,
        };
        Answer { text: self.text, calls: self.calls.finish(), finish, usage: self.usage, model: self.model }
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "stop" => Finish::Stop,
        "tool_calls" | "function_call" => Finish::ToolCalls,
        "length" => Finish::Length,
        "content_filter" => Finish::Filtered,
        _ => Finish::Other,
    }
}

fn error_in_list(json: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(json).is_ok_and(|body| body.pointer("/0/error").is_some())
}

fn said(json: &[u8]) -> Said {
    serde_json::from_slice(json).map_or_else(|_| Said::plain(&head(json)), |body| Said::read(&body))
}

fn head(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]).into_owned()
}

fn keep_head(head: &mut Vec<u8>, bytes: &[u8]) {
    let room = HEAD_BYTES.saturating_sub(head.len()).min(bytes.len());
    head.extend_from_slice(&bytes[..room]);
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;

    /// What a decoder makes of `chunks`, and the pieces of text that it let be heard.
    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Result<Answer, Fault>, Vec<String>) {
        let heard = Mutex::new(Vec::new());
        let deltas = |text: &str| heard.lock().unwrap().push(text.to_owned());
        let mut decoder = Decoder::new();
        let fed = chunks.into_iter().try_for_each(|chunk| match decoder.feed(chunk, &deltas) {
            Ok(Flow::More) => Ok(()),
            Ok(Flow::Done) => Err(None),
            Err(fault) => Err(Some(fault)),
        });
        let result = match fed {
            Ok(()) | Err(None) => decoder.end(&deltas),
            Err(Some(fault)) => Err(fault),
        };
        (result, heard.into_inner().unwrap())
    }

    /// Bytes that are likely to mean something to a decoder, in an order that may not.
    fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
        let word = prop_oneof![
            4 => prop::sample::select(vec![
                "data: ", "data:", "event: error\n", ": hm\n", "\n", "\r\n", "\r", "\n\n", "\u{feff}", " ", "[DONE]", "<html>",
                r#"{"choices":[{"delta":{"content":"hé 😀"}}]}"#,
                r#"{"choices":[{"delta":{"content":""},"finish_reason":"stop"}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"x","arguments":"}"}}]}}]}"#,
                r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"x"}]}}]}"#,
                r#"{"error":{"code":429}}"#, "{", "}", "[", "\"",
            ]).prop_map(|word| word.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..4),
        ];
        prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn any_bytes_cut_anywhere_give_the_same_result(bytes in likely_bytes(), size in 1_usize..12) {
            prop_assert_eq!(decode(bytes.chunks(size)), decode([&bytes[..]]));
        }

        #[test]
        fn noise_is_no_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode([&bytes[..]]).0.is_err());
        }
    }

    #[test]
    fn an_answer_has_a_limit() {
        let event = |text: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
        let stop = "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n";
        let piece = event(&"x".repeat(512 * 1024));
        let json = |n| format!("{{\"choices\":[{{\"message\":{{\"content\":\"{}\"}}}}]}}", "x".repeat(n));
        for (body, fits) in [
            (piece.repeat(8) + stop, true),
            (piece.repeat(8) + &event("x") + stop, false),
            (json(MAX_ANSWER_BYTES - 100), true),
            (json(MAX_ANSWER_BYTES), false),
        ] {
            let result = decode(body.as_bytes().chunks(9999)).0;
            let malformed = Fault::Malformed { what: "the answer is longer than 4 MiB".into(), near: String::new() };
            match result {
                Ok(_) => assert!(fits, "{} bytes", body.len()),
                Err(fault) => assert_eq!((fault, fits), (malformed, false), "{} bytes", body.len()),
            }
        }
    }
}
