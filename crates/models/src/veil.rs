//! Masks an answer while it is written: a secret may come in two pieces. Pure.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Deltas;
use crate::secrets::Secrets;

/// Stands between a server and who hears it write.
pub(crate) struct Veil<'a> {
    secrets: &'a Secrets,
    deltas: Deltas<'a>,
    /// What may be the beginning of a secret.
    held: Mutex<String>,
}

impl<'a> Veil<'a> {
    pub(crate) fn new(secrets: &'a Secrets, deltas: Deltas<'a>) -> Self {
        Self { secrets, deltas, held: Mutex::default() }
    }

    /// Tells of a piece what no later piece can make a secret of.
    pub(crate) fn piece(&self, piece: &str) {
        if self.secrets.is_empty() {
            return (self.deltas)(piece);
        }
        let mut held = self.held();
        held.push_str(piece);
        let n_certain = self.secrets.certain_bytes(&held);
        let rest = held.split_off(n_certain);
        let certain = std::mem::replace(&mut *held, rest);
        if !certain.is_empty() {
            (self.deltas)(&self.secrets.mask(&certain));
        }
    }

    /// Tells the rest: nothing comes any more.
    pub(crate) fn end(&self) {
        let rest = std::mem::take(&mut *self.held());
        if !rest.is_empty() {
            (self.deltas)(&self.secrets.mask(&rest));
        }
    }

    fn held(&self) -> MutexGuard<'_, String> {
        // One task writes, and the text is whole in any case.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;
    use crate::key::Key;

    #[test]
    fn however_a_text_is_cut_it_is_masked_as_a_whole() {
        let mut secrets = Secrets::default();
        secrets.add_key(&Key::new("sk-12345678").unwrap());
        secrets.add_header(&HeaderValue::from_static("5678-and-more"));
        for text in [
            "you sent sk-12345678, did you not",
            "sk-12345678",
            "sk-1sk-12345678sk-12",
            "sk-12345678-and-more",
            "é5678-and-more5678-and-moré",
            "nothing of it sk-123",
        ] {
            let cuts: Vec<usize> = (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)).collect();
            for (first, second) in cuts.iter().flat_map(|first| cuts.iter().map(move |second| (first, second))) {
                let (first, second) = (first.min(second), first.max(second));
                let heard = Mutex::new(String::new());
                let hear = |piece: &str| {
                    assert!(!piece.is_empty());
                    heard.lock().unwrap().push_str(piece);
                };
                let veil = Veil::new(&secrets, &hear);
                for piece in [&text[..*first], &text[*first..*second], &text[*second..]] {
                    veil.piece(piece);
                    // Half of a secret is as good as the whole, whatever comes after it.
                    assert!(!heard.lock().unwrap().contains("sk-12345"), "{text:?} cut at {first} and {second}");
                }
                veil.end();
                assert_eq!(*heard.lock().unwrap(), secrets.mask(text), "{text:?} cut at {first} and {second}");
            }
        }
    }
}
