//! Sends requests, hop by hop.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arena_core::execution::Exchange;
use arena_core::message::cut;
use futures_util::StreamExt as _;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, LOCATION};
use reqwest::{Client, Method};

use super::address::is_never;
use super::request::Checked;
use super::resolve::{Guarded, Lookup, NoAddress, System};
use super::{Error, Request, Target};

/// To connect, and for a whole request with all its redirects.
const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(20);

/// As much of headers and of a body is recorded, bytes each.
const MAX_SENT_BYTES: usize = 8 << 10;

/// Redirects that are followed.
const MAX_REDIRECTS: usize = 5;

/// What is read of an answer's body, bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

/// The gate. Cheap to share; has no memory of what went through it.
pub struct Gate {
    client: Client,
    lookup: Arc<dyn Lookup>,
}

/// What the rules and the scenario say about where a request goes.
pub trait Route: Send + Sync {
    /// Whether it may go there.
    ///
    /// # Errors
    /// A sentence for the model.
    fn check(&self, method: &str, target: &Target) -> Result<(), String>;

    /// Whether a rule names this very address, so that it may be asked though it is not public.
    fn names(&self, address: IpAddr, port: u16) -> bool;

    /// What stands at a host of the scenario's own; `None` if the host is not one.
    fn simulated(&self, target: &Target) -> Option<Response>;
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// What the body is said to be.
    pub content_type: String,
    /// Where it says that it is instead.
    pub location: Option<String>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
    /// There was more.
    pub is_cut: bool,
}

impl Gate {
    /// Opens nothing yet.
    ///
    /// # Errors
    /// As of [`arena_models::Http::new`].
    pub fn new() -> Result<Self, arena_models::NoClient> {
        Self::with(Arc::new(System))
    }

    pub(super) fn with(lookup: Arc<dyn Lookup>) -> Result<Self, arena_models::NoClient> {
        let client = arena_models::Http::guarded_client(Arc::new(Guarded(Arc::clone(&lookup))), CONNECT)?;
        Ok(Self { client, lookup })
    }

    /// Sends a request. The exchanges are what went out, also of a request that failed.
    pub async fn send(&self, request: &Request, route: &dyn Route) -> (Result<Response, Error>, Vec<Exchange>) {
        let mut exchanges = Vec::new();
        let until = Instant::now() + TOTAL;
        let sent = self.hops(request, route, until, &mut exchanges).await;
        (sent, exchanges)
    }

    async fn hops(
        &self,
        request: &Request,
        route: &dyn Route,
        until: Instant,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Response, Error> {
        let mut checked = request.check()?;
        let mut target = Target::parse(&request.url)?;
        for _ in 0..=MAX_REDIRECTS {
            let begun = Instant::now();
            let mut exchange = describe(&checked, &target);
            let answered = self.hop(&checked, &target, route, until, &mut exchange).await;
            exchange.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            match &answered {
                Ok(response) => {
                    exchange.status = Some(response.status);
                    exchange.read_bytes = response.body.len() as u64;
                }
                Err(error) => exchange.error = Some(error.to_string()),
            }
            exchanges.push(exchange);
            let response = answered?;
            let Some(location) = response.location.as_deref().filter(|_| is_redirect(response.status)) else {
                return Ok(response);
            };
            let next = target.redirected(location)?;
            redirect(&mut checked, response.status, target.is_same_origin(&next));
            target = next;
        }
        Err(Error::TooManyRedirects(MAX_REDIRECTS))
    }

    async fn hop(
        &self,
        checked: &Checked,
        target: &Target,
        route: &dyn Route,
        until: Instant,
        exchange: &mut Exchange,
    ) -> Result<Response, Error> {
        route.check(checked.method.as_str(), target).map_err(|why| Error::Denied { why })?;
        if let Some(response) = route.simulated(target) {
            exchange.peer = Some("simulated".to_owned());
            return Ok(response);
        }
        // The client asks its resolver only about names.
        if let Some(address) = target.address() {
            let is_named = route.names(address, target.port()) && !is_never(address);
            if !is_named && !self.lookup.may_be(address) {
                return Err(Error::NotPublic { host: target.host().to_owned() });
            }
        }
        let host = || target.host().to_owned();
        match tokio::time::timeout_at(until.into(), self.ask(checked, target, exchange)).await {
            Ok(answered) => answered,
            Err(_) => Err(Error::TimedOut { host: host() }),
        }
    }

    async fn ask(&self, checked: &Checked, target: &Target, exchange: &mut Exchange) -> Result<Response, Error> {
        let request =
            self.client.request(checked.method.clone(), target.url().clone()).headers(checked.headers.clone());
        let request = if checked.body.is_empty() { request } else { request.body(checked.body.clone()) };
        let response = request.send().await.map_err(|error| unanswered(target, &error))?;
        if let Some(peer) = response.remote_addr() {
            exchange.peer = Some(peer.to_string());
            // Whatever the resolver said: this is whom it is connected to.
            if target.address().is_none() && !self.lookup.may_be(peer.ip()) {
                return Err(Error::NotPublic { host: target.host().to_owned() });
            }
        }
        let text =
            |headers: &HeaderMap, name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let mut is_cut = false;
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| unanswered(target, &error))?;
            let room = MAX_BODY_BYTES - body.len();
            body.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.len() > room {
                is_cut = true;
                break;
            }
        }
        Ok(Response {
            status,
            content_type: text(&headers, reqwest::header::CONTENT_TYPE).unwrap_or_default(),
            location: text(&headers, LOCATION),
            body,
            is_cut,
        })
    }
}

fn describe(checked: &Checked, target: &Target) -> Exchange {
    let line = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
    };
    let headers = checked.headers.iter().map(line).collect::<Vec<_>>().join("\n");
    Exchange {
        method: checked.method.to_string(),
        url: target.url().to_string(),
        headers: cut(headers, MAX_SENT_BYTES),
        body: cut(checked.body.clone(), MAX_SENT_BYTES),
        body_bytes: checked.body.len() as u64,
        ..Exchange::default()
    }
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The request of the next hop, as browsers change it.
fn redirect(checked: &mut Checked, status: u16, is_same_origin: bool) {
    let is_read = matches!(checked.method, Method::GET | Method::HEAD);
    if status == 303 && checked.method != Method::HEAD || matches!(status, 301 | 302) && !is_read {
        checked.method = Method::GET;
        checked.body.clear();
        checked.headers.remove(reqwest::header::CONTENT_TYPE);
    }
    if !is_same_origin {
        checked.headers.remove(AUTHORIZATION);
        checked.headers.remove(COOKIE);
    }
}

/// What went wrong, in words that hold nothing of the request.
fn unanswered(target: &Target, error: &reqwest::Error) -> Error {
    let host = target.host().to_owned();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut last = String::new();
    while let Some(now) = cause {
        match now.downcast_ref::<NoAddress>() {
            Some(NoAddress::Unresolved) => return Error::Unresolved { host },
            Some(NoAddress::NotPublic) => return Error::NotPublic { host },
            None => last = now.to_string(),
        }
        cause = now.source();
    }
    if error.is_timeout() { Error::TimedOut { host } } else { Error::Unanswered { host, why: last } }
}
