//! The price of a defence: what it stops and what it costs, on the rounds that were played with it and without it.

use arena_core::comparison::{Comparison, compare};
use arena_core::id::MatchId;
use arena_core::stats::{Mean, Pairs};
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::choice::Choice;
use super::frame::Frame;
use super::words::rate;
use crate::access::{May, ToRead};
use crate::api::{App, Code, Problem};
use crate::header::Header;
use crate::report::{Rate, Side};

/// Matches of one side: each is folded while the reader waits.
const MAX_MATCHES: usize = 500;

pub(super) async fn page(
    State(app): State<App>,
    _: May<ToRead>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let choice = Choice::of("/compare", query.as_deref());
    if let Some(clean) = choice.cleaned() {
        return Ok(Redirect::to(&clean).into_response());
    }
    let found = match (choice.get("base"), choice.get("new")) {
        (Some(base), Some(new)) => Some(sides(&app, base, new).await),
        _ => None,
    };
    let content = html! {
        div.heading { h1 { "Compare" } }
        p.lead {
            "What a defence stops, and what it costs, on the same rounds: play both with the same scenario and the same seed, "
            "and give each a label. Rounds that only one side played are not counted."
        }
        form.filters method="get" action="/compare" aria-label="What is compared" {
            label { "Base: a label, or a match" input name="base" value=[choice.get("base")] required autocomplete="off" spellcheck="false"; }
            label { "New: a label, or a match" input name="new" value=[choice.get("new")] required autocomplete="off" spellcheck="false"; }
            button.primary type="submit" { "Compare" }
        }
        @match &found {
            Some(Ok((base, new))) => (compared(base, new)),
            Some(Err(problem)) => p.form-error role="alert" { (problem.detail()) },
            None => section.empty {
                h2 { "Nothing is compared yet" }
                p { "On the command line: " code { "arena play support-desk --seed 1 --matches 20 --blue none --label off" } " and once more with " code { "--blue guard --label on" } "." }
            },
        }
    };
    Ok(Frame::new(&headers, "/compare", "Compare").around(&content))
}

async fn sides(app: &App, base: &str, new: &str) -> Result<(Side, Side), Problem> {
    Ok((side(app, base).await?, side(app, new).await?))
}

async fn side(app: &App, name: &str) -> Result<Side, Problem> {
    let store = &**app.store();
    let found = store.find(&Header::labelled(name, MAX_MATCHES + 1)).await?;
    if found.len() > MAX_MATCHES {
        let detail = format!("{name:?} has more than {MAX_MATCHES} matches; arena compare takes them all");
        return Err(Problem::new(Code::InvalidParameter, detail));
    }
    let mut ids: Vec<MatchId> = found.iter().filter_map(|document| document.id.parse().ok()).collect();
    if ids.is_empty() {
        let id = name.parse::<MatchId>().ok();
        let known = match id {
            Some(id) => store.head(id).await?.map(|_| id),
            None => None,
        };
        ids.push(
            known.ok_or_else(|| {
                Problem::new(Code::InvalidParameter, format!("there is no label and no match {name:?}"))
            })?,
        );
    }
    Ok(Side::read(store, name, &ids).await?)
}

fn compared(base: &Side, new: &Side) -> Markup {
    let found = compare(&base.rounds, &new.rounds);
    if found.n_pairs() == 0 {
        return html! { p.form-error role="alert" { "The two have no round in common: play both with the same scenario and seed." } };
    }
    html! {
        @if found.mock { p.mock-note { strong { "Mock. " } "A mock has a part: these figures say nothing about a model." } }
        div.scroll role="region" aria-label="What changed" tabindex="0" {
            table {
                caption { (found.n_pairs()) " pairs of rounds. Intervals are 95 %, by Wilson; p by McNemar's test." }
                thead { tr {
                    th scope="col" { "Rate" } th scope="col" { (base.name) } th scope="col" { (new.name) }
                    th scope="col" { "Gone" } th scope="col" { "Come" } th scope="col" { "p" }
                } }
                tbody {
                    (pairs("Attack success", found.breached, "red"))
                    (pairs("Utility", found.served, "blue"))
                    (pairs("False blocks", found.denied, "red"))
                    @if found.served_under_attack.n() > 0 { (pairs("Utility under attack", found.served_under_attack, "blue")) }
                    @if found.judged.n() > 0 { (pairs("Reached, as judges say", found.judged, "red")) }
                }
            }
        }
        (added(&found))
        (remarks(&found))
    }
}

fn pairs(what: &str, pairs: Pairs, side: &str) -> Markup {
    let p = pairs.mcnemar().p;
    html! {
        tr {
            th scope="row" { (what) }
            td { (rate(Rate::from(pairs.first()), side)) }
            td { (rate(Rate::from(pairs.second()), side)) }
            td.number { (pairs.first_only) }
            td.number { (pairs.second_only) }
            td.number { @if p < 0.001 { "< 0.001" } @else { (format!("{p:.3}")) } }
        }
    }
}

/// What the new side takes more of.
fn added(found: &Comparison) -> Markup {
    let mean = |mean: &Mean, scale: f64, digits: usize| match mean.interval() {
        None => "not measured".to_owned(),
        Some((low, high)) => {
            let shown = |value: f64| format!("{:+.digits$}", value * scale);
            format!("{} ({} to {})", shown(mean.mean), shown(low), shown(high))
        }
    };
    html! {
        h2 { "What a round takes more" }
        dl.figures {
            div { dt { "Tokens of Blue and the Target" } dd { (mean(&found.tokens, 1.0, 0)) } }
            div { dt { "Time of their models, ms" } dd { (mean(&found.model_ms, 1.0, 0)) } }
            div { dt { "Their cost, US$" } dd { (mean(&found.cost_nanousd, 1e-9, 6)) } }
        }
    }
}

fn remarks(found: &Comparison) -> Markup {
    let left_out = found.n_base_alone + found.n_new_alone + found.n_differing;
    html! {
        ul {
            @for worse in found.regressions() { li { strong { "Worse: " } (worse) } }
            @if found.n_open > 0 { li { (found.n_open) " pairs are not decided, and in no figure." } }
            @if left_out > 0 { li { (left_out) " rounds have no counterpart." } }
            @if found.n_cached > 0 { li { (found.n_cached) " pairs with answers of the cache are in no figure of what is added." } }
        }
    }
}
