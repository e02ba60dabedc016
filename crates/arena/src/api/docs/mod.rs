//! `/docs`: the API and its problems for people, made from the code. The pages ask nothing of any network.

mod operations;
mod problems;
mod schema;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::app::App;

const STYLE: &str = include_str!("style.css");

/// The pages run and load nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the pages.
pub(in crate::api) fn routes() -> Router<App> {
    Router::new()
        .route("/docs/api", get(operations::page))
        .route("/docs/problems", get(problems::index))
        .route("/docs/problems/{code}", get(problems::page))
}

/// A page of this title.
fn page(title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · AI Arena" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { p { a href="/docs/api" { "API" } " · " a href="/docs/problems" { "Problems" } } }
                main { h1 { (title) } (content) }
            }
        }
    };
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page.into_string())).into_response()
}
