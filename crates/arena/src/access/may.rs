//! A caller who may do what a handler is about to: looked at before a body is read.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Caller, Scope};
use crate::api::Problem;

/// Who asks, with the scope that `T` names.
#[derive(Clone, Debug)]
pub struct May<T>(Caller, PhantomData<T>);

/// What somebody may want to do.
pub trait To {
    /// The scope that it needs.
    const SCOPE: Scope;
}

/// To look at matches and what belongs to them.
#[derive(Clone, Copy, Debug)]
pub struct ToRead;

/// To begin, pause, resume and stop matches.
#[derive(Clone, Copy, Debug)]
pub struct ToRun;

/// To decide what waits for a person.
#[derive(Clone, Copy, Debug)]
pub struct ToApprove;

/// To do everything.
#[derive(Clone, Copy, Debug)]
pub struct ToAdminister;

impl To for ToRead {
    const SCOPE: Scope = Scope::Read;
}

impl To for ToRun {
    const SCOPE: Scope = Scope::Run;
}

impl To for ToApprove {
    const SCOPE: Scope = Scope::Approve;
}

impl To for ToAdminister {
    const SCOPE: Scope = Scope::Administer;
}

impl<T: To> May<T> {
    /// The caller, if it may.
    ///
    /// # Errors
    /// [`Code::Forbidden`](crate::api::Code::Forbidden) if it may not.
    pub fn of(caller: Caller) -> Result<Self, Problem> {
        caller.needs(T::SCOPE)?;
        Ok(Self(caller, PhantomData))
    }
}

impl<T> Deref for May<T> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S: Sync, T: To> FromRequestParts<S> for May<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::of(Caller::from_request_parts(parts, state).await?)
    }
}
