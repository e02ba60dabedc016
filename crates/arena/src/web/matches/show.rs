//! One match: live while it is played, and step by step afterwards, on the same page.

use arena_core::id::MatchId;
use arena_core::view::Audience;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use super::standing;
use crate::access::{May, Scope, ToRead};
use crate::api::extract::Named;
use crate::api::matches::resource::{Resource, Seated};
use crate::api::{App, Problem, ROOT};
use crate::look::{said, shape};
use crate::web::frame::Frame;

pub(super) async fn page(
    State(app): State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
    Named(id): Named<MatchId>,
) -> Result<Response, Problem> {
    let (game, _) = Resource::read(&app, &caller, id).await?;
    let audience = caller.audience(None)?;
    let title = format!("{} against {} in {}", game.red.agent, defender(&game), game.scenario);
    let may = |scope: Scope| caller.may(scope).then_some("true");
    let content = html! {
        div #match data-match=(game.id) data-audience=(audience.word()) data-status=(game.status)
            data-last=(game.position.seq) data-n-rounds=[game.n_rounds]
            data-may-run=[may(Scope::Run)] data-may-approve=[may(Scope::Approve)] {
            h1.unseen { (title) }
            (score(&game))
            @if game.mock { p.mock-note { strong { "Mock. " } "A mock has a part: these figures say nothing about a model." } }
            @if let Some(reason) = &game.reason { p.reason { strong { "Why it ended: " } span.said { (said(reason)) } } }
            @if let Some(problem) = &game.problem { p.reason { strong { "It cannot be played on: " } span.said { (said(problem)) } } }
            section #replay aria-label="Replay" {
                p.muted { "Loading " (game.position.seq) " events…" }
                noscript { p { "Without scripts, read the " a href=(transcript(&game, "text")) { "transcript as text" } "." } }
            }
            (exports(&game, audience))
        }
    };
    Ok(Frame::new(&headers, "/matches", &title).running(&["match.js"]).around(&content))
}

fn defender(game: &Resource) -> &str {
    game.blue.as_ref().map_or("nobody", |blue| &blue.agent)
}

fn score(game: &Resource) -> Markup {
    let breached = game.rates.attack_success;
    html! {
        section.score aria-label="Score" {
            div.side.red {
                p.name { (shape("red")) (game.red.agent) }
                p.muted { "Red · " (game.red.model) }
            }
            div.middle {
                // Red's rounds against those that held.
                p.figures #score { span #breached { (breached.hits) } " – " span #held { (breached.n - breached.hits) } }
                p.muted #progress { (standing(game)) }
            }
            div.side.blue {
                @match &game.blue {
                    Some(Seated { agent, model }) => {
                        p.name { (agent) (shape("blue")) }
                        p.muted { (model) " · Blue" }
                    }
                    None => { p.name { "nobody" (shape("blue")) } p.muted { "no guard · Blue" } }
                }
            }
        }
        p.facts {
            "Target " strong { (game.target.agent) } " " span.muted { (game.target.model) }
            " · Scenario " a href=(format!("/scenarios/{}", game.scenario)) { (game.scenario) }
            @if let Some(label) = &game.label { " · Label " a href=(format!("/matches?label={label}")) { (label) } }
            " · Seed " span.mono { (game.seed) }
        }
    }
}

fn exports(game: &Resource, audience: Audience) -> Markup {
    let report = |format: &str| format!("{ROOT}/matches/{}/report?format={format}", game.id);
    html! {
        section.exports aria-labelledby="exports" {
            h2 #exports { "Export" }
            p {
                "Report: " a href=(report("html")) { "page" } " · " a href=(report("markdown")) { "Markdown" } " · "
                a href=(report("json")) { "JSON" } " · " a href=(report("junit")) { "JUnit" } " · "
                a href=(report("sarif")) { "SARIF" }
            }
            p {
                "Transcript: " a href=(transcript(game, "text")) { "text" } " · "
                a href=(transcript(game, "markdown")) { "Markdown" } " · "
                a href=(transcript(game, "json")) { "JSON" } " · " a href=(transcript(game, "ndjson")) { "NDJSON" }
                " · as " (audience.word())
            }
            p.small { "On the command line: " code { "arena replay " (game.id) } }
        }
    }
}

fn transcript(game: &Resource, format: &str) -> String {
    format!("{ROOT}/matches/{}/transcript?format={format}", game.id)
}
