//! An answer as `generateContent` puts it together: from events, from one object, or from a list of chunks. Pure.
//!
//! An answer is complete with its finish reason, or with the reason why the question was blocked; whatever ends before is
//! broken off. A model that runs code between two stretches of text gives a reason after each, so the last one counts and
//! text behind the first is taken.

use arena_core::message::{Finish, Usage};

use super::chunk::{Call, Candidate, Chunk, Feedback, Part, Tokens};
use crate::Deltas;
use crate::answer::{Answer, Fault, head};
use crate::calls::{Calls, Piece};
use crate::decoder::{MAX_ANSWER_BYTES, too_long};
use crate::dialect;
use crate::refusal::Said;
use crate::sse::Flow;

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    calls: Calls,
    n_calls: u64,
    size_bytes: usize,
    finish: Option<Finish>,
    usage: Option<Usage>,
    model: Option<String>,
    has_candidate: bool,
    /// The beginning of what came last, as long as there is no candidate: what an error shows.
    last: String,
}

impl dialect::Draft for Draft {
    fn take(&mut self, json: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault> {
        // Without `alt=sse` a stream is a list.
        let chunks: Vec<Chunk<'_>> = if json.trim_ascii_start().starts_with(b"[") {
            serde_json::from_slice(json)
        } else {
            serde_json::from_slice(json).map(|chunk| vec![chunk])
        }
        .map_err(|why| Fault::unreadable(json, &why))?;
        for chunk in chunks {
            self.take_chunk(chunk, json, deltas)?;
        }
        if !self.has_candidate {
            self.last = head(json);
        }
        Ok(Flow::More)
    }

    fn is_complete(&self) -> bool {
        self.finish.is_some()
    }

    fn finish(self) -> Result<Answer, Fault> {
        let waits_for_tools = !self.calls.is_empty();
        let finish = match self.finish {
            Some(Finish::Stop) if waits_for_tools => Finish::ToolCalls,
            Some(finish) => finish,
            None if self.has_candidate => return Err(Fault::Truncated),
            None => return Err(Fault::malformed("the answer has no candidates", self.last.as_bytes())),
        };
        Ok(Answer {
            text: self.text,
            calls: self.calls.finish(),
            finish,
            usage: self.usage,
            model: self.model,
            cost_nanousd: None,
        })
    }
}

impl Draft {
    /// Takes a chunk, which stood in `json`.
    fn take_chunk(&mut self, chunk: Chunk<'_>, json: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        if let Some(error) = chunk.error {
            return Err(Fault::Refused(Said::read(&serde_json::json!({ "error": error }))));
        }
        if let Some(usage) = chunk.usage_metadata.and_then(usage) {
            self.usage = Some(usage);
        }
        if let Some(model) = chunk.model_version.filter(|model| !model.is_empty()) {
            self.model = Some(model.into_owned());
        }
        // Only one answer was asked for.
        let candidates = chunk.candidates.into_iter().flatten().filter(|one| one.index.unwrap_or(0) == 0);
        for candidate in candidates {
            self.take_candidate(candidate, json, deltas)?;
        }
        if let Some(Feedback { block_reason: Some(_) }) = chunk.prompt_feedback {
            self.finish = Some(Finish::Filtered);
        }
        if self.size_bytes > MAX_ANSWER_BYTES {
            return Err(too_long());
        }
        Ok(())
    }

    fn take_candidate(&mut self, candidate: Candidate<'_>, json: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        self.has_candidate = true;
        for part in candidate.content.into_iter().filter_map(|content| content.parts).flatten() {
            self.take_part(part, json, deltas)?;
        }
        match candidate.finish_reason.as_deref() {
            None | Some("") => Ok(()),
            Some(reason) => {
                let finish = finish(reason).ok_or_else(|| {
                    let message = candidate.finish_message.as_deref().unwrap_or(reason);
                    Fault::malformed("the model wrote a call that its provider cannot read", message.as_bytes())
                })?;
                self.finish = Some(finish);
                Ok(())
            }
        }
    }

    fn take_part(&mut self, part: Part<'_>, json: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        let text = part.text.filter(|text| part.thought != Some(true) && !text.is_empty());
        if let Some(text) = text {
            self.size_bytes += text.len();
            self.text.push_str(&text);
            deltas(&text);
        }
        match part.function_call {
            None => Ok(()),
            // Only who asks for it gets arguments in pieces. A call that lost them must not look like one without any.
            Some(Call { will_continue: Some(true), .. } | Call { partial_args: Some(_), .. }) => {
                Err(Fault::malformed("the arguments of a call come in pieces, which nobody asked for", json))
            }
            Some(call) => self.call(call),
        }
    }

    fn call(&mut self, call: Call<'_>) -> Result<(), Fault> {
        // A call comes whole, so each has an index of its own.
        let index = Some(self.n_calls);
        self.n_calls += 1;
        let arguments = call.args.map(|args| serde_json::Value::Object(args).to_string()).unwrap_or_default();
        let (id, tool) = (call.id.unwrap_or_default(), call.name.unwrap_or_default());
        self.size_bytes += self.calls.add(&Piece { index, id, tool, arguments: arguments.into() })?;
        Ok(())
    }
}

/// The tokens, if these are some: Vertex fills the place with other things until the last chunk.
fn usage(tokens: Tokens) -> Option<Usage> {
    let Tokens { prompt, cached, candidates, thoughts } = tokens;
    (prompt.is_some() || candidates.is_some()).then(|| Usage {
        input_tokens: prompt.unwrap_or(0),
        cached_tokens: cached.unwrap_or(0),
        output_tokens: candidates.unwrap_or(0).saturating_add(thoughts.unwrap_or(0)),
        estimated: false,
    })
}

/// What a reason means; `None` if there is no answer at all, but a call that could not be read.
fn finish(reason: &str) -> Option<Finish> {
    match reason {
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" => None,
        "STOP" => Some(Finish::Stop),
        "MAX_TOKENS" => Some(Finish::Length),
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE" | "IMAGE_SAFETY" => {
            Some(Finish::Filtered)
        }
        _ => Some(Finish::Other),
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
                "data: ", "data:", "event: error\n", ": hm\n", "\n", "\r\n", "\r", "\n\n", "\u{feff}", " ", "[", "]", ",", "<html>",
                r#"{"candidates":[{"content":{"parts":[{"text":"hé 😀"}]}}]}"#,
                r#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"x"}]},"index":1}]}"#,
                r#"{"candidates":[{"finishReason":"STOP","index":0}]}"#,
                r#"{"candidates":[{"finishReason":"UNEXPECTED_TOOL_CALL"}]}"#,
                r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"x","args":{"n":1}}}]}}]}"#,
                r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"x","willContinue":true}}]}}]}"#,
                r#"{"usageMetadata":{"promptTokenCount":1,"thoughtsTokenCount":2}}"#,
                r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#,
                r#"{"error":{"code":429}}"#, "{", "}", "\"",
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

        #[test]
        fn an_answer_is_the_same_as_events_and_as_a_list(texts in prop::collection::vec("[^\\p{C}]{0,8}", 1..5)) {
            let mut chunks: Vec<_> = texts
                .iter()
                .map(|text| serde_json::json!({"candidates": [{"content": {"parts": [{"text": text}]}}]}).to_string())
                .collect();
            chunks.push(r#"{"candidates":[{"finishReason":"STOP"}]}"#.to_owned());
            let events: String = chunks.iter().flat_map(|chunk| ["data: ", chunk, "\r\n\r\n"]).collect();
            let list = format!("[{}\n]", chunks.join(",\r\n"));
            let answer = decode([events.as_bytes()]);
            prop_assert_eq!(&answer.0.as_ref().unwrap().text, &texts.concat());
            prop_assert_eq!(answer, decode([list.as_bytes()]));
        }
    }

    #[test]
    fn an_answer_has_a_limit() {
        let part = |part: &str| format!("data: {{\"candidates\":[{{\"content\":{{\"parts\":[{part}]}}}}]}}\n\n");
        let text = |n| part(&format!("{{\"text\":\"{}\"}}", "x".repeat(n)));
        let call =
            |n| part(&format!("{{\"functionCall\":{{\"name\":\"x\",\"args\":{{\"a\":\"{}\"}}}}}}", "x".repeat(n)));
        let stop = "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n";
        let half = 512 * 1024;
        for (body, fits) in [
            (text(half).repeat(8) + stop, true),
            (text(half).repeat(8) + &text(1) + stop, false),
            (call(half).repeat(7) + stop, true),
            (call(half).repeat(8) + stop, false),
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
