//! An answer as chat completions put it together, from chunks or from one object: they differ in one word. Pure.
//!
//! An answer is complete with its finish reason or `[DONE]`; whatever ends before is broken off.

use arena_core::message::{Finish, Usage};

use super::chunk::{Choice, Chunk, Content, Piece};
use crate::Deltas;
use crate::answer::{Answer, Fault, head};
use crate::calls::Calls;
use crate::decoder::{MAX_ANSWER_BYTES, too_long};
use crate::dialect;
use crate::sse::Flow;

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    calls: Calls,
    size_bytes: usize,
    finish: Option<Finish>,
    usage: Option<Usage>,
    cost_nanousd: Option<u64>,
    model: Option<String>,
    has_choice: bool,
    /// The beginning of what came last, as long as there is no choice: what an error shows.
    last: String,
    is_done: bool,
}

impl dialect::Draft for Draft {
    fn take(&mut self, json: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault> {
        self.is_done = json == b"[DONE]";
        if !self.is_done {
            self.take_chunk(json, deltas)?;
        }
        if !self.has_choice {
            self.last = head(json);
        }
        Ok(if self.is_done { Flow::Done } else { Flow::More })
    }

    fn is_complete(&self) -> bool {
        self.is_done || self.finish.is_some()
    }

    fn finish(self) -> Result<Answer, Fault> {
        if !self.has_choice {
            return Err(Fault::malformed("the answer has no choices", self.last.as_bytes()));
        }
        let waits_for_tools = !self.calls.is_empty();
        let finish = match self.finish {
            // Some servers say "stop", or nothing, after calls too.
            None | Some(Finish::Stop) if waits_for_tools => Finish::ToolCalls,
            None => Finish::Other,
            Some(finish) => finish,
        };
        Ok(Answer {
            text: self.text,
            calls: self.calls.finish(),
            finish,
            usage: self.usage,
            model: self.model,
            cost_nanousd: self.cost_nanousd,
        })
    }
}

impl Draft {
    fn take_chunk(&mut self, json: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        let chunk: Chunk<'_> = serde_json::from_slice(json).map_err(|why| Fault::unreadable(json, &why))?;
        if chunk.error.is_some() || chunk.object.as_deref() == Some("error") {
            return Err(Fault::refused(json));
        }
        let tokens = chunk.usage.or(chunk.x_groq.and_then(|groq| groq.usage));
        if let Some(tokens) = tokens {
            // Twice is the same again, or what was counted until then and until now: the later counts.
            self.usage = tokens.usage().or(self.usage);
            self.cost_nanousd = tokens.cost_nanousd().or(self.cost_nanousd);
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
            return Err(too_long());
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
                self.size_bytes += self.calls.add(&piece.into())?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decoder::{Decoder, testing};

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Result<Answer, Fault>, Vec<String>) {
        testing::decode(Decoder::<Draft>::new(), chunks)
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
