//! Where a provider listens, with which key and how it is sent. Parsed once; a value of this type can be called.

use std::fmt;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::key::Key;
use crate::secrets::Secrets;

/// A provider's base URL, the key it takes, and headers that its user adds.
#[derive(Clone)]
pub struct Endpoint {
    base: Url,
    key: Option<Key>,
    /// `None` is the vendor's own way.
    key_header: Option<HeaderName>,
    extra_headers: HeaderMap,
    /// The key, the extra headers and what the base URL's query holds, as texts to mask.
    secrets: Secrets,
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
    /// Where `{model}` stands in its path or query, the model's name is put: Azure has a path for each model.
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
        let mut secrets = Secrets::default();
        if let Some(key) = &key {
            secrets.add_key(key);
        }
        // Pages that refuse a URL repeat it.
        for (_, value) in base.query_pairs().filter(|(name, _)| !name.contains("version")) {
            secrets.add_parameter(&value);
        }
        Ok(Self { base, key, key_header: None, extra_headers: HeaderMap::new(), secrets })
    }

    /// Takes `key` along.
    pub fn with_key(mut self, key: Key) -> Self {
        self.secrets.add_key(&key);
        self.key = Some(key);
        self
    }

    /// Sends the key in header `name` instead of the vendor's own: `Bearer KEY` in `authorization`, the key alone in
    /// any other, such as Azure's `api-key`.
    pub fn with_key_header(mut self, name: HeaderName) -> Self {
        self.key_header = Some(name);
        self
    }

    /// Adds a header to every question, in place of the vendor's if that has one of this name. Its value is kept as
    /// secret as the key, if it has eight characters or more.
    pub fn with_header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.secrets.add_header(&value);
        self.extra_headers.insert(name, value);
        self
    }

    /// The header with the key, if there is one: `vendors_own` unless the endpoint wants another.
    pub(crate) fn key_headers(&self, vendors_own: HeaderName) -> HeaderMap {
        let name = self.key_header.clone().unwrap_or(vendors_own);
        self.key.iter().map(|key| (name.clone(), key.in_header(&name))).collect()
    }

    /// What its user adds; comes after all others and replaces them.
    pub(crate) fn extra_headers(&self) -> &HeaderMap {
        &self.extra_headers
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Whether the host is `host` itself, not something that speaks like it, nor something between: by `https`, and at
    /// its port.
    pub fn is_at(&self, host: &str) -> bool {
        self.base.scheme() == "https" && self.base.host_str() == Some(host) && self.base.port().is_none()
    }

    /// The URL of `path` (without a slash before it) beneath the base URL. In both, and in the base URL's query,
    /// `{model}` stands for the name of the model.
    pub(crate) fn url(&self, path: &str, model: &str) -> Url {
        let model = percent_encoded(model);
        // The URL standard has braces encoded in a path, and leaves them in a query.
        let put = |text: &str| text.replace("{model}", &model).replace("%7Bmodel%7D", &model);
        let mut url = self.base.clone();
        url.set_path(&put(&format!("{}/{path}", self.base.path().trim_end_matches('/'))));
        url.set_query(self.base.query().map(put).as_deref());
        url.set_fragment(None);
        url
    }
}

/// `text` with everything but unreserved characters (RFC 3986, 2.3) encoded: it stays one segment of a path.
pub(crate) fn percent_encoded(text: &str) -> String {
    use fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
        encoded
    })
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

/// Shows neither the base URL's query nor what a header holds.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base", &shown(&self.base))
            .field("key", &self.key)
            .field("key_header", &self.key_header)
            .field("extra_headers", &self.extra_headers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::AUTHORIZATION;

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
            (
                "https://x.example/of/{model}?api-version=2024-10-21&m={model}",
                "https://x.example/of/a%2Fb%3Ac/chat/completions?api-version=2024-10-21&m=a%2Fb%3Ac",
            ),
        ] {
            let endpoint = Endpoint::parse(base, None).unwrap();
            assert_eq!(endpoint.url("chat/completions", "a/b:c").as_str(), url, "{base}");
        }
        let endpoint = Endpoint::parse("https://x.example", None).unwrap();
        assert_eq!(endpoint.url("models/{model}:ask", "é?").as_str(), "https://x.example/models/%C3%A9%3F:ask");
    }

    #[test]
    fn the_key_goes_into_the_header_that_is_wanted() {
        let key = || Some(Key::new("sk-0123456789abcdef").unwrap());
        let api_key = || HeaderName::from_static("api-key");
        let bearer = "Bearer sk-0123456789abcdef";
        let endpoint = |key| Endpoint::parse("https://x.example", key).unwrap();
        for (endpoint, vendors_own, sent) in [
            (endpoint(None), AUTHORIZATION, vec![]),
            (endpoint(key()), AUTHORIZATION, vec![("authorization", bearer)]),
            (endpoint(key()), api_key(), vec![("api-key", "sk-0123456789abcdef")]),
            (endpoint(key()).with_key_header(api_key()), AUTHORIZATION, vec![("api-key", "sk-0123456789abcdef")]),
            (endpoint(key()).with_key_header(AUTHORIZATION), api_key(), vec![("authorization", bearer)]),
        ] {
            let headers = endpoint.key_headers(vendors_own);
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
            assert_eq!(headers, sent, "{endpoint:?}");
        }
    }

    #[test]
    fn an_endpoint_prints_without_its_secrets() {
        let hush = HeaderValue::from_static("hush-hush-hush");
        let endpoint = Endpoint::parse("https://x.example/v1?key=hush", Some(Key::new("hush-0123456789").unwrap()))
            .unwrap()
            .with_header(HeaderName::from_static("x-team"), hush);
        let shown = format!("{endpoint} {endpoint:?} {endpoint:#?}");
        assert!(!shown.contains("hush") && shown.contains("x-team"), "{shown}");
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
