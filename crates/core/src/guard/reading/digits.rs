//! Bytes written as digits, of 1 to 6 bits each.
//!
//! Any word is digits of some base, so what counts is what they decode to: text. Nor does a run of digits say where the
//! first byte begins: each beginning is tried, and the one that makes the most text is taken.

use std::ops::Range;

use super::Writing;

/// A way to write bytes as digits.
pub(super) struct Base {
    /// What one digit has.
    bits: usize,
    /// How many digits it takes until bytes and digits begin together again.
    n_beginnings: usize,
    value: fn(u8) -> Option<u8>,
    /// What may stand between two digits.
    is_between: fn(u8) -> bool,
    /// What may stand before each of them.
    marks: &'static [&'static str],
}

pub(super) const HEX: Base = Base {
    bits: 4,
    n_beginnings: 2,
    value: |digit| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    },
    is_between: |b| b.is_ascii_whitespace() || matches!(b, b':' | b',' | b';' | b'-' | b'_'),
    marks: &["0x", "\\x"],
};

pub(super) const BINARY: Base = Base {
    bits: 1,
    n_beginnings: 8,
    value: |digit| matches!(digit, b'0' | b'1').then(|| digit - b'0'),
    is_between: |b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'-' | b'_'),
    marks: &["0b"],
};

pub(super) const BASE32: Base = Base {
    bits: 5,
    n_beginnings: 8,
    value: |digit| match digit.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => Some(letter - b'A'),
        number @ b'2'..=b'7' => Some(number - b'2' + 26),
        _ => None,
    },
    is_between: |b| matches!(b, b'\n' | b'\r'),
    marks: &[],
};

pub(super) const BASE64: Base =
    Base { bits: 6, n_beginnings: 4, value: base64_value, is_between: |_| false, marks: &[] };

pub(super) const SPACED_BASE64: Base =
    Base { bits: 6, n_beginnings: 4, value: base64_value, is_between: |b| b.is_ascii_whitespace(), marks: &[] };

fn base64_value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// So much decoded text, bytes, is no accident: 8 random bytes are text once in 3,000 times.
const MIN_TEXT: usize = 8;

pub(super) fn undo(writing: &mut Writing<'_>, base: &Base) {
    let source = writing.source();
    let mut kept = 0;
    let mut at = 0;
    while at < source.len() {
        let (run, end) = run(source, at, base);
        at = end.max(at + 1);
        if run.len() * base.bits < MIN_TEXT * 8 {
            continue;
        }
        let beginnings = (0..base.n_beginnings).map(|skipped| Decoded::of(&run[skipped..], base));
        let Some(best) = beginnings.max_by_key(Decoded::n_text).filter(|best| best.n_text() > 0) else {
            continue;
        };
        for island in &best.texts {
            writing.keep(kept..best.written(island).start);
            put_text(writing, &best.bytes[island.clone()], |part| {
                best.written(&(island.start + part.start..island.start + part.end))
            });
            kept = best.written(island).end;
        }
    }
    writing.keep(kept..source.len());
}

#[derive(Clone, Copy)]
struct Digit {
    value: u8,
    at: usize,
}

/// The digits from there on, and where something comes that is neither a digit nor between two.
fn run(source: &str, mut at: usize, base: &Base) -> (Vec<Digit>, usize) {
    let mut digits = Vec::new();
    let bytes = source.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if let Some(mark) = base.marks.iter().find(|mark| bytes[at..].starts_with(mark.as_bytes())) {
            at += mark.len();
        } else if let Some(value) = (base.value)(byte) {
            digits.push(Digit { value, at });
            at += 1;
        } else if !digits.is_empty() && (base.is_between)(byte) {
            at += 1;
        } else {
            break;
        }
    }
    (digits, at)
}

/// What a run of digits decodes to.
struct Decoded<'a> {
    digits: &'a [Digit],
    bits: usize,
    bytes: Vec<u8>,
    /// Which of the bytes are text.
    texts: Vec<Range<usize>>,
}

impl<'a> Decoded<'a> {
    fn of(digits: &'a [Digit], base: &Base) -> Self {
        let mut bytes = Vec::with_capacity(digits.len() * base.bits / 8);
        let (mut held, mut n_held) = (0_u32, 0);
        for digit in digits {
            held = (held << base.bits | u32::from(digit.value)) & 0xffff;
            n_held += base.bits;
            if n_held >= 8 {
                n_held -= 8;
                bytes.push((held >> n_held & 0xff) as u8);
            }
        }
        let texts = texts(&bytes);
        Self { digits, bits: base.bits, bytes, texts }
    }

    fn n_text(&self) -> usize {
        self.texts.iter().map(Range::len).sum()
    }

    /// Where these bytes are written.
    fn written(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = bytes.start * 8 / self.bits;
        let last = (bytes.end * 8 - 1) / self.bits;
        self.digits[first].at..self.digits[last].at + 1
    }
}

/// The parts that are text and long enough.
fn texts(bytes: &[u8]) -> Vec<Range<usize>> {
    let is_text = |c: char| matches!(c, ' '..='~' | '\n' | '\r' | '\t') || c.is_alphabetic();
    let mut texts: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let end = at + c.len_utf8();
            if is_text(c) {
                match texts.last_mut() {
                    Some(last) if last.end == at => last.end = end,
                    _ => texts.push(at..end),
                }
            }
            at = end;
        }
        at += chunk.invalid().len();
    }
    texts.retain(|text| text.len() >= MIN_TEXT);
    texts
}

/// Puts decoded bytes in the place of what they are written in; `written` says where that is for a part of them.
/// What is no UTF-8 stays written.
pub(super) fn put_text(writing: &mut Writing<'_>, bytes: &[u8], written: impl Fn(&Range<usize>) -> Range<usize>) {
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            writing.put(c, &written(&(at..at + c.len_utf8())));
            at += c.len_utf8();
        }
        if !chunk.invalid().is_empty() {
            writing.keep(written(&(at..at + chunk.invalid().len())));
            at += chunk.invalid().len();
        }
    }
}
