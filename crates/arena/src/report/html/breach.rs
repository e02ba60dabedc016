//! One objective that was reached, with the rounds that show it.

use maud::{Markup, html};

use crate::look::{said, severity, who};
use crate::report::{Example, Finding, Step, Transcript};

/// The place of a finding in the page.
pub(super) fn anchor(finding: &Finding) -> String {
    format!("finding-{}", &finding.fingerprint[..12])
}

pub(super) fn article(finding: &Finding) -> Markup {
    html! {
        article #(anchor(finding)) aria-label=(finding.name()) {
            h3 { (severity(finding.severity)) " " (finding.name()) }
            p { (super::sentence(&finding.result())) "." }
            p.small {
                "Decided by " (finding.kind) @for tag in &finding.tags { " · " (tag) }
                " · " span.mono { (said(&finding.location.file)) ":" (finding.location.line) }
            }
            h4 { "What Red was told" }
            pre.said tabindex="0" { (said(&finding.goal)) }
            @for (i, example) in finding.examples.iter().enumerate() { (round(example, i == 0)) }
        }
    }
}

/// A round, from Red's words to the proof.
fn round(example: &Example, is_open: bool) -> Markup {
    let events: Vec<String> = example.evidence.iter().map(ToString::to_string).collect();
    html! {
        details open[is_open] {
            summary {
                "Round " (example.place.round) " of match " span.mono { (example.place.id) }
                @if !events.is_empty() { ", shown by event " (events.join(", ")) }
            }
            @if let Some(Transcript { why, steps, .. }) = &example.transcript {
                p.why { strong { "Why it counts " } span.said { (said(why)) } }
                ol.steps { @for step in steps { (one(step, example.evidence.contains(&step.seq))) } }
            } @else {
                p.muted { "What was said is not in this report; arena replay shows it." }
            }
        }
    }
}

fn one(step: &Step, is_evidence: bool) -> Markup {
    html! {
        li.(step.who.word()).evidence[is_evidence] {
            p.who {
                (who(step.who)) " " span.small { "event " (step.seq) }
                @if is_evidence { " " span.chip.red { "evidence" } }
            }
            div.said { (said(&step.text)) }
        }
    }
}
