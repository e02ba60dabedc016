//! Server-sent events out of bytes, as the HTML standard frames them. Pure; feeds the vendors' decoders.
//!
//! Ours because a pushed byte has to have its effect at once and in bounded memory and time: `eventsource-stream` 0.2.3
//! panics on a byte order mark, waits for ever on a byte that is not UTF-8, has no limit on a line and copies the rest
//! of its buffer for each line. The tests hold both to the same answers where it has one.

/// The most bytes of one line, and of the data of one event.
pub(crate) const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// One event: what stands in its `data` lines, and whether its `event` line says `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) is_error: bool,
}

/// Whether there is use for more events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    More,
    Done,
}

/// A line or an event is longer than [`MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Turns bytes, cut anywhere, into events. A byte order mark before the first is the caller's to drop.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    /// The data lines of the event so far, each with a line feed behind it.
    data: Vec<u8>,
    is_error: bool,
    after_carriage_return: bool,
    spoke: bool,
}

impl Events {
    /// Takes `bytes` and hands on each event that they complete, until `on_event` has no use for more.
    pub(crate) fn feed<E: From<TooLong>>(
        &mut self,
        mut bytes: &[u8],
        mut on_event: impl FnMut(Event<'_>) -> Result<Flow, E>,
    ) -> Result<Flow, E> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_carriage_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.keep(bytes)?;
                break;
            };
            self.after_carriage_return = bytes[end] == b'\r';
            let flow = if self.line.is_empty() {
                self.take_line(&bytes[..end], &mut on_event)?
            } else {
                self.keep(&bytes[..end])?;
                let mut line = std::mem::take(&mut self.line);
                let flow = self.take_line(&line, &mut on_event)?;
                line.clear();
                self.line = line;
                flow
            };
            if flow == Flow::Done {
                return Ok(Flow::Done);
            }
            bytes = &bytes[end + 1..];
        }
        Ok(Flow::More)
    }

    /// Whether there was a comment or a field: whoever sent this does speak in events, or was about to.
    pub(crate) fn spoke(&self) -> bool {
        self.spoke || is_speech(&self.line)
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + part.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn take_line<E: From<TooLong>>(
        &mut self,
        line: &[u8],
        on_event: &mut impl FnMut(Event<'_>) -> Result<Flow, E>,
    ) -> Result<Flow, E> {
        if line.len() > MAX_EVENT_BYTES {
            return Err(TooLong.into());
        }
        if line.is_empty() {
            return self.dispatch(on_event);
        }
        self.spoke = self.spoke || is_speech(line);
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" if self.data.len() + value.len() > MAX_EVENT_BYTES => {
                return Err(TooLong.into());
            }
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => self.is_error = value == b"error",
            _ => {}
        }
        Ok(Flow::More)
    }

    fn dispatch<E>(&mut self, on_event: &mut impl FnMut(Event<'_>) -> Result<Flow, E>) -> Result<Flow, E> {
        let is_error = std::mem::take(&mut self.is_error);
        let Some((_, data)) = self.data.split_last() else {
            return Ok(Flow::More);
        };
        let flow = on_event(Event { data, is_error });
        self.data.clear();
        flow
    }
}

fn is_speech(line: &[u8]) -> bool {
    [&b":"[..], b"data", b"event", b"id", b"retry"].iter().any(|field| {
        line.strip_prefix(*field).is_some_and(|rest| field.len() == 1 || rest.is_empty() || rest[0] == b':')
    })
}

#[cfg(test)]
mod tests {
    use eventsource_stream::Eventsource;
    use futures_util::{FutureExt, StreamExt, stream};
    use proptest::prelude::*;

    use super::*;

    type Owned = (String, bool);

    fn ours(chunks: &[&[u8]]) -> Result<Vec<Owned>, TooLong> {
        let (mut events, mut all) = (Events::default(), Vec::new());
        for chunk in chunks {
            events.feed(chunk, |event| {
                all.push((String::from_utf8_lossy(event.data).into_owned(), event.is_error));
                Ok::<_, TooLong>(Flow::More)
            })?;
        }
        Ok(all)
    }

    /// What the library makes of the same text.
    fn theirs(text: &str) -> Vec<Owned> {
        stream::iter([Ok::<_, std::convert::Infallible>(text.to_owned())])
            .eventsource()
            .map(|event| event.unwrap())
            .map(|event| (event.data, event.event == "error"))
            .collect::<Vec<_>>()
            .now_or_never()
            .unwrap()
    }

    #[test]
    fn events_are_framed_as_the_standard_says() {
        for (text, expected) in [
            ("data: a\n\n", vec![("a", false)]),
            ("data:a\r\n\r\ndata:  b\r\r", vec![("a", false), (" b", false)]),
            ("data: a\ndata: b\n\n", vec![("a\nb", false)]),
            (": comment\n\ndata\n\n", vec![("", false)]),
            ("event: error\ndata: x\nid: 1\n\ndata: y\n\n", vec![("x", true), ("y", false)]),
            ("event: error\n\ndata: y\n\n", vec![("y", false)]),
            ("data: half", vec![]),
            ("data: half\n", vec![]),
            ("datax: no\n data: no\n\n", vec![]),
        ] {
            let expected: Vec<Owned> = expected.iter().map(|(data, error)| ((*data).to_owned(), *error)).collect();
            assert_eq!(ours(&[text.as_bytes()]), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_line_and_an_event_have_a_limit() {
        let fits = format!("data:{}\n\n", "x".repeat(MAX_EVENT_BYTES - 5));
        assert_eq!(ours(&[fits.as_bytes()]).map(|events| events.len()), Ok(1));
        let long_line = "x".repeat(MAX_EVENT_BYTES + 1);
        assert_eq!(ours(&[long_line.as_bytes()]), Err(TooLong));
        assert_eq!(ours(&[format!("{long_line}\n").as_bytes()]), Err(TooLong));
        let many_lines = format!("data:{}\n", "x".repeat(1000)).repeat(MAX_EVENT_BYTES / 1000 + 1);
        assert_eq!(ours(&[many_lines.as_bytes()]), Err(TooLong));
    }

    #[test]
    fn plain_text_is_not_speech() {
        for (text, spoke) in [
            ("404 page not found", false),
            ("dataset\n", false),
            (":", true),
            ("data", true),
            ("id: 1\n", true),
            ("", false),
        ] {
            let mut events = Events::default();
            events.feed(text.as_bytes(), |_| Ok::<_, TooLong>(Flow::More)).unwrap();
            assert_eq!(events.spoke(), spoke, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_library_reads_the_same_events(text in "(data|event|id|: |:| |error|x|é|\r\n|\n|\r|\n\n){0,40}\n") {
            prop_assert_eq!(ours(&[text.as_bytes()]), Ok(theirs(&text)), "{:?}", text);
        }

        #[test]
        fn where_the_bytes_are_cut_does_not_matter(
            text in "(data|event|: |:|error|x|é|\r\n|\n|\r|\n\n){0,40}",
            size in 1_usize..9,
        ) {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            prop_assert_eq!(ours(&chunks), ours(&[text.as_bytes()]), "{:?}", text);
        }
    }
}
