//! The form with which a match begins.

use arena_core::agent::Agent;
use arena_core::id::Seat;
use arena_core::scenario::Scenario;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use crate::access::{May, ToRun};
use crate::api::{App, Problem, ROOT};
use crate::library::Item;
use crate::look::{said, shape};
use crate::roster::Offer;
use crate::web::choice::Choice;
use crate::web::frame::Frame;
use crate::web::library::all;

/// How long a match can be: the word of the API, and what it means.
const MODES: [(&str, &str); 4] = [
    ("quick", "Quick: 5 rounds"),
    ("standard", "Standard: 20 rounds"),
    ("deep", "Deep: 50 rounds"),
    ("continuous", "Until stopped"),
];

/// What a match may use: the field of the API, its label, how it is written, and an example.
const LIMITS: [(&str, &str, &str, &str); 4] = [
    ("budget/calls", "Model calls", "number", "500"),
    ("budget/tokens", "Tokens", "number", "200000"),
    ("budget/cost_microusd", "US dollars", "millionths", "2.50"),
    ("budget/seconds", "Seconds", "number", "600"),
];

pub(super) async fn page(
    State(app): State<App>,
    _: May<ToRun>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let choice = Choice::of("/matches/new", query.as_deref());
    let scenario = choice.get("scenario").unwrap_or("support-desk");
    let scenarios = all::<Scenario>(&app).await?;
    let agents = all::<Agent>(&app).await?;
    let offers = app.roster().offered();
    let content = html! {
        div.heading { h1 { "New match" } }
        @for (name, value) in missing(&choice, &scenarios, &agents) {
            p.form-error role="alert" { "There is no " (name) " " (said(value)) " any more; another one is chosen below." }
        }
        form method="post" data-api=(format!("POST {ROOT}/matches")) data-then="/matches/{id}" data-once="true" {
            fieldset {
                legend { "What is played" }
                div.fields {
                    div {
                        label for="scenario" { "Scenario" }
                        select #scenario name="scenario" required {
                            @for Item { value, .. } in &scenarios {
                                option value=(value.name) selected[scenario == value.name.as_str()] {
                                    (value.name) ": " (value.title)
                                }
                            }
                        }
                    }
                    div {
                        label for="mode" { "How long" }
                        select #mode name="mode" {
                            @for (word, means) in MODES { option value=(word) { (means) } }
                        }
                    }
                    (text("rounds", "Rounds", "number", "in place of a mode"))
                    (text("delay_ms", "Rest between rounds, ms", "number", "0"))
                }
            }
            fieldset {
                legend { "Who plays" }
                div.fields {
                    (seat(&choice, &agents, Seat::Red, "attacker"))
                    (seat(&choice, &agents, Seat::Blue, "guard"))
                    (seat(&choice, &agents, Seat::Target, "assistant"))
                    div {
                        label for="judges" { "Judges" }
                        input #judges name="judges" data-type="list" autocomplete="off" placeholder="none";
                        span.small { "Only where facts cannot decide; names with commas." }
                    }
                }
                h2 { "Models" }
                div.fields {
                    @for (name, label) in [("all", "Of all seats"), ("red", "Of Red"), ("blue", "Of Blue"), ("target", "Of the Target")] {
                        (model(name, label, &offers))
                    }
                }
                p.small { "Left empty, an agent's own model speaks, or else the mock, which needs no key and is no model." }
            }
            fieldset {
                legend { "What it may use" }
                div.fields {
                    @for (name, label, kind, example) in LIMITS { (text(name, label, kind, example)) }
                }
                p.small { "The match ends when one of these is used up. Empty is without a limit of its own." }
            }
            details {
                summary { "Seed and label" }
                div.fields {
                    (text("seed", "Seed", "", "drawn"))
                    (text("label", "Label", "", "none"))
                }
                p.small { "The same seed and the same answers give the same match. A label finds matches again, to compare them." }
            }
            p #estimate.muted aria-live="polite" {}
            div.actions { button.primary type="submit" { "Begin the match" } }
        }
    };
    Ok(Frame::new(&headers, "/matches", "New match").running(&["estimate.js"]).around(&content))
}

/// What the address asks for and nobody has.
fn missing<'a>(
    choice: &'a Choice<'_>,
    scenarios: &[Item<Scenario>],
    agents: &[Item<Agent>],
) -> Vec<(&'static str, &'a str)> {
    let seats = [("red", Seat::Red), ("blue", Seat::Blue), ("target", Seat::Target)];
    let sits = |seat: Seat, name: &str| {
        (seat == Seat::Blue && name == "none")
            || agents.iter().any(|item| item.value.seat == seat && item.value.name.as_str() == name)
    };
    let scenario =
        choice.get("scenario").filter(|name| !scenarios.iter().any(|item| item.value.name.as_str() == *name));
    let agents =
        seats.into_iter().filter_map(|(word, seat)| Some((word, choice.get(word).filter(|name| !sits(seat, name))?)));
    scenario.map(|name| ("scenario", name)).into_iter().chain(agents).collect()
}

fn seat(choice: &Choice<'_>, agents: &[Item<Agent>], seat: Seat, usual: &str) -> Markup {
    let word = seat.word();
    let chosen = choice.get(word).unwrap_or(usual);
    html! {
        div {
            label for=(word) { @match seat {
                Seat::Red => { (shape("red")) " Red attacks" },
                Seat::Blue => { (shape("blue")) " Blue defends" },
                _ => "Target, under test",
            } }
            select id=(word) name=(word) {
                @for agent in agents.iter().map(|item| &item.value).filter(|agent| agent.seat == seat) {
                    option value=(agent.name) title=(agent.summary) selected[agent.name.as_str() == chosen]
                        data-model=[&agent.model] data-n-guards=[(seat == Seat::Blue).then_some(agent.guards.len())] {
                        (agent.name)
                    }
                }
                @if seat == Seat::Blue { option value="none" selected[chosen == "none"] data-n-guards="0" { "nobody: no guard" } }
            }
        }
    }
}

fn model(name: &str, label: &str, offers: &[Offer]) -> Markup {
    let id = format!("model-{name}");
    html! {
        div {
            label for=(id) { (label) }
            select id=(id) name=(format!("models/{name}")) {
                option value="" { "as the agent says" }
                @for offer in offers {
                    option value=(offer.model) disabled[!offer.ready]
                        data-input=[offer.input_usd_per_million] data-output=[offer.output_usd_per_million] { (offer.model) }
                }
            }
        }
    }
}

fn text(name: &str, label: &str, kind: &str, example: &str) -> Markup {
    let id = name.replace('/', "-");
    html! {
        div {
            label for=(id) { (label) }
            input id=(id) name=(name) data-type=[(!kind.is_empty()).then_some(kind)] placeholder=(example)
                inputmode=[(!kind.is_empty()).then_some("decimal")] autocomplete="off" spellcheck="false";
        }
    }
}
