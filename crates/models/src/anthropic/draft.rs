//! An answer as the Messages API puts it together, from events or from one message. Pure.
//!
//! An answer is complete with its stop reason or `message_stop`; whatever ends before is broken off.

use std::collections::BTreeMap;

use arena_core::message::Finish;
use serde::Deserialize;
use serde_json::Value;

use super::event::{Block, BlockDelta, BlockStart, Delta, Kind, Message, MessageDelta, MessageStart, Tokens};
use crate::Deltas;
use crate::answer::{Answer, Fault, head};
use crate::calls::{Calls, Piece};
use crate::decoder::{MAX_ANSWER_BYTES, too_long};
use crate::dialect;
use crate::sse::Flow;

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    calls: Calls,
    /// The calls by their block's index, with the input that stands where the block starts. It is the whole input of
    /// a call of which no pieces follow; pieces take its place.
    inputs: BTreeMap<Option<u64>, String>,
    size_bytes: usize,
    tokens: Tokens,
    finish: Option<Finish>,
    model: Option<String>,
    has_message: bool,
    has_content: bool,
    /// The beginning of what came last, as long as there is no message: what an error shows.
    last: String,
    is_done: bool,
}

impl dialect::Draft for Draft {
    fn take(&mut self, json: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault> {
        if json == b"[DONE]" {
            // Not of this API; gateways that speak chat completions too end so.
            return Ok(Flow::Done);
        }
        let Kind { kind, error } = read(json)?;
        if error.is_some() {
            return Err(Fault::refused(json));
        }
        match kind.as_deref() {
            Some("message_start") => self.begin(&read::<MessageStart<'_>>(json)?.message, json)?,
            Some("content_block_start") => {
                let BlockStart { index, content_block } = read(json)?;
                self.start_block(index, content_block, deltas)?;
            }
            Some("content_block_delta") => {
                let BlockDelta { index, delta } = read(json)?;
                self.continue_block(index, delta, deltas)?;
            }
            Some("message_delta") => {
                let MessageDelta { delta, usage } = read(json)?;
                self.has_message = true;
                self.tokens = self.tokens.then(usage.unwrap_or_default());
                self.end(delta.and_then(|delta| delta.stop_reason).as_deref());
            }
            Some("message_stop") => self.is_done = true,
            Some("message") => {
                let message = read(json)?;
                self.begin(&message, json)?;
                self.take_content(message, deltas)?;
            }
            Some("error") => return Err(Fault::refused(json)),
            // `ping`, `content_block_stop`, and whatever there will be.
            Some(_) | None => {}
        }
        if self.size_bytes > MAX_ANSWER_BYTES {
            return Err(too_long());
        }
        if !self.has_message {
            self.last = head(json);
        }
        Ok(if self.is_done { Flow::Done } else { Flow::More })
    }

    fn is_complete(&self) -> bool {
        self.is_done || self.finish.is_some()
    }

    fn finish(mut self) -> Result<Answer, Fault> {
        if !self.has_message {
            return Err(Fault::malformed("the answer has no message", self.last.as_bytes()));
        }
        while let Some((index, input)) = self.inputs.pop_first() {
            self.calls.add(&Piece { index, arguments: input.into(), ..Piece::default() })?;
        }
        let finish = match self.finish {
            None | Some(Finish::Stop) if !self.calls.is_empty() => Finish::ToolCalls,
            None => Finish::Other,
            Some(finish) => finish,
        };
        Ok(Answer {
            text: self.text,
            calls: self.calls.finish(),
            finish,
            usage: self.tokens.usage(),
            model: self.model,
            cost_nanousd: None,
        })
    }
}

impl Draft {
    /// A message begins once. Gateways repeat its start before anything is said, and no harm is done; behind that it is
    /// the start of another answer, and neither is whole.
    fn begin(&mut self, message: &Message<'_>, json: &[u8]) -> Result<(), Fault> {
        if self.has_content {
            return Err(Fault::malformed("another answer begins in the middle of this one", json));
        }
        self.has_message = true;
        self.is_answered_by(message.model.as_deref());
        self.tokens = message.usage.unwrap_or_default();
        Ok(())
    }

    /// Takes what a message that comes as a whole has beside its beginning.
    fn take_content(&mut self, message: Message<'_>, deltas: Deltas<'_>) -> Result<(), Fault> {
        for (block, index) in message.content.into_iter().flatten().zip(0..) {
            self.start_block(Some(index), block, deltas)?;
        }
        self.end(message.stop_reason.as_deref());
        Ok(())
    }

    fn start_block(&mut self, index: Option<u64>, block: Block<'_>, deltas: Deltas<'_>) -> Result<(), Fault> {
        self.has_message = true;
        self.has_content = true;
        // Servers that give every block the same index, or none, end one where the next starts.
        if let Some(input) = self.inputs.remove(&index) {
            self.calls.add(&Piece { index, arguments: input.into(), ..Piece::default() })?;
        }
        match block {
            Block::Text { text } => self.say(text.as_deref().unwrap_or_default(), deltas),
            Block::ToolUse { id, name, input } => {
                let input = input.map(written).unwrap_or_default();
                let (id, tool) = (id.unwrap_or_default(), name.unwrap_or_default());
                self.size_bytes += input.len() + self.calls.add(&Piece { index, id, tool, ..Piece::default() })?;
                self.inputs.insert(index, input);
            }
            Block::Fallback { to } => self.is_answered_by(to.and_then(|to| to.model).as_deref()),
            Block::Other => {}
        }
        Ok(())
    }

    fn continue_block(&mut self, index: Option<u64>, delta: Delta<'_>, deltas: Deltas<'_>) -> Result<(), Fault> {
        self.has_message = true;
        self.has_content = true;
        match delta {
            Delta::Text { text } => self.say(text.as_deref().unwrap_or_default(), deltas),
            Delta::Input { partial_json } => {
                let arguments = partial_json.unwrap_or_default();
                // The provider's own tools get their input in such pieces too.
                if let Some(input) = self.inputs.get_mut(&index)
                    && !arguments.is_empty()
                {
                    input.clear();
                    self.size_bytes += self.calls.add(&Piece { index, arguments, ..Piece::default() })?;
                }
            }
            Delta::Other => {}
        }
        Ok(())
    }

    fn end(&mut self, stop_reason: Option<&str>) {
        if let Some(reason) = stop_reason.filter(|reason| !reason.is_empty()) {
            self.finish = Some(finish(reason));
        }
    }

    fn is_answered_by(&mut self, model: Option<&str>) {
        if let Some(model) = model.filter(|model| !model.is_empty()) {
            self.model = Some(model.to_owned());
        }
    }

    fn say(&mut self, text: &str, deltas: Deltas<'_>) {
        if !text.is_empty() {
            self.size_bytes += text.len();
            self.text.push_str(text);
            deltas(text);
        }
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(json).map_err(|why| Fault::unreadable(json, &why))
}

/// An input as JSON; none at all if it holds nothing.
fn written(input: Value) -> String {
    match input {
        Value::Null => String::new(),
        // Against the API; what it is, is for the calls to find out.
        Value::String(text) => text,
        Value::Object(fields) if fields.is_empty() => String::new(),
        input => input.to_string(),
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "tool_use" => Finish::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "refusal" => Finish::Filtered,
        // `pause_turn` is of the provider's own tools, which are not offered.
        _ => Finish::Other,
    }
}

#[cfg(test)]
mod tests {
    use arena_core::message::Usage;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::decoder::{Decoder, testing};

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Result<Answer, Fault>, Vec<String>) {
        testing::decode(Decoder::<Draft>::new(), chunks)
    }

    fn events(events: &[Value]) -> String {
        events.iter().fold(String::new(), |body, event| body + &format!("data: {event}\n\n"))
    }

    /// Bytes that are likely to mean something to a decoder, in an order that may not.
    fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
        let block = |index: &str, block: &str| {
            format!(r#"{{"type":"content_block_start",{index}"content_block":{{{block}}}}}"#)
        };
        let delta =
            |index: &str, delta: &str| format!(r#"{{"type":"content_block_delta",{index}"delta":{{{delta}}}}}"#);
        let known = [
            block(r#""index":0,"#, r#""type":"text","text":"hé 😀""#),
            block("", r#""type":"tool_use","id":"a","name":"x","input":{"n":1}"#),
            block(r#""index":1,"#, r#""type":"tool_use","id":"b","name":"y""#),
            block(r#""index":1,"#, r#""type":"server_tool_use","id":"s","name":"z","input":{}"#),
            delta("", r#""type":"text_delta","text":"x""#),
            delta("", r#""type":"input_json_delta","partial_json":"{\"""#),
            delta(r#""index":1,"#, r#""type":"input_json_delta","partial_json":"}""#),
            delta("", r#""type":"thinking_delta","thinking":"hm""#),
            r#"{"type":"message_start","message":{"id":"1","usage":{"input_tokens":1}}}"#.to_owned(),
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#.to_owned(),
            r#"{"type":"message","content":[{"type":"text","text":"x"},{"type":"tool_use","input":[]}]}"#.to_owned(),
            r#"{"type":"message_stop"}"#.to_owned(),
            r#"{"type":"ping"}"#.to_owned(),
            r#"{"type":"error","error":{"type":"overloaded_error"}}"#.to_owned(),
        ];
        let framing = ["data: ", "data:", "event: error\n", ": hm\n", "\n", "\r\n", "\r", "\n\n", "\u{feff}", " "];
        let noise = ["[DONE]", "<html>", "{", "}", "[", "\""];
        let whole = known.clone().map(|json| format!("data: {json}\n\n"));
        let words: Vec<String> = known.into_iter().chain(framing.into_iter().chain(noise).map(str::to_owned)).collect();
        let word = prop_oneof![
            12 => prop::sample::select(whole.to_vec()).prop_map(String::into_bytes),
            3 => prop::sample::select(words).prop_map(String::into_bytes),
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
        let text = |n| json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "x".repeat(n)}});
        let call = |n| json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "a", "input": {"n": "x".repeat(n)}}});
        let stop = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}});
        let half_mib = 512 * 1024;
        let whole = |n| json!({"type": "message", "content": [{"type": "text", "text": "x".repeat(n)}]}).to_string();
        let of = |times: usize, event: Value, rest: &[Value]| events(&[event]).repeat(times) + &events(rest);
        for (body, fits) in [
            (of(8, text(half_mib), std::slice::from_ref(&stop)), true),
            (of(8, text(half_mib), &[text(1), stop.clone()]), false),
            (of(8, call(half_mib), &[stop]), false),
            (whole(MAX_ANSWER_BYTES - 100), true),
            (whole(MAX_ANSWER_BYTES), false),
        ] {
            let malformed = Fault::Malformed { what: "the answer is longer than 4 MiB".into(), near: String::new() };
            match decode(body.as_bytes().chunks(9999)).0 {
                Ok(_) => assert!(fits, "{} bytes", body.len()),
                Err(fault) => assert_eq!((fault, fits), (malformed, false), "{} bytes", body.len()),
            }
        }
    }

    #[test]
    fn counts_are_of_the_whole_answer_and_replace_each_other() {
        let usage = |input_tokens, cached_tokens, output_tokens| {
            Some(Usage { input_tokens, cached_tokens, output_tokens, estimated: false })
        };
        for (first, last, expected) in [
            (json!({"input_tokens": 3, "output_tokens": 1}), json!({"output_tokens": 4}), usage(3, 0, 4)),
            (
                json!({"input_tokens": 43, "output_tokens": 1}),
                json!({"input_tokens": 61, "output_tokens": 2}),
                usage(61, 0, 2),
            ),
            (
                json!({"input_tokens": 3, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 100, "output_tokens": 1}),
                json!({"cache_read_input_tokens": 10, "output_tokens": 4}),
                usage(113, 10, 4),
            ),
            (
                json!({"output_tokens": u64::MAX}),
                json!({"input_tokens": u64::MAX, "cache_read_input_tokens": 9}),
                usage(u64::MAX, 9, u64::MAX),
            ),
            (json!({}), json!({"cache_read_input_tokens": 9}), None),
            (Value::Null, Value::Null, None),
        ] {
            let body = events(&[
                json!({"type": "message_start", "message": {"usage": first}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": last}),
            ]);
            assert_eq!(decode([body.as_bytes()]).0.unwrap().usage, expected, "{body}");
        }
    }
}
