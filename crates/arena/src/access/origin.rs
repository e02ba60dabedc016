//! Whether a request means this server, and whether a page of another site sent it (DNS rebinding, cross-site requests).
//! Pure.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, header};

/// Where the browser says a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Whether the browser shows the answer as a page of its own.
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The hosts that this server answers for.
#[derive(Clone, Debug)]
pub struct Hosts {
    address: SocketAddr,
    named: Vec<String>,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It means another host.
    Host,
    /// A page of another site sent it.
    Origin,
}

impl Hosts {
    /// Those of a server at `address`, and those that somebody `named`.
    pub fn new(address: SocketAddr, named: Vec<String>) -> Self {
        Self { address, named: named.into_iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether everybody who reaches this server is on this machine.
    pub fn are_local(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// Lets a request go on that means this server and comes from nobody else's page.
    ///
    /// # Errors
    /// Which of the two it is not.
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        let hosts: Vec<_> = headers.get_all(header::HOST).iter().collect();
        let [host] = hosts.as_slice() else { return Err(Refusal::Host) };
        if !host.to_str().is_ok_and(|host| self.has(host)) {
            return Err(Refusal::Host);
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            if !host.is_some_and(|host| self.has(host)) {
                return Err(Refusal::Origin);
            }
        }
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        // Following a link from elsewhere shows a page to the user, and nothing to the site with the link.
        let is_link = method == Method::GET && text(&SEC_FETCH_MODE) == Some("navigate");
        match text(&SEC_FETCH_SITE) {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) if is_link => Ok(()),
            Some(_) => Err(Refusal::Origin),
        }
    }

    /// Whether a browser sent the request.
    pub fn is_of_browser(headers: &HeaderMap) -> bool {
        headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE)
    }

    /// Whether `text`, a host with or without its port, is one of these.
    fn has(&self, text: &str) -> bool {
        // A user before the host, or anything after it, is a trick.
        if text.contains(['@', '/', '?', '#', '\\', ' ']) {
            return false;
        }
        let Ok(authority) = text.parse::<Authority>() else { return false };
        let host = authority.host().to_ascii_lowercase();
        if self.named.contains(&host) || self.named.contains(&text.to_ascii_lowercase()) {
            return true;
        }
        if authority.port_u16().unwrap_or(80) != self.address.port() {
            return false;
        }
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        match address {
            Some(address) if self.are_local() => address.is_loopback(),
            Some(address) => self.address.ip().is_unspecified() || address == self.address.ip(),
            None => host == "localhost" && self.are_local(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listen: &str, headers: &[(&'static str, &str)], method: &Method) -> Result<(), Refusal> {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        Hosts::new(listen.parse().unwrap(), vec!["Arena.Example".to_owned()]).check(method, &headers)
    }

    #[test]
    fn only_this_server_is_meant() {
        for (listen, host, expected) in [
            ("127.0.0.1:3000", "127.0.0.1:3000", true),
            ("127.0.0.1:3000", "127.0.0.2:3000", true),
            ("127.0.0.1:3000", "localhost:3000", true),
            ("127.0.0.1:3000", "LOCALHOST:3000", true),
            ("127.0.0.1:3000", "[::1]:3000", true),
            ("127.0.0.1:3000", "arena.example", true),
            ("127.0.0.1:3000", "arena.example:443", true),
            ("127.0.0.1:80", "localhost", true),
            ("127.0.0.1:3000", "localhost", false),
            ("127.0.0.1:3000", "localhost:3001", false),
            ("127.0.0.1:3000", "evil.example:3000", false),
            ("127.0.0.1:3000", "127.evil.example:3000", false),
            ("127.0.0.1:3000", "127.0.0.1.evil.example:3000", false),
            ("127.0.0.1:3000", "localhost.:3000", false),
            ("127.0.0.1:3000", "localhost.evil.example:3000", false),
            ("127.0.0.1:3000", "localhost:3000@evil.example", false),
            ("127.0.0.1:3000", "10.0.0.1:3000", false),
            ("127.0.0.1:3000", "0.0.0.0:3000", false),
            ("127.0.0.1:3000", "2130706433:3000", false),
            ("127.0.0.1:3000", "", false),
            ("0.0.0.0:3000", "192.0.2.1:3000", true),
            ("0.0.0.0:3000", "evil.example:3000", false),
            ("192.0.2.1:3000", "192.0.2.1:3000", true),
            ("192.0.2.1:3000", "192.0.2.2:3000", false),
            ("192.0.2.1:3000", "localhost:3000", false),
        ] {
            let found = check(listen, &[("host", host)], &Method::GET);
            assert_eq!(found, if expected { Ok(()) } else { Err(Refusal::Host) }, "{listen}: {host:?}");
        }
        assert_eq!(check("127.0.0.1:3000", &[], &Method::GET), Err(Refusal::Host));
        assert_eq!(
            check("127.0.0.1:3000", &[("host", "localhost:3000"), ("host", "x")], &Method::GET),
            Err(Refusal::Host)
        );
    }

    #[test]
    fn no_page_of_another_site_is_answered() {
        let (post, get) = (&Method::POST, &Method::GET);
        for (method, headers, expected) in [
            (post, &[][..], Ok(())),
            (post, &[("origin", "http://localhost:3000")], Ok(())),
            (post, &[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-origin")], Ok(())),
            (get, &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], Ok(())),
            (get, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], Ok(())),
            (post, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], Err(Refusal::Origin)),
            (get, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")], Err(Refusal::Origin)),
            (get, &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "websocket")], Err(Refusal::Origin)),
            (post, &[("origin", "http://evil.example")], Err(Refusal::Origin)),
            (post, &[("origin", "http://localhost:8000")], Err(Refusal::Origin)),
            (post, &[("origin", "http://localhost:3000.evil.example")], Err(Refusal::Origin)),
            (post, &[("origin", "file://localhost:3000")], Err(Refusal::Origin)),
            (post, &[("origin", "null")], Err(Refusal::Origin)),
            (post, &[("origin", "")], Err(Refusal::Origin)),
        ] {
            let headers = [&[("host", "localhost:3000")], headers].concat();
            assert_eq!(check("127.0.0.1:3000", &headers, method), expected, "{method} {headers:?}");
        }
    }
}
