//! What waits for a person, with all that is known of it, and the two answers.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::frame::Frame;
use super::words::when;
use crate::access::{May, ToApprove};
use crate::api::approvals::{Waiting, list};
use crate::api::cursor::Paging;
use crate::api::extract::Query;
use crate::api::{App, Problem, ROOT};
use crate::look::said;

pub(super) async fn page(state: State<App>, caller: May<ToApprove>, headers: HeaderMap) -> Result<Response, Problem> {
    let patience = state.settings().wait_for_person;
    let paging = Paging { limit: None, cursor: None };
    let Json(found) = list(state, caller, Query(paging)).await?;
    let content = html! {
        div.heading { h1 { "Approvals" } }
        button.pill #news type="button" hidden { "Something changed: load the page again" }
        p.lead {
            "What an agent wants and a rule leaves to a person. A match waits until it is decided, "
            (patience) " s at most; then the answer is no."
        }
        div data-live="approvals" {
            @if found.data.is_empty() {
                section.empty {
                    h2 { "Nothing waits" }
                    p { "A question appears here when a rule says that a person has to allow a call, or when Blue wants to change the Target." }
                }
            }
            @for question in &found.data { (card(question)) }
        }
        @if found.has_more { p.muted { "More wait behind these." } }
    };
    Ok(Frame::new(&headers, "/approvals", "Approvals").running(&["live.js", "approve.js"]).around(&content))
}

fn card(question: &Waiting) -> Markup {
    let id = format!("question-{}-{}", question.r#match, question.call);
    html! {
        article.card.question aria-labelledby=(id) tabindex="0" {
            h2 id=(id) {
                @match &question.tool { Some(tool) => { "A call of " code { (said(tool)) } }, None => "A change of the Target" }
            }
            dl.facts {
                dt { "Match" } dd { a.mono href=(format!("/matches/{}", question.r#match)) { (question.r#match) } }
                @if let Some(rule) = &question.rule { dt { "Rule" } dd { (said(rule)) } }
                dt { "Since" } dd { (when(question.since)) }
            }
            @for value in [&question.arguments, &question.patch].into_iter().flatten() { (exactly(value)) }
            form method="post" data-api=(format!("POST {ROOT}/matches/{}/approval", question.r#match)) data-then="/approvals" {
                input type="hidden" name="call" value=(question.call) data-type="number";
                div.stack {
                    label for=(format!("reason-{id}")) { "Why not, if you deny it" }
                    input id=(format!("reason-{id}")) name="reason" maxlength="500" autocomplete="off";
                }
                div.actions {
                    button.primary type="button" data-decision="approve" disabled { "Approve once " kbd { "A" } }
                    button.danger type="submit" data-decision="deny" { "Deny " kbd { "D" } }
                }
            }
        }
    }
}

/// What is wanted, to the letter: each field as a text of its own.
fn exactly(value: &Value) -> Markup {
    let text = |value: &Value| value.as_str().map_or_else(|| format!("{value:#}"), str::to_owned);
    html! {
        @match value.as_object() {
            Some(fields) => dl.facts { @for (name, value) in fields { dt { (said(name)) } dd { pre.said { (said(&text(value))) } } } },
            None => pre.said { (said(&text(value))) },
        }
    }
}
