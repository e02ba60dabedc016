//! An answer out of the bytes of a response's body. Pure: no socket, no clock; the same bytes, cut anywhere, give the
//! same result.
//!
//! What the body is shows in its first character, not in its content type, which servers get wrong: events, one JSON
//! value, or a page. What the JSON in it means is the draft's to say, and so is whether an answer is complete.

use crate::Deltas;
use crate::answer::{Answer, Fault, HEAD_BYTES, head};
use crate::dialect::Draft;
use crate::sse::{Event, Events, Flow};

/// The most bytes of an answer: its text and its calls, or the JSON that holds them.
pub(crate) const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// The byte order mark that may stand before anything.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Takes a body piece by piece.
#[derive(Debug)]
pub(crate) struct Decoder<D> {
    form: Form,
    draft: D,
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

impl<D: Draft + Default> Decoder<D> {
    pub(crate) fn new() -> Self {
        Self::of(D::default())
    }
}

impl<D: Draft> Decoder<D> {
    /// Begins with `draft`, which may know more than how to begin.
    pub(crate) fn of(draft: D) -> Self {
        Self { form: Form::Unknown(Vec::new()), draft }
    }

    /// Gives the whole body to `draft` at its end, whatever it looks like.
    pub(crate) fn whole(draft: D) -> Self {
        Self { form: Form::Json(Vec::new()), draft }
    }

    /// Takes the next bytes. After [`Flow::Done`] or a fault there is nothing more to feed.
    pub(crate) fn feed(&mut self, bytes: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault> {
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
                events.feed(bytes, |event| take_event(draft, event, deltas))
            }
            Form::Json(json) if json.len() + bytes.len() > MAX_ANSWER_BYTES => Err(too_long()),
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
    pub(crate) fn is_complete(&self) -> bool {
        self.draft.is_complete()
    }

    /// The answer, now that the body has ended.
    pub(crate) fn end(mut self, deltas: Deltas<'_>) -> Result<Answer, Fault> {
        match &self.form {
            Form::Unknown(_) => Err(Fault::Truncated),
            Form::Page(page) => Err(Fault::NotAnApi(head(page))),
            Form::Events(events, start) if !events.spoke() => Err(Fault::NotAnApi(head(start))),
            Form::Events(..) if !self.is_complete() => Err(Fault::Truncated),
            Form::Events(..) => self.draft.finish(),
            Form::Json(json) => {
                self.draft.take(json, deltas)?;
                self.draft.finish()
            }
        }
    }
}

fn take_event(draft: &mut impl Draft, event: Event<'_>, deltas: Deltas<'_>) -> Result<Flow, Fault> {
    let data = event.data.trim_ascii();
    if data.is_empty() {
        return Ok(Flow::More);
    }
    if event.is_error {
        return Err(Fault::refused(data));
    }
    draft.take(data, deltas)
}

/// The answer has more than [`MAX_ANSWER_BYTES`]; drafts hold to it too, since a stream has no end of its own.
pub(crate) fn too_long() -> Fault {
    Fault::malformed("the answer is longer than 4 MiB", &[])
}

fn keep_head(head: &mut Vec<u8>, bytes: &[u8]) {
    let room = HEAD_BYTES.saturating_sub(head.len()).min(bytes.len());
    head.extend_from_slice(&bytes[..room]);
}

/// Decodes whole bodies, for the tests of drafts.
#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;

    use super::Decoder;
    use crate::answer::{Answer, Fault};
    use crate::dialect::Draft;
    use crate::sse::Flow;

    /// What `decoder` makes of `chunks`, and the pieces of text that it let be heard.
    pub(crate) fn decode<'a>(
        mut decoder: Decoder<impl Draft>,
        chunks: impl IntoIterator<Item = &'a [u8]>,
    ) -> (Result<Answer, Fault>, Vec<String>) {
        let heard = Mutex::new(Vec::new());
        let deltas = |text: &str| heard.lock().unwrap().push(text.to_owned());
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
}
