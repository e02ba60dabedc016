//! What a server was given in secret, taken out of everything that it says: some repeat the header that they refuse, and
//! some have a tool that prints their environment. Pure.

use crate::config::{Address, Program, Reach};

/// Texts to mask, the longest first: one may be a part of another.
#[derive(Clone, Debug, Default)]
pub(super) struct Masks(Vec<Secret>);

#[derive(Clone)]
struct Secret(String);

impl Masks {
    /// Shorter values are flags and versions; masking them would garble ordinary answers.
    const MIN_CHARS: usize = 8;

    /// Those of a server.
    pub(super) fn of(reach: &Reach) -> Self {
        let mut texts: Vec<String> = match reach {
            Reach::Program(Program { variables, .. }) => {
                variables.iter().filter(|variable| variable.is_secret).map(|variable| variable.value.clone()).collect()
            }
            Reach::Address(address) => {
                let Address { url, headers, .. } = &**address;
                let headers = headers.iter().map(|(_, value)| String::from_utf8_lossy(value.as_bytes()).into_owned());
                // In `Bearer SECRET` the second word alone is one.
                let headers = headers.flat_map(|value| {
                    let words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
                    std::iter::once(value).chain(words)
                });
                let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
                let values = query.split('&').filter_map(|pair| pair.split_once('='));
                headers.chain(values.map(|(_, value)| value.to_owned())).collect()
            }
        };
        texts.retain(|text| text.trim().len() >= Self::MIN_CHARS);
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        Self(texts.into_iter().map(|text| Secret(text.trim().to_owned())).collect())
    }

    /// `text` without any of them.
    pub(super) fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(&secret.0, "[secret]"))
    }

    /// The same for what goes into a message: short, and on one line.
    pub(super) fn excerpt(&self, text: &str) -> String {
        /// What a person reads of an error.
        const MAX_CHARS: usize = 300;
        // The masking comes first, so that no half of a secret is left at the end.
        let masked = self.mask(text);
        let line = masked.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(MAX_CHARS) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}
