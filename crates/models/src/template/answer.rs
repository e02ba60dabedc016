//! An answer as a user's own agent puts it: one body, or events. Pure.

use std::sync::Arc;

use arena_core::message::Finish;
use serde_json::Value;

use super::check::{Done, Reading, Stream};
use super::pointer::as_text;
use crate::Deltas;
use crate::answer::{Answer, Fault, head};
use crate::calls::Calls;
use crate::decoder::{MAX_ANSWER_BYTES, too_long};
use crate::dialect;
use crate::openai;
use crate::refusal::Said;
use crate::sse::Flow;

/// The answer so far.
#[derive(Debug)]
pub(super) struct Draft {
    reading: Arc<Reading>,
    text: String,
    calls: Calls,
    size_bytes: usize,
    is_done: bool,
}

impl Draft {
    pub(super) fn new(reading: Arc<Reading>) -> Self {
        Self { reading, text: String::new(), calls: Calls::default(), size_bytes: 0, is_done: false }
    }
}

impl dialect::Draft for Draft {
    fn take(&mut self, data: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault> {
        match &Arc::clone(&self.reading).stream {
            Some(stream) => self.take_event(stream, data, deltas)?,
            None => self.take_whole(data, deltas)?,
        }
        if self.size_bytes > MAX_ANSWER_BYTES {
            return Err(too_long());
        }
        Ok(if self.is_done { Flow::Done } else { Flow::More })
    }

    fn is_complete(&self) -> bool {
        self.is_done
    }

    fn finish(self) -> Result<Answer, Fault> {
        if !self.is_done {
            return Err(Fault::Truncated);
        }
        let finish = if self.calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
        Ok(Answer { text: self.text, calls: self.calls.finish(), finish, usage: None, model: None, cost_nanousd: None })
    }
}

impl Draft {
    fn take_whole(&mut self, body: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
        if body.is_empty() {
            return Err(Fault::Truncated);
        }
        if is_page(body) {
            return Err(Fault::NotAnApi(head(body)));
        }
        // An agent that answers with text may still have errors and calls in JSON.
        let json: Option<Value> = match serde_json::from_slice(body) {
            Ok(json) => Some(json),
            Err(_) if self.reading.answer.is_none() => None,
            Err(why) => return Err(Fault::unreadable(body, &why)),
        };
        self.take_error(json.as_ref())?;
        let said = match (&json, &self.reading.answer) {
            (Some(json), Some(answer)) => answer.find(json).map(as_text),
            _ => Some(String::from_utf8_lossy(body).into_owned()),
        };
        self.take_calls(json.as_ref())?;
        match said {
            Some(text) => self.say(&text, deltas),
            None if !self.calls.is_empty() => {}
            None => {
                let place = self.reading.answer.as_ref().map_or("", |answer| answer.as_str());
                return Err(Fault::malformed(format!("the answer has nothing at {place}"), body));
            }
        }
        self.is_done = true;
        Ok(())
    }

    fn take_event(&mut self, stream: &Stream, data: &[u8], deltas: Deltas<'_>) -> Result<(), Fault> {
        if let Done::Data(last) = &stream.done
            && data == last.as_bytes()
        {
            self.is_done = true;
            return Ok(());
        }
        let event: Value = serde_json::from_slice(data).map_err(|why| Fault::unreadable(data, &why))?;
        self.take_error(Some(&event))?;
        self.take_calls(Some(&event))?;
        if let Some(piece) = stream.event.find(&event) {
            self.say(&as_text(piece), deltas);
        } else if let Some(whole) = self.whole_in(&event) {
            self.say(&whole, deltas);
            self.is_done = true;
            return Ok(());
        }
        if let Done::At(pointer) = &stream.done {
            self.is_done = pointer.find(&event).is_some_and(|found| *found != Value::Bool(false));
        }
        Ok(())
    }

    /// The answer of an agent that was expected to stream and did not.
    fn whole_in(&self, json: &Value) -> Option<String> {
        let answer = self.reading.answer.as_ref().filter(|_| self.text.is_empty())?;
        answer.find(json).map(as_text)
    }

    /// What the agent says instead of an answer.
    fn take_error(&self, json: Option<&Value>) -> Result<(), Fault> {
        match self.reading.error_in(json) {
            Some(said) => Err(Fault::Refused(said)),
            None => Ok(()),
        }
    }

    fn take_calls(&mut self, json: Option<&Value>) -> Result<(), Fault> {
        let Some(list) = json.and_then(|json| self.reading.calls.as_ref()?.find(json)) else {
            return Ok(());
        };
        self.size_bytes += openai::add_calls(&mut self.calls, list)?;
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

impl Reading {
    /// What the agent says instead of an answer, if it stands in `json`. Some say that there is no error by false, or by
    /// an empty text.
    pub(super) fn error_in(&self, json: Option<&Value>) -> Option<Said> {
        let error = self.error.as_ref()?.find(json?).filter(|error| **error != false && **error != "")?;
        Some(Said::plain(&as_text(error)))
    }
}

/// Whether this is a page for people, such as a login: text that is meant may begin with a tag as well.
fn is_page(body: &[u8]) -> bool {
    ["<!doctype", "<html"]
        .iter()
        .any(|start| body.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start.as_bytes())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decoder::Decoder;
    use crate::template::pointer::Pointer;

    fn decode<'a>(
        decoder: fn(Draft) -> Decoder<Draft>,
        stream: Option<Stream>,
        chunks: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Answer, Fault> {
        let pointer = |text| Some(Pointer::parse(text).unwrap());
        let reading = Reading { answer: pointer("/a"), error: pointer("/e"), calls: pointer("/c"), stream };
        let mut decoder = decoder(Draft::new(Arc::new(reading)));
        for chunk in chunks {
            if decoder.feed(chunk, &|_| {})? == Flow::Done {
                break;
            }
        }
        decoder.end(&|_| {})
    }

    proptest! {
        #[test]
        fn any_bytes_cut_anywhere_give_the_same_result(
            words in prop::collection::vec(
                prop_oneof![
                    4 => prop::sample::select(vec![
                        "data: ", "data:[DONE]", "event: error\n", "\n", "\r\n\r\n", "\u{feff}", "<html>", "{", "}", "[", "\"",
                        r#"{"a":"hé 😀"}"#, r#"{"d":"hé 😀"}"#, r#"{"e":"no"}"#, r#"{"c":[{"function":{"name":"x"}}]}"#, r#"{"c":7}"#,
                    ]).prop_map(|word| word.as_bytes().to_vec()),
                    1 => prop::collection::vec(any::<u8>(), 0..4),
                ],
                0..16,
            ),
            size in 1_usize..12,
        ) {
            let bytes = words.concat();
            let stream = Stream { event: Pointer::parse("/d").unwrap(), done: Done::Data("[DONE]".into()) };
            for (decoder, stream) in [(Decoder::whole as fn(_) -> _, None), (Decoder::of, Some(stream))] {
                prop_assert_eq!(
                    decode(decoder, stream.clone(), bytes.chunks(size)),
                    decode(decoder, stream, [&bytes[..]])
                );
            }
        }
    }
}
