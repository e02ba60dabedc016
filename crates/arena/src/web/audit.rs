//! What was refused, and whether records of matches are whole.

use arena_core::id::MatchId;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::choice::Choice;
use super::frame::Frame;
use super::words::when;
use crate::access::{May, ToAdminister};
use crate::api::cursor::{Page, Paging};
use crate::api::denied::{Denied, Parameters, list};
use crate::api::extract::{Named, Query};
use crate::api::matches::audit::{Call, Verification, calls, verification};
use crate::api::{App, Problem};
use crate::look::{said, shape};

/// Calls of one match on the page.
const MAX_CALLS: usize = 200;

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
    let of_match = match choice.get("match").map(str::parse::<MatchId>) {
        Some(Ok(id)) => Some(of_match(&state, &caller, id).await.map_err(|problem| problem.detail().to_owned())),
        Some(Err(_)) => Some(Err("that is no id of a match: it has 26 letters and digits".to_owned())),
        None => None,
    };
    let Json(Page { data, next_cursor, .. }) = list(state, caller, Query(parameters)).await?;
    let content = html! {
        div.heading { h1 { "Audit" } }
        section aria-labelledby="verify" {
            h2 #verify { "The record of a match" }
            p.lead { "Every event carries the hash of the one before. A record is whole if the chain holds and everything that it names is there." }
            form.filters method="get" action="/audit" aria-label="Whose record" {
                label { "Match" input name="match" value=[choice.get("match")] required autocomplete="off" spellcheck="false" placeholder="its id"; }
                button type="submit" { "Verify" }
            }
            @match &of_match {
                Some(Ok((whole, calls))) => { (verified(whole)) (trail(calls)) },
                Some(Err(detail)) => p.form-error role="alert" { (detail) },
                None => {},
            }
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
    Ok(Frame::new(&headers, "/audit", "Audit").around(&content))
}

/// Whether the record of a match is whole, and what its tools were asked.
async fn of_match(
    state: &State<App>,
    caller: &May<ToAdminister>,
    id: MatchId,
) -> Result<(Verification, Page<Call>), Problem> {
    let Json(whole) = verification(state.clone(), caller.clone(), Named(id)).await?;
    let paging = Paging { limit: Some(MAX_CALLS), cursor: None };
    let Json(calls) = calls(state.clone(), caller.clone(), Named(id), Query(paging)).await?;
    Ok((whole, calls))
}

fn verified(whole: &Verification) -> Markup {
    html! {
        @if whole.good {
            p { span.state.blue { (shape("blue")) "The record is whole" } ": " (whole.n_events) " events, " (whole.n_calls) " tool calls." }
        } @else {
            p { span.state.red { (shape("red")) "The record is not whole" } ": " (whole.n_events) " events can be read." }
            ul { @for problem in &whole.problems { li.said { (said(problem)) } } }
        }
        @if let Some(head) = &whole.head {
            p.small { "The last event's hash: " span.mono { (head) } ". Who notes it can tell later whether the end was cut off." }
        }
    }
}

fn trail(calls: &Page<Call>) -> Markup {
    html! {
        h3 { "Tool calls" }
        @if calls.data.is_empty() { p.muted { "No tool was asked." } } @else {
            div.scroll role="region" aria-label="Tool calls" tabindex="0" {
                table.rows {
                    thead { tr {
                        th scope="col" { "Tool" } th scope="col" { "Round" } th scope="col" { "When" }
                        th scope="col" { "Decided" } th scope="col" { "Rule" } th scope="col" { "End" }
                    } }
                    tbody { @for call in &calls.data { (asked(call)) } }
                }
            }
            @if calls.has_more { p.muted { "The first " (MAX_CALLS) " are shown; the API has them all." } }
        }
    }
}

fn asked(call: &Call) -> Markup {
    html! {
        tr {
            th scope="row" { code.said { (said(&call.tool)) } }
            td data-name="Round" { (call.round) ", event " (call.seq) }
            td data-name="When" { (when(call.at)) }
            td data-name="Decided" { (call.decision) }
            td data-name="Rule" { @match &call.rule { Some(rule) => span.mono.said { (said(rule)) }, None => "–" } }
            td data-name="End" { (call.end) }
        }
    }
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
