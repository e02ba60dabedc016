//! Everything that a server answers: the API for programs and the pages for people, behind one door.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::api::{self, App, Code, Problem};
use crate::web;

/// All of it over `app`.
pub fn router(app: App) -> Router {
    let door = Arc::clone(app.door());
    api::router()
        .merge(web::router())
        .fallback(nothing_there)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn(move |request, next| {
            let door = Arc::clone(&door);
            async move { door.pass(request, next).await }
        }))
        // People are told in a page what programs are told in JSON, by the door too.
        .layer(from_fn(web::told_to_people))
        .layer(from_fn_with_state(app.clone(), api::request))
        .with_state(app)
}

async fn nothing_there() -> Problem {
    Problem::new(Code::NotFound, "there is nothing at this address; /api/v1/openapi.json lists what there is")
}

async fn not_so() -> Problem {
    Problem::new(Code::MethodNotAllowed, "the header allow says what can be done at this address")
}
