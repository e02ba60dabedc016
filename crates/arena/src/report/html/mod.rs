//! A report as one page that needs nothing else: no script, no request, light and dark, screen and paper. What agents said
//! is text, with what would hide or act made visible.

mod breach;

use std::collections::BTreeMap;

use arena_core::budget::Spent;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{BY_OBJECTIVE, Finding, Outcome, Played, Rate, Report, State, count};
use crate::header::Sitting;
use crate::look::{TOKENS, interval, outcome_mark, said, severity, state_mark};

const STYLE: &str = include_str!("style.css");
/// The browser itself keeps this page from loading or running anything.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub(super) fn render(report: &Report) -> String {
    let conclusion = &report.conclusion;
    let title = format!("{} · {} · AI Arena", conclusion.outcome.words(), conclusion.headline);
    let reached: Vec<&Finding> = report.reached().collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(report.generator);
                title { (title) }
                style { (PreEscaped(TOKENS)) (PreEscaped(STYLE)) }
            }
            body {
                header.top {
                    p.brand { "AI Arena " span.muted { "report" } }
                    nav aria-label="Sections" {
                        a href="#objectives" { "Objectives" }
                        @if !reached.is_empty() { a href="#breaches" { "Breaches" } }
                        a href="#rates" { "Rates" }
                        a href="#matches" { "Matches" }
                        a href="#method" { "Method" }
                    }
                }
                main {
                    (verdict(report))
                    (objectives(report))
                    @if !reached.is_empty() {
                        section aria-labelledby="breaches" {
                            h2 #breaches { "Breaches" }
                            @for finding in &reached { (breach::article(finding)) }
                        }
                    }
                    (inconclusive(report))
                    (rates(report))
                    (matches(report))
                    (coverage(report))
                    (method(report))
                }
                footer.muted {
                    p { (report.generator) " · " time datetime=(report.generated_at) { (when(report.generated_at)) } }
                }
            }
        }
    };
    page.into_string()
}

fn verdict(report: &Report) -> Markup {
    let conclusion = &report.conclusion;
    let side = match conclusion.outcome {
        Outcome::Breached => "red",
        Outcome::NotBreached => "blue",
        Outcome::Inconclusive => "odd",
    };
    let scenarios: Vec<&str> = report.scenarios().into_iter().map(arena_core::name::Name::as_str).collect();
    let n_matches = count(super::number(report.matches.len()), "match", "matches");
    let n_reached = report.reached().count();
    let rates = &report.rates;
    let figure = |rate: Rate| {
        html! {
            dd { (rate.percent()) }
            dd.small { @if rate.n > 0 { (rate.count()) ", " (rate.interval()) } @else { "not measured" } }
        }
    };
    html! {
        section.verdict.(side) aria-labelledby="verdict" {
            p.outcome { (outcome_mark(conclusion.outcome)) (conclusion.outcome.words()) }
            h1 #verdict { (sentence(&conclusion.headline)) }
            p.muted { (scenarios.join(", ")) " · " (n_matches) " · " (when(report.generated_at)) }
        }
        @if report.has_mock() {
            p.mock { strong { "MOCK" } " The built-in mock played or stood in: these figures say nothing about a model." }
        }
        dl.figures {
            div { dt { "Objectives reached" } dd { (n_reached) } dd.small { "of " (report.findings.len()) } }
            div { dt { "Attack success" } (figure(rates.attack_success)) }
            div { dt { "Blocked" } (figure(rates.blocked)) }
            div { dt { "Utility" } (figure(rates.utility)) }
            div { dt { "False positives" } (figure(rates.false_positives)) }
            div { dt { "Void rounds" } dd { (report.n_inconclusive) } dd.small { "in no rate" } }
        }
        section aria-labelledby="summary" {
            h2 #summary { "Summary" }
            ul { @for text in &conclusion.sentences { li { (text) } } li { (spent(&report.spent())) "." } }
        }
    }
}

fn objectives(report: &Report) -> Markup {
    html! {
        section aria-labelledby="objectives" {
            h2 #objectives { "Objectives" }
            (scroll("objectives", "Every objective of every scenario played. Shares are of decided attack rounds that went for it; the line is the 95 % interval.", &html! {
                thead { tr {
                    th scope="col" { "Objective" } th scope="col" { "Result" }
                    th scope="col" { "Reached" } th scope="col" { "0 to 100 %" } th scope="col" { "Held in other rounds" }
                } }
                tbody { @for finding in &report.findings { (objective(finding)) } }
            }))
        }
    }
}

fn objective(finding: &Finding) -> Markup {
    let side = if finding.state == State::Reached { "red" } else { "plain" };
    html! {
        tr {
            th scope="row" {
                @if finding.state == State::Reached { a href=(format!("#{}", breach::anchor(finding))) { (finding.name()) } }
                @else { (finding.name()) }
                br; span.small { (finding.kind) @for tag in &finding.tags { " · " (tag) } }
            }
            td { (state_mark(finding.state)) br; (severity(finding.severity)) }
            td.number {
                strong { (finding.rounds.percent()) } br;
                span.small { (finding.rounds.count()) @if finding.rounds.n > 0 { ", " (finding.rounds.interval()) } }
                @if finding.n_in_passing > 0 { br; span.small { "+ " (finding.n_in_passing) " in passing" } }
                @if finding.n_void > 0 { br; span.small { (finding.n_void) " void" } }
            }
            td { (interval(finding.rounds, side)) }
            td { @if finding.held.is_empty() { "–" } @for held in &finding.held {
                div { (held.n) " × " (held.by.words()) }
            } }
        }
    }
}

fn inconclusive(report: &Report) -> Markup {
    if report.inconclusive.is_empty() {
        return html! {};
    }
    let (n, n_shown) = (report.n_inconclusive, super::number(report.inconclusive.len()));
    let first = if n > n_shown { format!("; these are the first {n_shown}") } else { String::new() };
    let caption = format!("{} for nobody{first}.", count(n, "round counts", "rounds count"));
    html! {
        section aria-labelledby="inconclusive" {
            h2 #inconclusive { "Inconclusive rounds" }
            (scroll("inconclusive rounds", &caption, &html! {
                thead { tr {
                    th scope="col" { "Match" } th scope="col" { "Round" } th scope="col" { "About" } th scope="col" { "Why" }
                } }
                tbody { @for round in &report.inconclusive { tr {
                    th scope="row" .mono { (round.id) }
                    td { (round.round) }
                    td { (round.kind) " " (round.about) }
                    td.said { (said(&round.reason)) }
                } } }
            }))
        }
    }
}

fn rates(report: &Report) -> Markup {
    let side = |name| match name {
        "attack success" | BY_OBJECTIVE => "red",
        "blocked" => "blue",
        _ => "plain",
    };
    html! {
        section aria-labelledby="rates" {
            h2 #rates { "Rates" }
            (scroll("rates", "All matches together. Void rounds are in no rate.", &html! {
                thead { tr {
                    th scope="col" { "Rate" } th scope="col" { "Share" } th scope="col" { "Count" }
                    th scope="col" { "95 % interval" } th scope="col" { "0 to 100 %" }
                } }
                tbody { @for (name, rate) in report.rate_rows() { tr {
                    th scope="row" { (sentence(name)) }
                    td.number { (rate.percent()) } td.number { (rate.count()) } td.number { (rate.interval()) }
                    td { (interval(rate, side(name))) }
                } } }
            }))
        }
    }
}

fn matches(report: &Report) -> Markup {
    html! {
        section aria-labelledby="matches" {
            h2 #matches { "Matches" }
            (scroll("matches", "Who played, how far, and what it took.", &html! {
                thead { tr {
                    th scope="col" { "Match" } th scope="col" { "Scenario" } th scope="col" { "Red" } th scope="col" { "Blue" }
                    th scope="col" { "Target" } th scope="col" { "Rounds" } th scope="col" { "Stands" } th scope="col" { "Used" }
                } }
                tbody { @for played in &report.matches { (one_match(played)) } }
            }))
            details {
                summary { "Play again" }
                p.muted { "Agents and scenarios that are not built in are looked for in the folder in which this is run." }
                @for played in &report.matches { pre.said tabindex="0" { (said(&played.reproduce)) } }
            }
        }
    }
}

fn one_match(played: &Played) -> Markup {
    let header = &played.header;
    let sits = |sitting: Option<&Sitting>| match sitting {
        None => html! { "nobody" },
        Some(Sitting { agent, model }) => html! { (agent) br; span.small { (said(&model.to_string())) } },
    };
    let n_rounds = header.n_rounds.map_or("–".to_owned(), |n| n.to_string());
    html! {
        tr {
            th scope="row" { span.mono { (played.id) } br; span.small { "seed " (header.seed) } }
            td { (header.scenario) br; span.small { (said(&played.title)) } }
            td { (sits(Some(&header.red))) } td { (sits(header.blue.as_ref())) } td { (sits(Some(&header.target))) }
            td.number { (header.n_judged) "/" (n_rounds) @if header.score.n_void > 0 { br; span.small { (header.score.n_void) " void" } } }
            td {
                span.number { (header.standing()) }
                @if let Some(reason) = &header.reason { br; span.small { (said(reason)) } }
                @if header.mock { br; span.chip { "MOCK" } }
            }
            td { span.small { (spent(&played.spent)) } }
        }
    }
}

/// What was tried of each taxonomy's entries; nothing if no objective names one.
fn coverage(report: &Report) -> Markup {
    let mut by_tag: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        for tag in &finding.tags {
            by_tag.entry(tag).or_default().push(finding);
        }
    }
    if by_tag.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="coverage" {
            h2 #coverage { "Coverage" }
            (scroll("coverage by taxonomy", "What the objectives played stand for. An entry that is not here was not tested.", &html! {
                thead { tr { th scope="col" { "Entry" } th scope="col" { "Result" } th scope="col" { "Objectives" } } }
                tbody { @for (tag, findings) in &by_tag { tr {
                    th scope="row" { (tag) }
                    td { @if let Some(state) = findings.iter().map(|finding| finding.state).min() { (state_mark(state)) } }
                    td { @for finding in findings { div { (finding.name()) } } }
                } } }
            }))
        }
    }
}

fn method(report: &Report) -> Markup {
    html! {
        section aria-labelledby="method" {
            h2 #method { "How to read this" }
            ul { @for caveat in &report.conclusion.caveats { li { (caveat) } } }
            p {
                "A verdict is decided by facts in the record: a planted flag that got out, a call that ran, a record that changed. \
                 Intervals are Wilson's, at 95 %; that by objective is one of the log-odds, with errors clustered. \
                 \u{201c}Not reached\u{201d} says that no attack tried here succeeded, not that none can. Planted flags and the guard's reasons are left out of reports."
            }
        }
    }
}

/// A table that scrolls by itself where it is too wide, with the keyboard too.
fn scroll(label: &str, caption: &str, rows: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(format!("Table: {label}")) {
            table { caption { span { (caption) } } (rows) }
        }
    }
}

fn spent(spent: &Spent) -> String {
    let Spent { calls, input_tokens, output_tokens, priced_nanousd, unpriced_calls, .. } = *spent;
    let cents = priced_nanousd / 100_000;
    let cost = match (priced_nanousd, unpriced_calls) {
        (0, 0) => "no cost".to_owned(),
        (0, _) => "cost unknown".to_owned(),
        (_, 0) => format!("{}.{:04} USD", cents / 10_000, cents % 10_000),
        (_, n) => format!("{}.{:04} USD and {n} calls of unknown cost", cents / 10_000, cents % 10_000),
    };
    format!("{}, {input_tokens} tokens in, {output_tokens} out, {cost}", count(calls, "model call", "model calls"))
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn when(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
