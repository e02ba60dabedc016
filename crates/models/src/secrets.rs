//! What must not be shown: an endpoint's key, and the values of the headers that its user adds. Masks them in whatever
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

    /// `text` with every secret masked wherever it stands.
    ///
    /// Masking comes before any cutting, so that no half of a key is left at the end.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(&secret.text, secret.shown))
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
}
