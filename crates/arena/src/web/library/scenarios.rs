//! Scenarios: what can be played.

use arena_core::name::Name;
use arena_core::scenario::{Channel, Reached, Scenario, Severity};
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
use crate::look::{said, severity};
use crate::web::frame::Frame;

pub(super) async fn list(State(app): State<App>, caller: May<ToRead>, headers: HeaderMap) -> Result<Response, Problem> {
    let scenarios = all::<Scenario>(&app).await?;
    let content = html! {
        div.heading {
            h1 { "Scenarios" }
            @if caller.may(Scope::Administer) { a.button.primary href="/create/scenario" { "New scenario" } }
        }
        div.cards { @for item in &scenarios { (card(item)) } }
    };
    Ok(Frame::new(&headers, "/scenarios", "Scenarios").around(&content))
}

fn card(item: &Item<Scenario>) -> Markup {
    let scenario = &item.value;
    html! {
        article.card {
            h2 { a href=(format!("/scenarios/{}", scenario.name)) { (scenario.name) } }
            p { (said(&scenario.title)) }
            p.small {
                (scenario.objectives.len()) " objectives · " (scenario.tasks.len()) " tasks · over " (channel(scenario))
            }
            p.tags {
                (origin(item))
                @if let Some(worst) = worst(scenario) { (severity(worst)) }
            }
        }
    }
}

fn worst(scenario: &Scenario) -> Option<Severity> {
    scenario.objectives.iter().map(|objective| objective.severity).max()
}

fn channel(scenario: &Scenario) -> &'static str {
    match scenario.channel {
        Channel::Chat => "chat",
        Channel::Indirect { .. } => "what the Target reads",
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
    Named(name): Named<Name>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let item = which.find::<Scenario>(&app, &name).await?;
    let scenario = &item.value;
    // Others are shown what the API shows them.
    let sees_all = caller.may(Scope::Administer);
    let content = html! {
        div.heading {
            h1 { (scenario.name) " " (origin(&item)) }
            (actions(&caller, &item, &which))
        }
        p.lead { strong { (said(&scenario.title)) } }
        p.lead { (said(scenario.summary.trim())) }
        p.actions {
            @if caller.may(Scope::Run) && which.stands() {
                a.button.primary href=(format!("/matches/new?scenario={}", scenario.name)) { "Begin a match" }
            }
            a.button.quiet href=(format!("/matches?scenario={}", scenario.name)) { "Its matches" }
            @if sees_all && which.stands() {
                button #check type="button" data-check=(format!("POST {ROOT}/scenarios/{}/check", scenario.name)) { "Play the controls" }
            }
        }
        div #checked aria-live="polite" {}
        dl.facts {
            dt { "Target's role" } dd { (said(&scenario.target.role)) }
            dt { "Red's text comes over" } dd { (channel(scenario)) }
            @if sees_all {
                dt { "Messages of Red a round" } dd { "at most " (scenario.red.max_turns) }
                dt { "Benign rounds of five" } dd { (scenario.benign_in_five) }
            }
        }
        h2 { "Objectives" }
        (objectives(scenario, sees_all))
        h2 { "Tools" }
        (tools(scenario, sees_all))
        h2 { "Benign work" }
        @if scenario.tasks.is_empty() { p.muted { "None." } } @else {
            ul { @for task in &scenario.tasks { li { strong { (task.id) } @if sees_all { ": " (said(&task.request)) } } } }
        }
        (source(&app, &caller, &item, &which).await?)
    };
    Ok(Frame::new(&headers, "/scenarios", scenario.name.as_str()).running(&["check.js"]).around(&content))
}

fn objectives(scenario: &Scenario, sees_all: bool) -> Markup {
    html! {
        div.scroll role="region" aria-label="Objectives" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { "Objective" } th scope="col" { "Severity" } th scope="col" { "Decided by" }
                    th scope="col" { "Taxonomies" }
                    @if sees_all { th scope="col" { "Control: a guard that is enough" } }
                } }
                tbody {
                    @for objective in &scenario.objectives {
                        tr {
                            th scope="row" { (objective.id) }
                            td { (severity(objective.severity)) }
                            td { (decided_by(&objective.reached)) }
                            td { @for tag in &objective.tags { span.chip { (tag) } " " } }
                            @if sees_all { td { (objective.control.defence) } }
                        }
                    }
                }
            }
        }
    }
}

fn decided_by(reached: &Reached) -> Markup {
    html! {
        (reached.word())
        @if matches!(reached, Reached::Judged { .. }) { " " span.small { "by models, apart from facts" } }
    }
}

fn tools(scenario: &Scenario, sees_all: bool) -> Markup {
    html! {
        @if scenario.tools.is_empty() && scenario.target.tools.is_empty() { p.muted { "None." } } @else {
            ul {
                @for tool in &scenario.tools { li { code { (tool.spec.name) } @if sees_all { ": " (said(&tool.spec.description)) } } }
                @for tool in &scenario.target.tools { li { code { (tool) } " " span.chip { "real, in a sandbox" } } }
            }
        }
    }
}
