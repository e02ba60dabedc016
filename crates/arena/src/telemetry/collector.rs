//! The collector that takes spans, over HTTP. Touches the network.

use std::time::Duration;

use arena_models::{Http, NoClient};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use url::Url;

use super::otlp;
use super::spans::Span;
use crate::causes::in_one_line;

/// A collector that takes longer gets nothing: meanwhile changes wait, and beyond what the bus holds they are merged.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);

/// Failures are told this far apart.
const COMPLAINTS: Duration = Duration::from_mins(1);

/// Spans cannot be sent there.
#[derive(Debug, thiserror::Error)]
pub enum NoExporter {
    /// It is no address of a collector.
    #[error("{given:?} is no address of a collector: write http://HOST:4318 or https://HOST")]
    Address {
        /// What was given.
        given: String,
    },
    /// They are no headers. What was given may be a secret, and is not told.
    #[error(
        "OTEL_EXPORTER_OTLP_HEADERS are no headers: write NAME=VALUE, several joined by commas, odd characters as %20"
    )]
    Headers,
    /// No HTTP client.
    #[error("spans cannot be sent")]
    Client(#[from] NoClient),
}

/// Who takes the spans.
pub(super) struct Collector {
    client: reqwest::Client,
    address: Url,
    headers: HeaderMap,
    /// Since the last complaint.
    n_lost: usize,
    complained_at: Option<Instant>,
}

impl Collector {
    /// The one at `base`, which wants `headers`.
    ///
    /// # Errors
    /// [`NoExporter`]; whether anybody listens there is not looked at.
    pub(super) fn at(base: &str, headers: &str) -> Result<Self, NoExporter> {
        let address = traces(base).ok_or_else(|| NoExporter::Address { given: base.to_owned() })?;
        let headers = self::headers(headers).ok_or(NoExporter::Headers)?;
        Ok(Self { client: Http::plain_client(CONNECT)?, address, headers, n_lost: 0, complained_at: None })
    }

    /// Sends them once. What is not taken is lost: the record has it all.
    pub(super) async fn send(&mut self, spans: &[Span]) {
        if spans.is_empty() {
            return;
        }
        let request = self.client.post(self.address.clone()).headers(self.headers.clone()).timeout(TIMEOUT);
        let request = request.header(CONTENT_TYPE, "application/x-protobuf").body(otlp::request(spans));
        match request.send().await.and_then(reqwest::Response::error_for_status) {
            Ok(_) => {}
            Err(error) => self.complain(spans.len(), &error.without_url()),
        }
    }

    fn complain(&mut self, n_spans: usize, error: &reqwest::Error) {
        self.n_lost += n_spans;
        if self.complained_at.is_none_or(|at| at.elapsed() >= COMPLAINTS) {
            self.complained_at = Some(Instant::now());
            let n_lost = std::mem::take(&mut self.n_lost);
            tracing::warn!("{n_lost} spans were not taken by the collector: {}", in_one_line(error));
        }
    }
}

/// Where spans go, below the address of a collector.
fn traces(base: &str) -> Option<Url> {
    let url: Url = format!("{}/v1/traces", base.trim_end_matches('/')).parse().ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Headers as the variable has them: in the form of W3C's baggage, values percent-encoded.
fn headers(text: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let mut value = HeaderValue::from_bytes(&decoded(value.trim())?).ok()?;
        value.set_sensitive(true);
        headers.append(name.trim().parse::<HeaderName>().ok()?, value);
    }
    Some(headers)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_go_below_the_address_of_a_collector() {
        for (base, expected) in [
            ("http://127.0.0.1:4318", Some("http://127.0.0.1:4318/v1/traces")),
            ("https://otlp.example.com/otel/", Some("https://otlp.example.com/otel/v1/traces")),
            ("127.0.0.1:4318", None),
            ("grpc://127.0.0.1:4317", None),
            ("ftp://example.com", None),
            ("", None),
        ] {
            assert_eq!(traces(base).as_ref().map(Url::as_str), expected, "{base:?}");
        }
    }

    #[test]
    fn headers_are_read_as_the_variable_has_them() {
        for (text, expected) in [
            ("", Some(vec![])),
            ("api-key=abc", Some(vec![("api-key", "abc")])),
            (" a=1 , authorization=Basic%20eDp5+/==,", Some(vec![("a", "1"), ("authorization", "Basic eDp5+/==")])),
            ("api-key", None),
            ("a b=1", None),
            ("a=%2", None),
            ("a=%zz", None),
            ("a=%0a", None),
            ("a=1%é", None),
        ] {
            let found = headers(text).map(|headers| {
                let pairs = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
                pairs.collect::<Vec<_>>()
            });
            let expected = expected.map(|pairs| {
                pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
