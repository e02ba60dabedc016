//! What goes wrong, as a page: what, why, and where to go on. Who is not known may sign in here.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use maud::{Markup, html};

use super::frame::Frame;
use crate::api::{Problem, ROOT, RequestId, with_headers_of};

/// Answers a browser that opens a page with a page where a program would be told a problem in JSON.
pub(crate) async fn told_to_people(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_page = !path.starts_with(ROOT) && !path.starts_with("/assets/") && takes_html(request.headers());
    if !is_page {
        return next.run(request).await;
    }
    let headers = request.headers().clone();
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        // What the problem and the layers within have said in headers holds for the page, too.
        Some(problem) => with_headers_of(page(&headers, &problem, id), response),
        None => response,
    }
}

fn page(headers: &HeaderMap, problem: &Problem, id: Option<RequestId>) -> Response {
    let code = problem.code();
    let content = html! {
        section.problem {
            p.muted { (code.status().as_u16()) }
            h1 { (code.title()) }
            @if code.status() == StatusCode::UNAUTHORIZED { (sign_in()) } @else {
                p.said { (problem.detail()) }
                p.muted { (code.advice()) }
                p {
                    a.button href="/" { "Dashboard" } " "
                    a.button href="/matches" { "Matches" } " "
                    a.button href=(format!("/docs/problems/{}", code.word())) { "What it means" }
                }
            }
            @if let Some(RequestId(id)) = id { p.small { "Request " span.mono { (id) } } }
        }
    };
    let title = code.title();
    Frame::new(headers, "", title).answer(code.status(), &content)
}

/// A token becomes a cookie: a browser cannot send a token with every page.
fn sign_in() -> Markup {
    html! {
        p { "This server answers those whom it knows. A browser that has signed in is known for twelve hours." }
        form.stack method="post" data-api=(format!("POST {ROOT}/session")) data-signs-in="true" {
            label for="token" { "Token" }
            input #token name="token" type="password" autocomplete="current-password" required placeholder="aia_…"
                aria-describedby="token-hint";
            p.small #token-hint { "From " code { "arena token create NAME --scope read" } " on the server's machine." }
            button.primary type="submit" { "Sign in" }
        }
    }
}

fn takes_html(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}
