//! Good answers, badly sent: cut, stalled, mangled. Pure; says what is to be sent, the connection sends it.

use std::io::Write as _;
use std::ops::Range;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;

use super::events::{Form, Framing, Written};

/// What is wrong with how an answer is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Breakage {
    /// A TCP reset in the middle.
    ResetMid,
    /// Ends cleanly before it is said how the answer ends.
    Truncated,
    /// All of it, and then the connection is closed without the end of the body.
    NoTerminator,
    /// Ends cleanly within an event.
    HalfEvent,
    /// Without the last event, which says that there are no more.
    NoDone,
    /// A pause in the middle, or silence until the client goes.
    StallMid(Option<Duration>),
    /// A pause before each piece.
    Drip(Duration),
    /// A line in the middle that is no JSON.
    MalformedLine,
    Gzip,
    /// A byte order mark first.
    Bom,
    /// Lines end with CR and LF.
    Crlf,
    /// A comment before each event.
    Comments,
}

/// One thing to do with a connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Send(Bytes),
    Pause(Duration),
    /// Nothing more, until the client goes.
    Stall,
    Cut(Cut),
}

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Close,
    /// A TCP reset.
    Reset,
}

/// What is sent of an answer; of a stream with a pause of `between` before each piece but the first.
pub(super) fn steps(written: Written, breakage: Option<&Breakage>, between: Duration) -> Vec<Step> {
    let is_stream = matches!(written.form, Form::Stream(_));
    let written = match breakage {
        Some(Breakage::Bom) => {
            written.map(|i, piece| if i == 0 { [b"\xef\xbb\xbf", piece].concat() } else { piece.to_vec() })
        }
        Some(Breakage::Crlf) => written.map(|_, piece| with_crlf(piece)),
        Some(Breakage::Comments) => {
            let filler: &[u8] = match written.form {
                Form::Stream(Framing::Events) => b": still thinking\n\n",
                Form::Stream(Framing::List) | Form::Whole => b"\n",
            };
            // One object is cut anywhere, also within a text.
            written.map(|i, piece| if i == 0 || is_stream { [filler, piece].concat() } else { piece.to_vec() })
        }
        _ => written,
    };
    let (all, open) = (written.pieces.len(), written.closing);
    let middle = open.div_ceil(2).min(all);
    let has_terminator = written.has_terminator;
    let between = match breakage {
        Some(Breakage::Drip(pause)) => *pause,
        _ if is_stream => between,
        _ => Duration::ZERO,
    };
    if breakage == Some(&Breakage::Gzip) {
        return vec![Step::Send(gzip(&written.bytes))];
    }
    let mut sender = Sender::new(written, between);
    match breakage {
        Some(Breakage::ResetMid) => sender.send(0, middle).then(Step::Cut(Cut::Reset)),
        Some(Breakage::Truncated) => sender.send(0, open),
        Some(Breakage::NoTerminator) => sender.send(0, all).then(Step::Cut(Cut::Close)),
        Some(Breakage::HalfEvent) => sender.send(0, open).send_half_of(open),
        Some(Breakage::NoDone) => sender.send(0, if has_terminator { all - 1 } else { all }),
        Some(Breakage::StallMid(pause)) => {
            sender.send(0, middle).then(pause.map_or(Step::Stall, Step::Pause)).send(middle, all)
        }
        Some(Breakage::MalformedLine) => {
            let garbage: &[u8] = if is_stream { b"data: {\"oops\": tru\n\n" } else { b"{{" };
            sender.send(0, middle).then(Step::Send(Bytes::from_static(garbage))).send(middle, all)
        }
        None | Some(Breakage::Drip(_) | Breakage::Gzip | Breakage::Bom | Breakage::Crlf | Breakage::Comments) => {
            sender.send(0, all)
        }
    };
    sender.steps
}

/// The first half of a stream, and then an error in its place.
pub(super) fn interrupted(written: Written, error: Vec<u8>) -> Vec<Step> {
    let middle = written.closing.div_ceil(2);
    let mut sender = Sender::new(written, Duration::ZERO);
    sender.send(0, middle).then(Step::Send(error.into()));
    sender.steps
}

/// Puts pieces together.
struct Sender {
    bytes: Bytes,
    pieces: Vec<Range<usize>>,
    between: Duration,
    steps: Vec<Step>,
}

impl Sender {
    fn new(written: Written, between: Duration) -> Self {
        Self { bytes: written.bytes.into(), pieces: written.pieces, between, steps: Vec::new() }
    }

    /// The pieces from `from` up to `to`: as one if nothing is to be between them.
    fn send(&mut self, from: usize, to: usize) -> &mut Self {
        let pieces = &self.pieces[from.min(to)..to];
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return self };
        if self.between.is_zero() {
            self.steps.push(Step::Send(self.bytes.slice(first.start..last.end)));
            return self;
        }
        for piece in pieces {
            if !self.steps.is_empty() {
                self.steps.push(Step::Pause(self.between));
            }
            self.steps.push(Step::Send(self.bytes.slice(piece.clone())));
        }
        self
    }

    fn send_half_of(&mut self, piece: usize) -> &mut Self {
        let Some(piece) = self.pieces.get(piece) else { return self };
        let half = piece.start..piece.start + piece.len() / 2;
        self.then(Step::Send(self.bytes.slice(half)))
    }

    fn then(&mut self, step: Step) -> &mut Self {
        self.steps.push(step);
        self
    }
}

fn with_crlf(piece: &[u8]) -> Vec<u8> {
    // JSON has its line breaks escaped: these are all of the framing.
    piece
        .iter()
        .filter(|byte| **byte != b'\r')
        .flat_map(|&byte| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] })
        .collect()
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.expect("writing into memory does not fail").into()
}
