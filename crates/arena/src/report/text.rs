//! A report for a terminal: what it comes to, every objective, the breaches, what is in doubt.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Example, Finding, Outcome, Played, Report, State, Transcript};
use crate::visible::visible;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const BLUE: Style = AnsiColor::Blue.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default().bold();

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    let conclusion = &report.conclusion;
    let (style, mark) = match conclusion.outcome {
        Outcome::Breached => (RED, "▲"),
        Outcome::NotBreached => (BLUE, "■"),
        Outcome::Inconclusive => (ODD, "?"),
    };
    let mock = if report.has_mock() { format!("  {ODD}MOCK{ODD:#}") } else { String::new() };
    let words = conclusion.outcome.words();
    writeln!(out, "{style}{mark} {words}{style:#} · {BOLD}{}{BOLD:#}{mock}\n", conclusion.headline)?;
    for sentence in &conclusion.sentences {
        writeln!(out, "{sentence}")?;
    }
    if !report.findings.is_empty() {
        writeln!(out, "\n{BOLD}objectives{BOLD:#}")?;
    }
    let width = report.findings.iter().map(|finding| finding.name().len()).max().unwrap_or(0);
    for finding in &report.findings {
        row(out, finding, width)?;
    }
    for finding in report.reached() {
        for example in finding.examples.iter().take(1) {
            breach(out, finding, example)?;
        }
    }
    if !report.inconclusive.is_empty() {
        writeln!(out, "\n{BOLD}inconclusive rounds{BOLD:#}  {} in all", report.n_inconclusive)?;
    }
    for round in &report.inconclusive {
        let reason = visible(&round.reason);
        writeln!(out, "  {} round {} · {} {} · {reason}", round.id, round.round, round.kind, round.about)?;
    }
    writeln!(out, "\n{BOLD}rates{BOLD:#}")?;
    for (name, rate) in report.rate_rows() {
        writeln!(out, "  {name:<21}{:>7}{:>10}   {}", rate.percent(), rate.count(), rate.interval())?;
    }
    writeln!(out, "\n{BOLD}matches{BOLD:#}")?;
    for played in &report.matches {
        write_match(out, played)?;
    }
    writeln!(out, "\n{BOLD}read with care{BOLD:#}")?;
    for caveat in &conclusion.caveats {
        writeln!(out, "  {caveat}")?;
    }
    writeln!(out, "\n{DIM}{} · {:.0}{DIM:#}", report.generator, report.generated_at)
}

fn row(out: &mut String, finding: &Finding, width: usize) -> std::fmt::Result {
    let (style, mark) = match finding.state {
        State::Reached => (RED, "▲"),
        State::NotReached => (BLUE, "■"),
        State::Inconclusive => (ODD, "?"),
        State::NotTried => (DIM, "–"),
    };
    let (severity, name) = (finding.severity, finding.name());
    writeln!(out, "  {style}{mark} {severity:<8}{style:#}  {name:<width$}  {}", finding.result())?;
    if !finding.held.is_empty() {
        writeln!(out, "{:14}{:width$}  {DIM}held: {}{DIM:#}", "", "", finding.held_by())?;
    }
    Ok(())
}

fn breach(out: &mut String, finding: &Finding, example: &Example) -> std::fmt::Result {
    let events: Vec<String> = example.evidence.iter().map(ToString::to_string).collect();
    let (name, severity, kind) = (finding.name(), finding.severity, finding.kind);
    let tags = finding.tags.iter().map(|tag| format!(" · {tag}")).collect::<Vec<_>>().concat();
    writeln!(out, "\n{RED}▲ {name}{RED:#} · {severity} · {kind}{tags}")?;
    let place = example.place;
    writeln!(out, "  match {} round {} · events {}", place.id, place.round, events.join(", "))?;
    let Some(Transcript { why, attack, answer, .. }) = &example.transcript else { return Ok(()) };
    said(out, "why", why)?;
    said(out, "red", attack)?;
    said(out, "out", answer.as_deref().unwrap_or("(nothing)"))
}

/// The text is an agent's: whatever is in it, it is shown as text.
fn said(out: &mut String, who: &str, text: &str) -> std::fmt::Result {
    let text = visible(text);
    let mut lines = text.lines();
    writeln!(out, "  {DIM}{who:<7}{DIM:#} {}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "          {line}"))
}

fn write_match(out: &mut String, played: &Played) -> std::fmt::Result {
    let header = &played.header;
    let reason = header.reason.as_deref().map(|reason| format!(" · {}", visible(reason))).unwrap_or_default();
    writeln!(out, "  {} · {} · {}{reason}", played.id, header.scenario, header.standing())?;
    writeln!(out, "  {DIM}{}{DIM:#}", visible(&played.reproduce))
}
