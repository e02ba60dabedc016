//! A provider's key. Shown masked wherever it is printed, and readable only inside this crate, for one header.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

/// A secret key. `Debug` and `Display` show `[key …last4]`, or `[key]` if it is so short that four characters tell
/// too much; it cannot be serialized.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

/// The text cannot be a key. Says why without repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Nothing, or only white space.
    #[error("the key is empty")]
    Empty,
    /// A header cannot carry it.
    #[error("the key has a space, a line break or another character that a key cannot have")]
    Unsendable,
}

impl Key {
    /// Below this many characters four of them are too large a part to show.
    const SHOWABLE_CHARS: usize = 16;

    /// Takes a key as a file or the environment has it; white space around it is dropped.
    ///
    /// # Errors
    /// [`NotAKey`] if it is empty or has anything but visible ASCII.
    pub fn new(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NotAKey::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotAKey::Unsendable);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The key as header `name` carries it: `Bearer KEY` in `authorization`, the key alone in any other. Marked so that
    /// no layer below prints or compresses it.
    pub(crate) fn in_header(&self, name: &HeaderName) -> HeaderValue {
        let text = if name == AUTHORIZATION { format!("Bearer {}", self.0) } else { self.0.clone() };
        let mut value = HeaderValue::try_from(text).expect("the key is visible ASCII: Key::new checks it");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() < Self::SHOWABLE_CHARS {
            return f.write_str("[key]");
        }
        write!(f, "[key …{}]", &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_prints_masked() {
        for (text, shown) in [
            ("sk-0123456789abcdef", "[key …cdef]"),
            ("  sk-0123456789abcdef\n", "[key …cdef]"),
            ("sk-012345678901", "[key]"),
            ("x", "[key]"),
        ] {
            let key = Key::new(text).unwrap();
            assert_eq!(
                (format!("{key}"), format!("{key:?}"), format!("{:?}", key.in_header(&AUTHORIZATION))),
                (shown.to_owned(), shown.to_owned(), "Sensitive".to_owned()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_no_header_can_carry_is_refused_unseen() {
        for (text, refusal) in [
            ("", NotAKey::Empty),
            (" \n", NotAKey::Empty),
            ("sk-secret\r\nX-Evil: 1", NotAKey::Unsendable),
            ("sk secret", NotAKey::Unsendable),
            ("sk-secrét", NotAKey::Unsendable),
            ("sk-secret\0", NotAKey::Unsendable),
        ] {
            let error = Key::new(text).unwrap_err();
            assert_eq!(error, refusal, "{text:?}");
            assert!(!format!("{error} {error:?}").contains("sec"), "{error}");
        }
    }
}
