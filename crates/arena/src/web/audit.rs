//! What was refused, and whether records of matches are whole.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::choice::Choice;
use super::frame::Frame;
use super::words::when;
use crate::access::{May, ToAdminister};
use crate::api::cursor::Page;
use crate::api::denied::{Denied, Parameters, list};
use crate::api::extract::Query;
use crate::api::{App, Problem, ROOT};
use crate::look::said;

pub(super) async fn page(
    state: State<App>,
    caller: May<ToAdminister>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let choice = Choice::of("/audit", query.as_deref());
    if let Some(clean) = choice.cleaned() {
        return Ok(Redirect::to(&clean).into_response());
    }
    let parameters = Parameters {
        code: choice.get("code").map(str::to_owned).into_iter().collect(),
        limit: None,
        cursor: choice.get("cursor").map(str::to_owned),
    };
    let Json(Page { data, next_cursor, .. }) = list(state, caller, Query(parameters)).await?;
    let content = html! {
        div.heading { h1 { "Audit" } }
        section aria-labelledby="verify" {
            h2 #verify { "Is a record whole?" }
            p.lead { "Every event of a match carries the hash of the one before. Verifying plays the record again and compares what follows from it." }
            form.filters #verification data-root=(ROOT) {
                label { "Match" input name="match" value=[choice.get("match")] required autocomplete="off" spellcheck="false" placeholder="its id"; }
                button type="submit" { "Verify" }
            }
            div #verified aria-live="polite" {}
        }
        section aria-labelledby="denied" {
            h2 #denied { "Refused requests" }
            p.lead { "The last 10,000, the newest first." }
            form.filters method="get" action="/audit" aria-label="Filter refusals" {
                (choice.select("code", "Why", &["unauthenticated", "forbidden", "host_not_allowed", "origin_not_allowed"]))
                button type="submit" { "Filter" }
            }
            @if data.is_empty() { p.muted { "Nothing was refused." } } @else { (table(&data)) }
            nav.pages aria-label="Pages" {
                @if choice.get("cursor").is_some() { a.button href=(choice.without("cursor")) rel="first" { "Newest" } }
                @if let Some(cursor) = &next_cursor { a.button href=(choice.with("cursor", cursor)) rel="next" { "Older" } }
            }
        }
    };
    Ok(Frame::new(&headers, "/audit", "Audit").running(&["audit.js"]).around(&content))
}

fn table(data: &[Denied]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Table of refused requests" tabindex="0" {
            table.rows {
                thead { tr {
                    th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "From" }
                    th scope="col" { "What" } th scope="col" { "Why" }
                } }
                tbody {
                    @for denied in data {
                        tr {
                            th scope="row" { (when(denied.at)) }
                            td data-name="Who" { @match &denied.who { Some(who) => (who), None => span.muted { "nobody known" } } }
                            td data-name="From" { (denied.address.as_deref().unwrap_or("–")) }
                            td data-name="What" { (denied.method) " " span.mono.said { (said(&denied.path)) } }
                            td data-name="Why" {
                                a href=(format!("/docs/problems/{}", denied.code)) { (denied.code) }
                                @if denied.n_left_out > 0 { br; span.small { (denied.n_left_out) " before it were not noted" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
