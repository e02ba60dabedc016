//! Who may do what: whoever asks is a caller with scopes, and a handler says which one it needs: [`May`] does so before a
//! body is read.
//!
//! The `door` stands before all routes: it looks at the host and the `origin` of a request, then for a `token` (`keeper` has
//! them) or a browser's `session`. On this machine nobody has to show anything.

pub mod denials;
mod door;
pub mod keeper;
mod may;
mod origin;
mod rates;
mod scope;
mod session;
mod token;

use arena_core::view::Audience;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

pub use self::door::Door;
pub use self::may::{May, ToAdminister, ToApprove, ToRead, ToRun};
pub use self::origin::Hosts;
pub use self::rates::Rates;
pub use self::scope::Scope;
pub use self::session::Sessions;
pub use self::token::{NotAToken, Secret, Token};
use crate::api::{Code, Problem};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// For the record: a token's name, or `local`.
    pub name: String,
    /// The document of the token that the caller showed; nothing if it is somebody on this machine.
    token: Option<String>,
    scopes: Vec<Scope>,
}

impl Caller {
    /// Somebody on this machine: it is theirs.
    pub fn local() -> Self {
        Self { name: "local".to_owned(), token: None, scopes: Scope::ALL.to_vec() }
    }

    /// Whether it is somebody on this machine who showed no token.
    pub fn is_local(&self) -> bool {
        self.token.is_none()
    }

    /// Who shows the token that is kept as `id`.
    fn of(id: String, token: Token) -> Self {
        Self { name: token.name.to_string(), token: Some(id), scopes: token.scopes }
    }

    /// Whether the caller may do what `scope` allows.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Administer)
    }

    /// Lets the caller go on only with `scope`.
    ///
    /// # Errors
    /// [`Code::Forbidden`] without it.
    pub fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden, format!("this needs a token with the scope {:?}", scope.word())))
    }

    /// The audience that the caller asked to be; without a word, the one that sees most of what the caller may.
    ///
    /// # Errors
    /// [`Code::Forbidden`] if the caller may not see as much.
    pub fn audience(&self, wanted: Option<Audience>) -> Result<Audience, Problem> {
        self.needs(Scope::Read)?;
        let needed = |audience: Audience| match audience {
            Audience::Spectator => Scope::Read,
            Audience::Red => Scope::ViewRed,
            Audience::Blue => Scope::ViewBlue,
            Audience::Target => Scope::ViewTarget,
            Audience::Operator => Scope::Administer,
        };
        match wanted {
            Some(audience) => self.needs(needed(audience)).map(|()| audience),
            None if self.may(Scope::Administer) => Ok(Audience::Operator),
            None => Ok(Audience::Spectator),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::new(Code::Unauthenticated, "send a token: authorization: Bearer aia_..."))
    }
}
