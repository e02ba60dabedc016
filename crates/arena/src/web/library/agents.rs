//! Agents: who can take a seat.

use arena_core::agent::Agent;
use arena_core::id::Seat;
use arena_core::name::Name;
use arena_core::strategy::Strategy;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use super::revisions::{Which, actions, source};
use super::{all, origin};
use crate::access::{May, Scope, ToRead};
use crate::api::extract::{Named, Query};
use crate::api::{App, Problem, ROOT};
use crate::library::Item;
use crate::look::{said, shape};
use crate::web::frame::Frame;

/// The seats, as headings.
const SEATS: [(Seat, &str, &str); 4] = [
    (Seat::Red, "red", "Red: attackers"),
    (Seat::Blue, "blue", "Blue: defenders"),
    (Seat::Target, "plain", "Targets: under test"),
    (Seat::Judge, "plain", "Judges: asked what facts cannot decide"),
];

pub(super) async fn list(State(app): State<App>, caller: May<ToRead>, headers: HeaderMap) -> Result<Response, Problem> {
    let agents = all::<Agent>(&app).await?;
    let content = html! {
        div.heading {
            h1 { "Agents" }
            @if caller.may(Scope::Administer) { a.button.primary href="/create/agent" { "New agent" } }
        }
        @for (seat, side, heading) in SEATS {
            h2 { span.state.(side) { (shape(side)) (heading) } }
            div.cards {
                @for item in agents.iter().filter(|item| item.value.seat == seat) { (card(item)) }
            }
        }
    };
    Ok(Frame::new(&headers, "/agents", "Agents").around(&content))
}

fn card(item: &Item<Agent>) -> Markup {
    let agent = &item.value;
    html! {
        article.card {
            h3 { a href=(format!("/agents/{}", agent.name)) { (agent.name) } }
            p { (said(&agent.summary)) }
            p.tags {
                (origin(item))
                @if let Some(model) = &agent.model { span.chip { (model) } }
            }
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
    Named(name): Named<Name>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let item = which.find::<Agent>(&app, &name).await?;
    let agent = &item.value;
    let seat = agent.seat.word();
    // Others are shown what the API shows them.
    let sees_all = caller.may(Scope::Administer);
    let content = html! {
        div.heading {
            h1 { (agent.name) " " (origin(&item)) }
            (actions(&caller, &item, &which))
        }
        p.lead { (said(&agent.summary)) }
        dl.facts {
            dt { "Seat" } dd { (seat) }
            dt { "Model" } dd { @match &agent.model { Some(model) => (model), None => "whoever starts the match says" } }
            @if sees_all && agent.seat == Seat::Red { dt { "Strategy" } dd { (strategy(&agent.strategy)) } }
            @if sees_all && !agent.guards.is_empty() {
                dt { "Guards" }
                dd { @for guard in &agent.guards { span.chip { (guard.name) } " " } }
            }
        }
        p.actions {
            @if agent.seat != Seat::Judge {
                @if caller.may(Scope::Run) && which.stands() {
                    a.button href=(format!("/matches/new?{seat}={}", agent.name)) { "Begin a match with it" }
                }
                a.button.quiet href=(format!("/matches?{seat}={}", agent.name)) { "Its matches" }
            }
        }
        @if sees_all && which.stands() { (question(agent)) }
        (source(&app, &caller, &item, &which).await?)
    };
    Ok(Frame::new(&headers, "/agents", agent.name.as_str()).running(&["question.js"]).around(&content))
}

fn strategy(strategy: &Strategy) -> &'static str {
    match strategy {
        Strategy::Model => "what its model writes is sent",
        Strategy::Pack(_) => "a pack of attacks that are written down",
        Strategy::Search(_) => "a search over rounds",
        Strategy::Crescendo(_) => "a conversation that escalates within a round",
    }
}

/// One question, to see how it speaks.
fn question(agent: &Agent) -> Markup {
    html! {
        h2 { "Try it" }
        form #question method="post" data-api=(format!("POST {ROOT}/agents/{}/question", agent.name)) {
            div {
                label for="text" { "A question, outside of any match" }
                textarea #text name="text" rows="3" required {}
            }
            div.fields {
                div {
                    label for="model" { "Model" }
                    input #model name="model" autocomplete="off" spellcheck="false"
                        placeholder=(agent.model.as_ref().map_or("mock".to_owned(), ToString::to_string));
                }
            }
            div.actions { button type="submit" { "Ask" } }
            div #answer aria-live="polite" {}
        }
    }
}
