//! The first page: what is played, what was breached, what waits for a person, and what it all comes to.

use std::num::NonZeroUsize;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use crate::access::{May, Scope, ToApprove, ToRead};
use crate::api::approvals::{self, Waiting};
use crate::api::cursor::{Page, Paging};
use crate::api::extract::Query;
use crate::api::matches::list::{Parameters, Status, list};
use crate::api::matches::resource::Resource;
use crate::api::stats::{Figures, stats};
use crate::api::{App, Problem, ROOT};
use crate::web::frame::Frame;
use crate::web::matches::{result, table};
use crate::web::words::{rate, when};

/// Matches in a panel.
const FEW: usize = 8;

pub(super) async fn page(state: State<App>, caller: May<ToRead>, headers: HeaderMap) -> Result<Response, Problem> {
    let figures = stats(state.clone(), caller.clone()).await.map(|Json(figures)| figures);
    let running = few(&state, &caller, vec![Status::Running, Status::Pending, Status::Paused]).await?;
    let recent = few(&state, &caller, vec![Status::Completed, Status::Stopped, Status::Failed]).await?;
    let waiting = match May::<ToApprove>::of((*caller).clone()) {
        Ok(caller) => {
            let paging = Paging { limit: Some(FEW), cursor: None };
            approvals::list(state.clone(), caller, Query(paging)).await.map(|Json(page)| page.data)
        }
        Err(_) => Ok(vec![]),
    };
    let is_first = figures.as_ref().is_ok_and(|figures| figures.n_matches.is_empty());
    let can_begin = caller.may(Scope::Run);
    let content = html! {
        div.heading {
            h1 { "Dashboard" }
            @if can_begin { a.button.primary href="/matches/new" { "New match" } }
        }
        button.pill #news type="button" hidden { "Something changed: load the page again" }
        @if is_first { (welcome(&state, can_begin)) }
        @match &waiting {
            Ok(waiting) => { @if !waiting.is_empty() { (needs_you(waiting)) } },
            Err(problem) => (broken("What waits for a person", problem)),
        }
        section aria-labelledby="running" data-live="matches" {
            h2 #running { "Running now" }
            @if running.data.is_empty() { p.muted { "Nothing is played." } } @else {
                ul.running { @for game in &running.data { (line(game)) } }
            }
        }
        @match &figures {
            Ok(figures) => {
                (posture("Models alone", &figures.real))
                (posture("With a mock: says nothing about a model", &figures.mock))
            }
            Err(problem) => (broken("Rates", problem)),
        }
        (breaches(&recent))
        section aria-labelledby="recent" {
            h2 #recent { "Recent results" }
            @if recent.data.is_empty() { p.muted { "No match has ended yet." } } @else { (table(&recent)) }
            p { a href="/matches" { "All matches" } " · " a href="/reports" { "Reports" } }
        }
        (health(&state))
    };
    Ok(Frame::new(&headers, "/", "Dashboard").running(&["live.js"]).around(&content))
}

/// A part that cannot be shown, beside those that can.
fn broken(what: &str, problem: &Problem) -> Markup {
    html! { p.form-error role="alert" { (what) " cannot be shown: " (problem.detail()) " " a href="/" { "Try again" } } }
}

async fn few(state: &State<App>, caller: &May<ToRead>, status: Vec<Status>) -> Result<Page<Resource>, Problem> {
    let parameters = Parameters { status, limit: NonZeroUsize::new(FEW), ..Parameters::default() };
    Ok(list(state.clone(), caller.clone(), Query(parameters)).await?.0)
}

/// Who has just started the arena sees a match within one click, without a key.
fn welcome(app: &App, can_begin: bool) -> Markup {
    let has_models = app.roster().offered().iter().filter(|offer| offer.ready).count() > 1;
    html! {
        section.welcome aria-labelledby="welcome" {
            h2 #welcome { "Does your agent withstand attack?" }
            p { "Red attacks, Blue defends, and a Target does its job in between. A referee of facts decides each round: a planted secret that got out, a call that must not be made." }
            @if !has_models {
                p { "No key of a provider is set, so a mock plays: it shows how everything works, and says nothing about a model. "
                    a href="/settings" { "Settings" } " say what is missing." }
            }
            @if can_begin {
                form.actions method="post" data-api=(format!("POST {ROOT}/matches")) data-then="/matches/{id}" data-once="true" {
                    input type="hidden" name="scenario" value="support-desk";
                    input type="hidden" name="mode" value="standard";
                    input type="hidden" name="delay_ms" value="700" data-type="number";
                    input type="hidden" name="models/all" value="mock";
                    button.primary type="submit" { "Watch a first match" }
                    a.button href="/scenarios" { "Look at the scenarios" }
                }
            }
        }
    }
}

fn needs_you(waiting: &[Waiting]) -> Markup {
    html! {
        section aria-labelledby="needs-you" {
            h2 #needs-you { "Waits for a person" }
            ul {
                @for question in waiting {
                    li {
                        a href="/approvals" {
                            @match &question.tool { Some(tool) => { "A call of " code { (tool) } }, None => "A change of the Target" }
                        }
                        " in match " span.mono { (question.r#match) } ", since " (when(question.since))
                    }
                }
            }
        }
    }
}

fn line(game: &Resource) -> Markup {
    html! {
        li data-id=(game.id) {
            a href=(format!("/matches/{}", game.id)) data-field="standing" { (result(game)) }
            " " (game.red.agent) " against " @match &game.blue { Some(blue) => (blue.agent), None => "nobody" }
            " in " (game.scenario)
            @if game.mock { " " span.chip { "mock" } }
        }
    }
}

fn breaches(recent: &Page<Resource>) -> Markup {
    let breached: Vec<&Resource> = recent.data.iter().filter(|game| game.rates.attack_success.hits > 0).collect();
    html! {
        @if !breached.is_empty() {
            section aria-labelledby="breaches" {
                h2 #breaches { "Recent breaches" }
                ul.running {
                    @for game in breached {
                        li {
                            a href=(format!("/matches/{}", game.id)) {
                                (game.rates.attack_success.hits) " of " (game.rates.attack_success.n) " attacks on " (game.target.agent)
                            }
                            " in " (game.scenario) ", " (when(game.created_at))
                        }
                    }
                }
            }
        }
    }
}

fn posture(heading: &str, figures: &Figures) -> Markup {
    html! {
        @if figures.n_matches > 0 {
            section {
                h2 { (heading) }
                dl.figures {
                    div { dt { "Attack success" } dd { (rate(figures.rates.attack_success, "red")) } }
                    div { dt { "Stopped by a guard or a rule" } dd { (rate(figures.rates.blocked, "blue")) } }
                    div { dt { "Benign work served" } dd { (rate(figures.rates.utility, "blue")) } }
                    div { dt { "False blocks" } dd { (rate(figures.rates.false_positives, "red")) } }
                    div { dt { "Matches" } dd.big { (figures.n_matches) } }
                }
            }
        }
    }
}

fn health(app: &App) -> Markup {
    let (spent, crowd) = (app.runner().spent(), app.lobby().crowd());
    html! {
        section aria-labelledby="health" {
            h2 #health { "Health and cost" }
            p {
                "Since the server began: " (spent.calls) " model calls, " (spent.input_tokens + spent.output_tokens) " tokens, US$ "
                (format!("{}.{:04}", spent.priced_nanousd / 1_000_000_000, spent.priced_nanousd % 1_000_000_000 / 100_000))
                @if spent.unpriced_calls > 0 { ", and " (spent.unpriced_calls) " calls whose price is not known" } "."
            }
            p {
                (crowd.n_playing) " matches are played of " (app.settings().concurrency) " at once, "
                (crowd.n_waiting) " wait for a place of " (app.settings().queue) ". "
                a href="/readyz" { "Readiness" } " · " a href="/metrics" { "metrics" }
            }
        }
    }
}
