//! Where a request goes: a URL, read once. Pure.

use std::net::IpAddr;

use url::{Host, Url};

use super::Error;

/// Longer URLs are refused, bytes.
const MAX_URL_BYTES: usize = 8 << 10;

/// A URL as it was read, with a host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: String,
    address: Option<IpAddr>,
    port: u16,
}

impl Target {
    /// Reads a URL as browsers do (WHATWG): `0x7f.1` is an address, `ⓛocalhost` is a name.
    ///
    /// # Errors
    /// [`Error::BadUrl`], with a sentence.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_URL_BYTES {
            return Err(Error::BadUrl { why: format!("it is longer than {MAX_URL_BYTES} bytes") });
        }
        Self::of(Url::parse(text).map_err(|error| Error::BadUrl { why: error.to_string() })?)
    }

    /// Where `location` leads from here.
    ///
    /// # Errors
    /// As of [`Self::parse`].
    pub fn redirected(&self, location: &str) -> Result<Self, Error> {
        if location.len() > MAX_URL_BYTES {
            return Err(Error::BadUrl { why: format!("it is longer than {MAX_URL_BYTES} bytes") });
        }
        Self::of(self.url.join(location).map_err(|error| Error::BadUrl { why: error.to_string() })?)
    }

    fn of(mut url: Url) -> Result<Self, Error> {
        let bad = |why: &str| Err(Error::BadUrl { why: why.to_owned() });
        if !matches!(url.scheme(), "http" | "https") {
            return bad("only http and https go out");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return bad("it has a user or a password in it");
        }
        // What stands behind # is the browser's own.
        url.set_fragment(None);
        let Some(port) = url.port_or_known_default() else { return bad("it has no port") };
        let (host, address) = match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                if name.is_empty() || name.split('.').any(str::is_empty) {
                    return bad("its host is no name");
                }
                (name, None)
            }
            Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
            Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address))),
            None => return bad("it has no host"),
        };
        if port == 0 {
            return bad("port 0 is no port");
        }
        Ok(Self { url, host, address, port })
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// A name in lower case without a dot at its end, or an address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address, if the host is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path, without the question.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The whole, as it was read.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the other one is at the same place: then it may get what was meant for this one.
    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        (self.scheme(), &self.host, self.port) == (other.scheme(), &other.host, other.port)
    }
}
