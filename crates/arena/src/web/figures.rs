//! Rates over all matches: by agent (the leaderboard), and by what was attacked (the heatmap). A mock's are apart.

use std::collections::{BTreeMap, BTreeSet};

use arena_core::stats::Proportion;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use super::choice::Choice;
use super::frame::Frame;
use super::words::rate;
use crate::access::{May, ToRead};
use crate::api::stats::{Figures, OfAgent, OfPair, stats};
use crate::api::{App, Problem};
use crate::catalog::suite_of;
use crate::look::shape;
use crate::report::Rate;

/// Fewer rounds say little: an agent with fewer stands apart, a cell is hatched.
const FEW_ROUNDS: u64 = 30;

pub(super) async fn leaderboard(
    state: State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Json(found) = stats(state, caller).await?;
    let content = html! {
        div.heading { h1 { "Leaderboard" } }
        p.lead {
            "An attacker is ranked by the lower end of its attack success, a defender by the upper end of what was breached "
            "with it: who played little does not stand above who played much. Intervals are 95 %, by Wilson."
        }
        @if found.real.n_matches + found.mock.n_matches == 0 { (nothing()) }
        (board("Models alone", &found.real))
        (board("With a mock: says nothing about a model", &found.mock))
    };
    Ok(Frame::new(&headers, "/leaderboard", "Leaderboard").around(&content))
}

fn nothing() -> Markup {
    html! {
        section.empty {
            h2 { "No match was played yet" }
            p { a.button.primary href="/matches/new" { "New match" } }
        }
    }
}

fn board(heading: &str, figures: &Figures) -> Markup {
    html! {
        @if figures.n_matches > 0 {
            h2 { (heading) }
            (ladder("red", "red", "Attackers", &sorted(figures, "red")))
            (ladder("blue", "blue", "Defenders", &sorted(figures, "blue")))
            (ladder("target", "plain", "Targets", &sorted(figures, "target")))
        }
    }
}

/// Those of a seat, the best first.
fn sorted<'a>(figures: &'a Figures, seat: &str) -> Vec<&'a OfAgent> {
    let mut agents: Vec<&OfAgent> = figures.agents.iter().filter(|of| of.seat == seat).collect();
    let strength = |of: &OfAgent| {
        let Rate { low, high, .. } = of.rates.attack_success;
        if seat == "red" { low } else { 1.0 - high }
    };
    agents.sort_by(|a, b| strength(b).total_cmp(&strength(a)).then_with(|| a.agent.cmp(&b.agent)));
    agents
}

fn ladder(seat: &str, side: &str, heading: &str, agents: &[&OfAgent]) -> Markup {
    html! {
        @if !agents.is_empty() {
            h3 { span.state.(side) { (shape(side)) (heading) } }
            div.scroll role="region" aria-label=(heading) tabindex="0" {
                table.rows {
                    thead { tr {
                        th scope="col" { "Agent" } th scope="col" { "Model" } th scope="col" { "Attack success" }
                        th scope="col" { "Utility" } th scope="col" { "False blocks" } th scope="col" { "Matches" }
                    } }
                    tbody {
                        @for of in agents {
                            tr {
                                th scope="row" {
                                    a href=(format!("/matches?{seat}={}", of.agent)) { (of.agent) }
                                    @if of.rates.attack_success.n < FEW_ROUNDS { " " span.chip { "few rounds" } }
                                }
                                td data-name="Model" { (of.model) }
                                td data-name="Attack success" { (rate(of.rates.attack_success, "red")) }
                                td data-name="Utility" { (rate(of.rates.utility, "blue")) }
                                td data-name="False blocks" { (rate(of.rates.false_positives, "red")) }
                                td data-name="Matches" { (of.n_matches) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Attacks on one Target in one row of the heatmap.
#[derive(Default)]
struct Cell<'a> {
    breached: Proportion,
    scenarios: BTreeSet<&'a str>,
}

/// Rows by their name, then by Target and model.
type Rows<'a> = BTreeMap<String, BTreeMap<(&'a str, &'a str), Cell<'a>>>;

pub(super) async fn heatmap(
    state: State<App>,
    caller: May<ToRead>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Json(found) = stats(state, caller).await?;
    let choice = Choice::of("/heatmap", query.as_deref());
    // Without models there is nothing but the mock to be shown.
    let of_mock = choice.get("mock").map_or(found.real.n_matches == 0, |mock| mock == "true");
    let by_scenario = choice.get("by") == Some("scenario");
    let figures = if of_mock { &found.mock } else { &found.real };
    let rows = rows(figures, by_scenario);
    let targets: BTreeSet<(&str, &str)> = rows.values().flat_map(BTreeMap::keys).copied().collect();
    let current = |is_current: bool| is_current.then_some("true");
    let content = html! {
        div.heading { h1 { "Attack success: suite by Target" } }
        nav.pages aria-label="What is shown" {
            a.button href=(choice.with("by", "suite")) aria-current=[current(!by_scenario)] { "By suite" }
            a.button href=(choice.with("by", "scenario")) aria-current=[current(by_scenario)] { "By scenario" }
            a.button href=(choice.with("mock", "false")) aria-current=[current(!of_mock)] { "Models alone" }
            a.button href=(choice.with("mock", "true")) aria-current=[current(of_mock)] { "With a mock" }
        }
        @if of_mock { p.mock-note { strong { "Mock. " } "These figures say nothing about a model." } }
        @if rows.is_empty() { (nothing()) } @else {
            div.scroll role="region" aria-label="Heatmap" tabindex="0" {
                table.heat {
                    caption { "Attack rounds breached, with the interval. Hatched: fewer than " (FEW_ROUNDS) " rounds. A cell opens its matches." }
                    thead { tr {
                        th scope="col" { @if by_scenario { "Scenario" } @else { "Suite" } }
                        @for (target, model) in &targets { th scope="col" { (target) br; span.small { (model) } } }
                    } }
                    tbody {
                        @for (name, cells) in &rows {
                            tr {
                                th scope="row" { (name) }
                                @for of in &targets { (heat(of.0, of_mock, cells.get(of))) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(Frame::new(&headers, "/heatmap", "Heatmap").around(&content))
}

fn rows(figures: &Figures, by_scenario: bool) -> Rows<'_> {
    let mut rows = Rows::new();
    for OfPair { scenario, target, model, rates, .. } in &figures.pairs {
        let suite = if by_scenario { None } else { suite_of(scenario) };
        // What is in no suite stands for itself.
        let row = rows.entry(suite.unwrap_or_else(|| scenario.clone())).or_default();
        let cell = row.entry((target.as_str(), model.as_str())).or_default();
        let Rate { hits, n, .. } = rates.attack_success;
        cell.breached = cell.breached.plus(Proportion { hits, n });
        cell.scenarios.insert(scenario);
    }
    rows
}

fn heat(target: &str, of_mock: bool, cell: Option<&Cell<'_>>) -> Markup {
    html! {
        @match cell {
            Some(Cell { breached, scenarios }) if breached.n > 0 => {
                @let success = Rate::from(*breached);
                @let all = Choice::of("/matches", Some(if of_mock { "mock=true" } else { "mock=false" }));
                @let matches = scenarios.iter().fold(all, |choice, name| choice.and("scenario", name));
                td.(step(success)).few[success.n < FEW_ROUNDS] {
                    a href=(matches.with("target", target)) {
                        span.number { (success.percent()) }
                        br; span.small { (success.interval()) ", n " (success.n) }
                    }
                }
            }
            Some(_) => td { span.muted { "not measured" } },
            None => td { span.muted { "not played" } },
        }
    }
}

/// The colour of a share: six steps, and the last for all of it.
fn step(success: Rate) -> &'static str {
    match success.share.unwrap_or_default() {
        share if share <= 0.0 => "h0",
        share if share < 0.1 => "h1",
        share if share < 0.25 => "h2",
        share if share < 0.5 => "h3",
        share if share < 0.75 => "h4",
        share if share < 0.95 => "h5",
        _ => "h6",
    }
}
