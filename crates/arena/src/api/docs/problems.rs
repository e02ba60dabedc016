//! `/docs/problems/{code}`: what a problem means, and what to do. The `type` of each points to its page.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::super::problem::{Code, Problem};

/// All of them.
pub(super) async fn index() -> Response {
    super::page(
        "Problems",
        &html! {
            p { "What cannot be done is answered with a problem document (RFC 9457). Its " code { "code" }
                " is one of these, and stays as it is; more may be added." }
            table {
                thead { tr { th { "code" } th { "status" } th { "meaning" } } }
                tbody {
                    @for code in Code::ALL {
                        tr {
                            td { a href={ "/docs/problems/" (code.word()) } { code { (code.word()) } } }
                            td { (code.status()) }
                            td { (code.title()) }
                        }
                    }
                }
            }
        },
    )
}

/// One of them.
pub(super) async fn page(Path(word): Path<String>) -> Response {
    let Some(code) = Code::ALL.into_iter().find(|code| code.word() == word) else {
        return Problem::new(Code::NotFound, "there is no such problem; /docs/problems lists all").into_response();
    };
    super::page(
        code.title(),
        &html! {
            p { code { (code.word()) } ", status " (code.status()) }
            p { (code.advice()) }
            p.muted { "The answer's " code { "detail" } " says what is wrong in this case, " code { "errors" }
                " names the fields of the body, and " code { "request_id" } " finds it in the server's log." }
        },
    )
}
