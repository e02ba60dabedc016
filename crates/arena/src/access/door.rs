//! The layer before all routes: finds out who asks, or refuses.

use std::sync::Arc;

use arena_store::Store;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;

use super::origin::{Hosts, Refusal};
use super::session::Sessions;
use super::token::Secret;
use super::{Caller, keeper};
use crate::api::{Code, Problem};

/// What is asked without saying who asks: whether the server is there.
const OPEN_TO_ALL: [&str; 4] = ["/livez", "/readyz", "/healthz", "/version"];

/// Who is let in.
pub struct Door {
    hosts: Hosts,
    sessions: Sessions,
    store: Arc<dyn Store>,
}

impl Door {
    /// The door of a server that answers for `hosts`, with the tokens of `store`.
    pub fn new(hosts: Hosts, store: Arc<dyn Store>) -> Self {
        Self { hosts, sessions: Sessions::default(), store }
    }

    /// The browsers that are in.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Lets a request through with its [`Caller`], or answers it.
    pub async fn pass(&self, mut request: Request, next: Next) -> Response {
        match self.caller(request.method(), request.uri().path(), request.headers()).await {
            Ok(Some(caller)) => drop(request.extensions_mut().insert(caller)),
            Ok(None) => {}
            Err(problem) => {
                tracing::warn!(http.path = request.uri().path(), "refused: {}", problem.detail());
                return problem.into_response();
            }
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
            return Ok(Some(caller));
        }
        if OPEN_TO_ALL.contains(&path) {
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
        let token = keeper::find(&*self.store, &secret, Timestamp::now()).await.map_err(|error| match error {
            keeper::Error::Store(error) => error.into(),
            error => Problem::internal(&error),
        })?;
        token.map(Caller::of).ok_or_else(no)
    }
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
