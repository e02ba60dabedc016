//! Reports on matches together, in every format.

use std::num::NonZeroUsize;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::choice::Choice;
use super::frame::Frame;
use super::matches::result;
use super::words::when;
use crate::access::{May, ToRead};
use crate::api::extract::Query;
use crate::api::matches::list::{Parameters, Status, list};
use crate::api::matches::resource::Resource;
use crate::api::{App, Problem, ROOT};

/// The formats: the word of the API, the ending of the file, and what it is for.
const FORMATS: [(&str, &str, &str); 6] = [
    ("html", "html", "a page for people"),
    ("markdown", "md", "Markdown, for a pull request"),
    ("json", "json", "JSON, everything"),
    ("junit", "xml", "JUnit, for CI"),
    ("sarif", "sarif", "SARIF, for code scanning"),
    ("text", "txt", "text"),
];

/// Matches that are offered at once.
const SHOWN: usize = 100;

pub(super) async fn page(
    state: State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let choice = Choice::of("/reports", query.as_deref());
    if let Some(clean) = choice.cleaned() {
        return Ok(Redirect::to(&clean).into_response());
    }
    let parameters = Parameters {
        status: vec![Status::Completed, Status::Stopped, Status::Failed],
        label: choice.get("label").map(str::to_owned).into_iter().collect(),
        scenario: choice.get("scenario").map(str::to_owned).into_iter().collect(),
        limit: NonZeroUsize::new(SHOWN),
        ..Parameters::default()
    };
    let Json(found) = list(state, caller, Query(parameters)).await?;
    let content = html! {
        div.heading { h1 { "Reports" } }
        p.lead { "Matches are reported on together: their rounds are counted as one sample. A report shows what a spectator may see." }
        form.filters method="get" action="/reports" role="search" aria-label="Filter matches" {
            label { "Scenario" input name="scenario" value=[choice.get("scenario")] autocomplete="off" spellcheck="false"; }
            label { "Label" input name="label" value=[choice.get("label")] autocomplete="off" spellcheck="false"; }
            button type="submit" { "Filter" }
            @if choice.filters().next().is_some() { a.button.quiet href="/reports" { "Clear" } }
        }
        @if found.data.is_empty() {
            section.empty { h2 { "No match to report on" } p { a.button.primary href="/matches/new" { "New match" } } }
        } @else { (form(&found.data)) }
        @if found.has_more { p.muted { "The newest " (SHOWN) " are shown; a label narrows them down." } }
    };
    Ok(Frame::new(&headers, "/reports", "Reports").running(&["reports.js"]).around(&content))
}

fn form(matches: &[Resource]) -> Markup {
    html! {
        form #reports method="post" data-report=(format!("{ROOT}/reports")) {
            div.scroll role="region" aria-label="Matches" tabindex="0" {
                table.rows {
                    thead { tr {
                        th scope="col" { input #all type="checkbox" aria-label="All"; }
                        th scope="col" { "Result" } th scope="col" { "Scenario" } th scope="col" { "Label" } th scope="col" { "Begun" }
                    } }
                    tbody {
                        @for game in matches {
                            tr {
                                td data-name="Take" { input type="checkbox" name="matches" value=(game.id) aria-label=(format!("Take match {}", game.id)); }
                                th scope="row" { a href=(format!("/matches/{}", game.id)) { (result(game)) } }
                                td data-name="Scenario" { (game.scenario) @if game.mock { " " span.chip { "mock" } } }
                                td data-name="Label" { (game.label.as_deref().unwrap_or("–")) }
                                td data-name="Begun" { (when(game.created_at)) }
                            }
                        }
                    }
                }
            }
            div.actions {
                label for="format" { "As" }
                select #format name="format" {
                    @for (word, ending, what) in FORMATS { option value=(word) data-ending=(ending) { (what) } }
                }
                button.primary type="submit" { "Make the report" }
                span #said aria-live="polite" {}
            }
        }
    }
}
