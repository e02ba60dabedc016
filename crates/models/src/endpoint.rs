//! Where a provider listens and with which key. Parsed once; a value of this type can be called.

use std::fmt;

use reqwest::Url;

use crate::key::Key;

/// A provider's base URL and the key it takes.
#[derive(Clone, Debug)]
pub struct Endpoint {
    base: Url,
    key: Option<Key>,
}

/// The text is no base URL. Says why, and repeats no user, password or query of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEndpoint {
    /// Not a URL at all.
    #[error("the base URL {shown:?} is not a URL: {why}; write for example https://api.openai.com/v1")]
    NotAUrl {
        /// The text, without what may be secret.
        shown: String,
        /// What the URL standard has against it.
        why: String,
    },
    /// Neither `http` nor `https`.
    #[error("the base URL {shown:?} starts with neither https:// nor http://")]
    NotHttp {
        /// The URL, without what may be secret.
        shown: String,
    },
    /// A user or password in the URL would be sent next to the key.
    #[error("the base URL {shown:?} has a user or a password in it: give the key by itself")]
    HasCredentials {
        /// The URL, without what may be secret.
        shown: String,
    },
}

impl Endpoint {
    /// Parses `base_url`, such as `https://api.openai.com/v1`. A slash at its end does not matter; a query is kept.
    ///
    /// # Errors
    /// [`NotAnEndpoint`] if it cannot be called.
    pub fn parse(base_url: &str, key: Option<Key>) -> Result<Self, NotAnEndpoint> {
        let base_url = base_url.trim();
        let shown = || {
            let open = base_url.split(['?', '#']).next().unwrap_or_default();
            open.rsplit('@').next().unwrap_or_default().to_owned()
        };
        let base =
            Url::parse(base_url).map_err(|why| NotAnEndpoint::NotAUrl { shown: shown(), why: why.to_string() })?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(NotAnEndpoint::NotHttp { shown: shown() });
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(NotAnEndpoint::HasCredentials { shown: shown() });
        }
        Ok(Self { base, key })
    }

    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// Whether the host is `host` itself, not something that speaks like it.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        self.base.host_str() == Some(host)
    }

    /// The URL of `path` (without a slash before it) beneath the base URL.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        url.set_fragment(None);
        url
    }
}

/// A URL as errors show it: no user, password, query or fragment.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only on URLs that cannot have a user.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&shown(&self.base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_goes_beneath_the_base_url() {
        for (base, url) in [
            ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
            (" https://api.openai.com/v1/ ", "https://api.openai.com/v1/chat/completions"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/chat/completions"),
            ("http://[::1]:8080//", "http://[::1]:8080/chat/completions"),
            ("https://x.example/v1?api-version=2", "https://x.example/v1/chat/completions?api-version=2"),
            ("https://x.example/v1#top", "https://x.example/v1/chat/completions"),
        ] {
            let endpoint = Endpoint::parse(base, None).unwrap();
            assert_eq!(endpoint.url("chat/completions").as_str(), url, "{base}");
        }
    }

    #[test]
    fn what_cannot_be_called_is_refused_without_its_secrets() {
        for (base, message) in [
            (
                "api.openai.com/v1",
                "the base URL \"api.openai.com/v1\" is not a URL: relative URL without a base; write for example https://api.openai.com/v1",
            ),
            (
                "",
                "the base URL \"\" is not a URL: relative URL without a base; write for example https://api.openai.com/v1",
            ),
            (
                "http://me:hush@?key=hush",
                "the base URL \"\" is not a URL: empty host; write for example https://api.openai.com/v1",
            ),
            ("file:///etc/passwd", "the base URL \"file:///etc/passwd\" starts with neither https:// nor http://"),
            ("localhost:8080/v1", "the base URL \"localhost:8080/v1\" starts with neither https:// nor http://"),
            (
                "https://me:hush@x.example/v1?key=hush",
                "the base URL \"x.example/v1\" has a user or a password in it: give the key by itself",
            ),
        ] {
            let error = Endpoint::parse(base, None).unwrap_err();
            assert_eq!(error.to_string(), message, "{base}");
        }
    }
}
