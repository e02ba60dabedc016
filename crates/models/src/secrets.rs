//! What must not be shown: an endpoint's key, and what its user adds in headers and in the query. Masks them in whatever
//! a server sends, because some repeat the header that they refuse. Pure.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::key::Key;

/// Texts to mask, the longest first: one may be a part of another.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<Secret>);

#[derive(Clone)]
struct Secret {
    text: String,
    shown: &'static str,
}

impl Secrets {
    /// Shorter values are flags and versions, and shorter keys are `x` or `none`, for servers that want some key. Masking
    /// them would garble what a provider says, names of tools too.
    const MIN_CHARS: usize = 8;

    pub(crate) fn add_key(&mut self, key: &Key) {
        if key.expose().len() >= Self::MIN_CHARS {
            self.add(key.expose(), "[key]");
        }
    }

    /// Adds a header's value, and each word of it: in `Bearer SECRET` the second alone is one.
    pub(crate) fn add_header(&mut self, value: &HeaderValue) {
        let value = String::from_utf8_lossy(value.as_bytes());
        for text in std::iter::once(value.trim()).chain(value.split_whitespace()) {
            if text.len() >= Self::MIN_CHARS {
                self.add(text, "[header]");
            }
        }
    }

    /// Adds the value of a parameter of the URL: some take their key there.
    pub(crate) fn add_parameter(&mut self, value: &str) {
        if value.len() >= Self::MIN_CHARS && !value.contains("{model}") {
            self.add(value, "[parameter]");
        }
    }

    /// `text` with every secret masked wherever it stands.
    ///
    /// Masking comes before any cutting, so that no half of a key is left at the end.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(&secret.text, secret.shown))
    }

    /// The same for a text that may have been cut, when it was read, within a secret: what its end has of one is masked
    /// too.
    pub(crate) fn mask_cut(&self, text: &str) -> String {
        /// Less tells nothing, and ordinary words end so.
        const MIN_BYTES: usize = 4;
        let mut masked = self.mask(text);
        let begun = self.0.iter().filter_map(|secret| {
            let mut beginnings = (MIN_BYTES..secret.text.len()).rev().filter_map(|end| secret.text.get(..end));
            beginnings.find(|beginning| masked.ends_with(beginning)).map(|of| (of.len(), secret.shown))
        });
        if let Some((n_bytes, shown)) = begun.max() {
            masked.truncate(masked.len() - n_bytes);
            masked.push_str(shown);
        }
        masked
    }

    /// Of a text that goes on, the beginning that can be masked by itself, bytes: no secret reaches from it into the rest or
    /// may do so once more has come.
    pub(crate) fn certain_bytes(&self, text: &str) -> usize {
        let begun = self.0.iter().filter_map(|secret| {
            let mut beginnings = (1..secret.text.len()).rev().filter_map(|end| secret.text.get(..end));
            beginnings.find(|beginning| text.ends_with(beginning)).map(str::len)
        });
        let mut end = text.len() - begun.max().unwrap_or(0);
        let whole = || self.0.iter().flat_map(|secret| text.match_indices(&secret.text));
        // What begins as one secret may be the end of another.
        while let Some((at, _)) = whole().find(|(at, found)| (at + 1..at + found.len()).contains(&end)) {
            end = at;
        }
        end
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, text: &str, shown: &'static str) {
        if self.0.iter().all(|secret| secret.text != text) {
            self.0.push(Secret { text: text.to_owned(), shown });
            self.0.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} secrets]", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_and_headers_are_masked_whole_and_in_words() {
        let mut secrets = Secrets::default();
        secrets.add_key(&Key::new("sk-key-1").unwrap());
        secrets.add_key(&Key::new("none").unwrap());
        secrets.add_header(&HeaderValue::from_static("Bearer sk-12345678"));
        secrets.add_header(&HeaderValue::from_static("v1"));
        secrets.add_header(&HeaderValue::from_static("sk-12345678"));
        for (text, shown) in [
            ("sk-key-1", "[key]"),
            ("Bearer sk-12345678", "[header]"),
            ("no sk-12345678, no sk-key-1, v1, none", "no [header], no [key], v1, none"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(secrets.mask(text), shown, "{text}");
        }
        assert_eq!(format!("{secrets:?}"), "[3 secrets]");
    }
    #[test]
    fn what_a_cut_left_of_a_secret_is_masked_at_the_end_alone() {
        let mut secrets = Secrets::default();
        secrets.add_key(&Key::new("sk-12345678").unwrap());
        secrets.add_header(&HeaderValue::from_static("sk-123-of-another"));
        for (text, shown) in [
            ("wrong: sk-12345678", "wrong: [key]"),
            ("wrong: sk-1234567", "wrong: [key]"),
            ("wrong: sk-123", "wrong: [key]"),
            ("wrong: sk-123-", "wrong: [header]"),
            ("wrong: sk-", "wrong: sk-"),
            ("sk-1234 is wrong", "sk-1234 is wrong"),
            ("", ""),
        ] {
            assert_eq!(secrets.mask_cut(text), shown, "{text}");
        }
    }
}
