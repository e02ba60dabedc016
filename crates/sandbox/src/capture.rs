//! What is kept of a stream: its beginning and its end. Pure.

use std::collections::VecDeque;

/// The beginning and the end of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The last bytes, where the stream was longer than `head`.
    pub tail: Vec<u8>,
    /// How many bytes the stream had.
    pub total_bytes: u64,
}

impl Capture {
    /// How many bytes are missing between `head` and `tail`.
    pub fn n_missing(&self) -> u64 {
        self.total_bytes - (self.head.len() + self.tail.len()) as u64
    }

    /// The stream, or what is kept of it.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.tail].concat()
    }
}

/// A capture under way.
#[derive(Debug)]
pub(crate) struct Capturing {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    n_head: usize,
    n_tail: usize,
    total_bytes: u64,
}

impl Capturing {
    pub(crate) fn keeping(n_bytes: usize) -> Self {
        let n_tail = n_bytes / 2;
        Self { head: Vec::new(), tail: VecDeque::new(), n_head: n_bytes - n_tail, n_tail, total_bytes: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.total_bytes += bytes.len() as u64;
        let (first, rest) = bytes.split_at(bytes.len().min(self.n_head - self.head.len()));
        self.head.extend_from_slice(first);
        let last = &rest[rest.len().saturating_sub(self.n_tail)..];
        let n_over = (self.tail.len() + last.len()).saturating_sub(self.n_tail);
        self.tail.drain(..n_over);
        self.tail.extend(last);
    }

    pub(crate) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    pub(crate) fn finish(self) -> Capture {
        Capture { head: self.head, tail: self.tail.into(), total_bytes: self.total_bytes }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_stream_is_whole() {
        let mut capturing = Capturing::keeping(10);
        capturing.push(b"0123456789");
        assert_eq!(capturing.finish(), Capture { head: b"01234".into(), tail: b"56789".into(), total_bytes: 10 });
    }

    proptest! {
        #[test]
        fn a_long_stream_keeps_its_ends_however_it_is_cut(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..20),
            n_kept in 0..40_usize,
        ) {
            let whole = pieces.concat();
            let mut capturing = Capturing::keeping(n_kept);
            for piece in &pieces {
                capturing.push(piece);
            }
            let capture = capturing.finish();
            prop_assert_eq!(capture.total_bytes, whole.len() as u64);
            prop_assert_eq!(capture.bytes().len(), whole.len().min(n_kept));
            prop_assert!(whole.starts_with(&capture.head) && whole.ends_with(&capture.tail));
        }
    }
}
