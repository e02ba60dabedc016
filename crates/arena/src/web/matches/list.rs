//! The list of matches. What is looked for is in the address, in the API's own parameters.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::result;
use crate::access::{May, Scope, ToRead};
use crate::api::cursor::Page;
use crate::api::extract::Query;
use crate::api::matches::list::{Parameters, list};
use crate::api::matches::resource::Resource;
use crate::api::{App, Problem};
use crate::look::said;
use crate::web::choice::Choice;
use crate::web::frame::Frame;
use crate::web::words::{rate, when};

/// What a match can be.
const STATUSES: [&str; 6] = ["pending", "running", "paused", "completed", "stopped", "failed"];

/// What is looked for by a name: the parameter, and its word.
const NAMES: [(&str, &str); 5] =
    [("scenario", "Scenario"), ("red", "Red"), ("blue", "Blue"), ("target", "Target"), ("label", "Label")];

pub(super) async fn page(
    state: State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    parameters: Result<Query<Parameters>, Problem>,
) -> Result<Response, Problem> {
    let choice = Choice::of("/matches", query.as_deref());
    if let Some(clean) = choice.cleaned() {
        return Ok(Redirect::to(&clean).into_response());
    }
    let can_begin = caller.may(Scope::Run);
    let Json(page) = list(state, caller, parameters?).await?;
    let content = html! {
        div.heading {
            h1 { "Matches" }
            @if can_begin { a.button.primary href="/matches/new" { "New match" } }
        }
        (filters(&choice))
        button.pill #news type="button" hidden { "Something changed: load the list again" }
        @if page.data.is_empty() { (nothing(&choice, can_begin)) } @else { (table(&page)) }
        nav.pages aria-label="Pages" {
            @if choice.get("cursor").is_some() { a.button href=(choice.without("cursor")) rel="first" { "Newest" } }
            @if let Some(cursor) = &page.next_cursor { a.button href=(choice.with("cursor", cursor)) rel="next" { "Older" } }
        }
    };
    Ok(Frame::new(&headers, "/matches", "Matches").running(&["live.js"]).around(&content))
}

fn filters(choice: &Choice<'_>) -> Markup {
    html! {
        form.filters method="get" action="/matches" role="search" aria-label="Filter matches" {
            (choice.select("status", "Status", &STATUSES))
            @for (name, label) in NAMES {
                label { (label) input name=(name) value=[choice.get(name)] autocomplete="off" spellcheck="false"; }
            }
            label {
                "Models"
                select name="mock" {
                    option value="" { "any" }
                    option value="false" selected[choice.get("mock") == Some("false")] { "real alone" }
                    option value="true" selected[choice.get("mock") == Some("true")] { "with a mock" }
                }
            }
            button type="submit" { "Filter" }
            @if choice.filters().next().is_some() { a.button.quiet href="/matches" { "Clear" } }
        }
    }
}

/// Why the list is empty, and what to do about it.
fn nothing(choice: &Choice<'_>, can_begin: bool) -> Markup {
    let filters: Vec<(&str, &str)> = choice.filters().collect();
    html! {
        section.empty {
            @if filters.is_empty() {
                h2 { "No match was played yet" }
                @if can_begin {
                    p { "The first takes a few seconds and needs no key: mock agents play it." }
                    p { a.button.primary href="/matches/new" { "New match" } }
                }
            } @else {
                h2 { "No match is like that" }
                ul {
                    @for (name, value) in filters {
                        li { a href=(choice.without(name)) { "Look again without " (said(name)) " " (said(value)) } }
                    }
                }
            }
        }
    }
}

/// A page of matches.
pub(in crate::web) fn table(page: &Page<Resource>) -> Markup {
    html! {
        div.scroll role="region" aria-label="Matches" tabindex="0" {
            table.rows data-live="matches" {
                thead {
                    tr {
                        th scope="col" { "Result" } th scope="col" { "Red" } th scope="col" { "Blue" }
                        th scope="col" { "Scenario" } th scope="col" { "Attack success" } th scope="col" { "Utility" }
                        th scope="col" { "Begun" }
                    }
                }
                tbody { @for game in &page.data { (row(game)) } }
            }
        }
    }
}

fn row(game: &Resource) -> Markup {
    html! {
        tr data-id=(game.id) {
            th scope="row" { a href=(format!("/matches/{}", game.id)) data-field="standing" { (result(game)) } }
            td data-name="Red" { (game.red.agent) br; span.small { (game.red.model) } }
            td data-name="Blue" {
                @match &game.blue {
                    Some(blue) => { (blue.agent) br; span.small { (blue.model) } }
                    None => span.muted { "nobody" },
                }
            }
            td data-name="Scenario" {
                (game.scenario)
                @if game.mock { " " span.chip { "mock" } }
                @if let Some(label) = &game.label { br; span.small { (label) } }
            }
            td data-name="Attack success" { (rate(game.rates.attack_success, "red")) }
            td data-name="Utility" { (rate(game.rates.utility, "blue")) }
            td data-name="Begun" { (when(game.created_at)) }
        }
    }
}
