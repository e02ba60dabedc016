//! The layer before all routes: finds out who asks, or refuses.

use std::future::pending;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use arena_store::Store;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::{Instant, sleep};

use super::denials::{Denial, Denials};
use super::origin::{Hosts, Refusal};
use super::rates::{Asker, Left, Rates};
use super::session::Sessions;
use super::token::Secret;
use super::{Caller, keeper};
use crate::api::{Code, Problem, RequestId};
use crate::audit::journal::{self, Journal, Underway};
use crate::causes::in_one_line;
use crate::clock::{Clock as _, SystemClock};

/// What is asked without saying who asks: whether the server is there.
const OPEN_TO_ALL: [&str; 4] = ["/livez", "/readyz", "/healthz", "/version"];

/// What is the same for everybody holds no secret: a problem's page explains to who has no token why they need one, and the
/// page with which they sign in has a style and a script.
const FOR_EVERYBODY: [&str; 2] = ["/docs/", "/assets/"];

/// What is answered however often it is asked: who watches over the server must not lose sight of it.
const ALWAYS_ANSWERED: [&str; 5] = ["/livez", "/readyz", "/healthz", "/version", "/metrics"];

/// So often the token of who holds a connection open is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Who is let in.
pub struct Door {
    hosts: Hosts,
    sessions: Sessions,
    store: Arc<dyn Store>,
    /// Nothing if everybody may ask as often as they like.
    rates: Option<Rates>,
    denials: Denials,
    journal: Journal,
}

impl Door {
    /// The door of a server that answers for `hosts`, with the tokens of `store`, to each so often as `rates` says.
    pub fn new(hosts: Hosts, store: Arc<dyn Store>, rates: Option<Rates>) -> Self {
        let denials = Denials::open(Arc::clone(&store));
        let journal = Journal::open(Arc::clone(&store));
        Self { hosts, sessions: Sessions::default(), store, rates, denials, journal }
    }

    /// Writes down what was asked and refused last. Who comes later is refused without a trace.
    pub async fn close(&self) {
        self.journal.close().await;
        self.denials.close().await;
    }

    /// The browsers that are in.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Lets a request through with its [`Caller`], or answers it. What was refused, here or by a handler, is noted; so is
    /// what was let in to change something, and what the server could not answer.
    pub async fn pass(&self, request: Request, next: Next) -> Response {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        // An address is shared, not copied: most requests are not refused.
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
        let asked = |caller: Option<&Caller>| {
            let who = caller.map(|caller| caller.name.clone());
            journal::Request::new(who, address, method.as_str(), uri.path(), id.clone())
        };
        let begin = |caller: Option<&Caller>| self.journal.begin(asked(caller));
        let (caller, underway, response) = self.let_in(request, address, begin, next).await;
        if let Some(problem) = response.extensions().get::<Problem>()
            && matches!(
                problem.code().status(),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST
            )
        {
            let path = uri.path();
            tracing::warn!(http.path = path, "refused: {}", problem.detail());
            let who = caller.map(|caller| caller.name);
            let code = problem.code().word();
            self.denials.note(Denial::new(SystemClock.now(), who, address, method.as_str(), path, code));
            if let Some(underway) = underway {
                underway.refused();
            }
            return response;
        }
        let status = response.status();
        match underway {
            Some(underway) => underway.answered(status.as_u16()).await,
            None if status.is_server_error() => begin(caller.as_ref()).answered(status.as_u16()).await,
            None => {}
        }
        response
    }

    /// The answer, who asked, and what is to be told of a request that was let in to change something.
    async fn let_in<'a>(
        &'a self,
        mut request: Request,
        address: Option<IpAddr>,
        begin: impl Fn(Option<&Caller>) -> Underway<'a>,
        next: Next,
    ) -> (Option<Caller>, Option<Underway<'a>>, Response) {
        let found = self.caller(request.method(), request.uri().path(), request.headers()).await;
        let caller = found.as_ref().ok().cloned().flatten();
        let left =
            if ALWAYS_ANSWERED.contains(&request.uri().path()) { None } else { self.left(caller.as_ref(), address) };
        if let Some(left) = left.filter(|left| !left.allowed) {
            let detail =
                format!("more than {} requests came at once; the next may come in {} s", left.quota, left.reset_s);
            let problem = Problem::new(Code::RateLimited, detail).with(header::RETRY_AFTER, left.reset_s.into());
            return (caller, None, with_rates(problem.into_response(), left));
        }
        let is_change = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
        let underway = (is_change && found.is_ok()).then(|| begin(caller.as_ref()));
        let mut response = match found {
            Err(problem) => problem.into_response(),
            Ok(caller) => {
                if let Some(caller) = caller {
                    request.extensions_mut().insert(caller);
                }
                // A browser that comes by itself, or by a link, gets a session on its own machine.
                let opens = self.hosts.are_local()
                    && request.method() == Method::GET
                    && Hosts::is_of_browser(request.headers())
                    && self.sessions.caller(request.headers()).is_none();
                let mut response = next.run(request).await;
                if opens && let Ok(cookie) = self.sessions.open(Caller::local()) {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
        };
        if let Some(left) = left {
            response = with_rates(response, left);
        }
        (caller, underway, response)
    }

    /// What is left to whoever asks. A token is one asker wherever it is shown.
    fn left(&self, caller: Option<&Caller>, address: Option<IpAddr>) -> Option<Left> {
        let asker = match caller.filter(|caller| !caller.is_local()) {
            Some(caller) => Asker::Token(caller.name.clone()),
            None => Asker::at(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))),
        };
        self.rates.as_ref().map(|rates| rates.take(asker, Instant::now()))
    }

    /// Who asks; `None` where that does not matter.
    async fn caller(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
        self.hosts.check(method, headers).map_err(|refusal| match refusal {
            Refusal::Host => Problem::new(
                Code::HostNotAllowed,
                "the header host names another server; arena serve --allow-host NAME adds a name of this one",
            ),
            Refusal::Origin => Problem::new(Code::OriginNotAllowed, "a page of another site may not ask this server"),
        })?;
        if let Some(token) = bearer(headers)? {
            return Ok(Some(self.holder(&token).await?));
        }
        if let Some(caller) = self.sessions.caller(headers) {
            // A session is worth as much as the token that opened it, and no longer.
            let Some(id) = caller.token else { return Ok(Some(caller)) };
            if let Some(caller) = self.holder_of(id).await? {
                return Ok(Some(caller));
            }
            self.sessions.close(headers);
        }
        if OPEN_TO_ALL.contains(&path) || FOR_EVERYBODY.iter().any(|folder| path.starts_with(folder)) {
            return Ok(None);
        }
        if !self.hosts.are_local() {
            return Err(unknown("send a token: authorization: Bearer aia_..."));
        }
        let is_safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let upgrades = headers.contains_key(header::UPGRADE);
        if Hosts::is_of_browser(headers) && (!is_safe || upgrades) {
            return Err(unknown("a browser needs the cookie that it gets with the first page; load one again"));
        }
        Ok(Some(Caller::local()))
    }

    async fn holder(&self, token: &str) -> Result<Caller, Problem> {
        let no = || unknown("the token is unknown, has expired or was taken back; arena token create makes one");
        let secret: Secret = token.parse().map_err(|_| no())?;
        self.holder_of(secret.hash()).await?.ok_or_else(no)
    }

    /// Who holds the token that is kept as `id`, if it counts.
    async fn holder_of(&self, id: String) -> Result<Option<Caller>, Problem> {
        let token = keeper::find(&*self.store, &id, SystemClock.now()).await?;
        Ok(token.map(|token| Caller::of(id, token)))
    }

    /// Waits until `caller` may not be here any more: for who holds a connection open. For ever with somebody local.
    pub async fn until_worthless(&self, caller: &Caller) {
        let Some(id) = &caller.token else { return pending().await };
        loop {
            sleep(LOOK_AGAIN).await;
            match keeper::find(&*self.store, id, SystemClock.now()).await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                // A database that is gone for a moment makes no token worthless.
                Err(error) => tracing::warn!("a token was not looked at again: {}", in_one_line(&error)),
            }
        }
    }
}

/// The answer with what is left (draft-ietf-httpapi-ratelimit-headers).
fn with_rates(mut response: Response, left: Left) -> Response {
    let Left { quota, window_s, remaining, reset_s, .. } = left;
    for (name, value) in [
        (RATE_LIMIT_POLICY, format!("\"burst\";q={quota};w={window_s}")),
        (RATE_LIMIT, format!("\"burst\";r={remaining};t={reset_s}")),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("numbers and letters"));
    }
    response
}

/// What stands in the header `authorization`, if it is there.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let all: Vec<&HeaderValue> = headers.get_all(header::AUTHORIZATION).iter().collect();
    let value = match all.as_slice() {
        [] => return Ok(None),
        [one] => one.to_str().ok(),
        _ => None,
    };
    let token = value.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    token.map(Some).ok_or_else(|| unknown("send one header authorization: Bearer aia_..."))
}

fn unknown(detail: &str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
        .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"arena\""))
}
