//! What is to be sent: hostile, and checked before anything goes out. Pure.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::Error;

/// The most headers, and bytes of all of them.
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;

/// The longest body, bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Headers that are the connection's own, or say who is asked: with another `Host`, a server that is allowed answers for
/// one that is not.
const OURS: [&str; 13] = [
    "host",
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "accept-encoding",
    "http2-settings",
];

/// A request as a tool makes it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method; `GET` if it is empty.
    pub method: String,
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// The same, checked.
pub(super) struct Checked {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Request {
    /// What can be sent.
    pub(super) fn check(&self) -> Result<Checked, Error> {
        let bad = |why: String| Err(Error::BadRequest { why });
        let method = match self.method.to_ascii_uppercase().as_str() {
            "" | "GET" => Method::GET,
            "HEAD" => Method::HEAD,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            "OPTIONS" => Method::OPTIONS,
            _ => return bad("the method is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS".to_owned()),
        };
        if self.body.len() > MAX_BODY_BYTES {
            return bad(format!("the body has more than {MAX_BODY_BYTES} bytes"));
        }
        let size: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if self.headers.len() > MAX_HEADERS || size > MAX_HEADER_BYTES {
            return bad(format!("it has more than {MAX_HEADERS} headers, or {MAX_HEADER_BYTES} bytes of them"));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
                return bad(format!("{name:?} is no name of a header"));
            };
            if OURS.contains(&name.as_str()) {
                return bad(format!("the header {name} is the connection's own"));
            }
            // A line break would begin another header, or another request.
            let Ok(value) = HeaderValue::from_str(value) else {
                return bad(format!("the value of the header {name} has characters that no header may have"));
            };
            headers.append(name, value);
        }
        Ok(Checked { method, headers, body: self.body.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_become_another_request_is_refused() {
        let check = |method: &str, name: &str, value: &str| {
            let headers = vec![(name.to_owned(), value.to_owned())];
            Request { method: method.to_owned(), headers, ..Request::default() }.check().map(drop)
        };
        assert_eq!(check("get", "x-a", "b"), Ok(()));
        for (method, name, value) in [
            ("CONNECT", "a", "b"),
            ("GET /x HTTP/1.1\r\nHost: evil", "a", "b"),
            ("GET", "host", "evil"),
            ("GET", "Host", "evil"),
            ("GET", "transfer-encoding", "chunked"),
            ("GET", "content-length", "0"),
            ("GET", "a b", "c"),
            ("GET", "a\r\nb", "c"),
            ("GET", "a", "b\r\nc: d"),
            ("GET", "a", "b\nc"),
            ("GET", "a", "b\0"),
            ("GET", "accept-encoding", "gzip"),
        ] {
            assert!(check(method, name, value).is_err(), "{method:?} {name:?} {value:?}");
        }
        let many = Request { headers: vec![("a".to_owned(), "b".to_owned()); 65], ..Request::default() };
        assert!(many.check().is_err());
        let long = Request { body: "x".repeat(MAX_BODY_BYTES + 1), ..Request::default() };
        assert!(long.check().is_err());
    }
}
