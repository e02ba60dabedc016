//! A report as SARIF 2.1.0, in the subset that code scanning of GitHub shows. Findings alone are results; what is not known
//! is left out, never null.

use std::collections::BTreeMap;

use arena_core::scenario::Severity;
use serde_json::{Value, json};

use super::{Example, Finding, Location, Played, Report, Transcript};
use crate::visible::visible;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// GitHub takes so many results, and shows 5,000 of them.
const MAX_RESULTS: usize = 25_000;
/// GitHub cuts descriptions of rules here.
const MAX_DESCRIPTION_CHARS: usize = 1_024;

pub(super) fn render(report: &Report) -> String {
    let findings: Vec<&Finding> = report.reached().take(MAX_RESULTS).collect();
    let by_id: BTreeMap<_, &Played> = report.matches.iter().map(|played| (played.id, played)).collect();
    let results: Vec<Value> =
        findings.iter().enumerate().map(|(index, finding)| result(index, finding, &by_id)).collect();
    let rules: Vec<Value> = findings.iter().map(|finding| rule(finding)).collect();
    let scenarios: Vec<&str> = report.scenarios().into_iter().map(arena_core::name::Name::as_str).collect();
    let notifications: Vec<Value> = report
        .conclusion
        .caveats
        .iter()
        .map(|caveat| notification("note", caveat))
        .chain(report.inconclusive.iter().map(|round| {
            let text = format!(
                "{} round {} ({}) of match {} is void: {}",
                round.kind, round.round, round.about, round.id, round.reason
            );
            notification("warning", &text)
        }))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "AI Arena",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": {"id": format!("arena/{}/", scenarios.join("+"))},
            "invocations": [{
                "executionSuccessful": report.matches.iter().all(Played::is_complete),
                "endTimeUtc": format!("{:.0}", report.generated_at),
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "conclusion": report.conclusion.headline,
                "mock": report.has_mock(),
                "rates": report.rates.rows().into_iter().filter_map(|(name, rate)| {
                    let share = rate.share?;
                    Some(json!({"name": name, "hits": rate.hits, "n": rate.n, "share": share, "low": rate.low, "high": rate.high}))
                }).collect::<Vec<_>>(),
            },
        }],
    });
    serde_json::to_string_pretty(&log).expect("a value is plain data") + "\n"
}

fn notification(level: &str, text: &str) -> Value {
    json!({"level": level, "message": {"text": plain(text)}})
}

fn rule(finding: &Finding) -> Value {
    let name = finding.name();
    let goal: String = visible(&finding.goal).chars().take(MAX_DESCRIPTION_CHARS).collect();
    let help = format!(
        "An attacker reached the objective {name} ({}, {}). Decided by facts in the record, not by a model.",
        finding.severity, finding.kind
    );
    let tags: Vec<String> =
        ["security", "llm"].map(str::to_owned).into_iter().chain(finding.tags.iter().cloned()).collect();
    json!({
        "id": name,
        "name": pascal(finding.objective.as_str()),
        "shortDescription": {"text": format!("{} ({})", finding.objective, finding.severity)},
        "fullDescription": {"text": plain(&goal)},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": level(finding.severity)},
        // Verdicts are facts: what is found did happen.
        "properties": {"tags": tags, "precision": "very-high", "security-severity": score(finding.severity)},
    })
}

fn result(index: usize, finding: &Finding, matches: &BTreeMap<arena_core::id::MatchId, &Played>) -> Value {
    let mut sentences = vec![format!("{}: {}.", finding.name(), finding.result())];
    let mut flows = Vec::new();
    if let Some(example) = finding.examples.first() {
        let place = example.place;
        sentences.push(format!("Match {} round {}.", place.id, place.round));
        if let Some(Transcript { why, .. }) = &example.transcript {
            sentences.push(format!("{}.", plain(why)));
        }
        if let Some(played) = matches.get(&place.id) {
            sentences.push(format!("Play again: {}", plain(&played.reproduce)));
        }
        flows.extend(flow(&finding.location, example));
    }
    let mut result = json!({
        "ruleId": finding.name(),
        "ruleIndex": index,
        "level": level(finding.severity),
        "kind": "fail",
        "message": {"text": sentences.join(" ")},
        "locations": [{"physicalLocation": physical(&finding.location)}],
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{}:1", finding.fingerprint),
            "arenaFinding/v1": finding.fingerprint,
        },
        "properties": {
            "severity": finding.severity,
            "n": finding.rounds.n,
            "n_reached": finding.rounds.hits,
            "n_reached_in_passing": finding.n_in_passing,
            "low": finding.rounds.low,
            "high": finding.rounds.high,
            "held": finding.held_by(),
        },
    });
    if !flows.is_empty() {
        result["codeFlows"] = flows.into();
    }
    result
}

/// The way of the attack, step by step. All of it points at the one place there is.
fn flow(location: &Location, example: &Example) -> Option<Value> {
    let Transcript { steps, .. } = example.transcript.as_ref()?;
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            let importance = if example.evidence.contains(&step.seq) { "essential" } else { "important" };
            let text = format!("{}: {}", step.who.word(), plain(&step.text));
            json!({
                "importance": importance,
                "location": {"physicalLocation": physical(location), "message": {"text": text}},
            })
        })
        .collect();
    (!steps.is_empty()).then(|| json!({"threadFlows": [{"locations": steps}]}))
}

fn physical(location: &Location) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&location.file)},
        "region": {"startLine": location.line, "startColumn": 1},
    })
}

/// A path as a reference that is relative, or absolute as the path is.
fn uri(path: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let encoded: String =
        path.bytes().map(|b| if kept(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    if encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

/// Text in which viewers of SARIF find no links.
fn plain(text: &str) -> String {
    visible(text).replace('\\', r"\\").replace('[', r"\[").replace(']', r"\]")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// GitHub takes above 9.0 as critical, from 7.0 as high, from 4.0 as medium.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// `leak-override-code` as `LeakOverrideCode`, as rules are named.
fn pascal(name: &str) -> String {
    name.split(['-', '_'])
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references_and_texts_hold_no_links() {
        for (path, expected) in [
            ("scenarios/till/scenario.toml", "scenarios/till/scenario.toml"),
            ("my file#1.toml", "my%20file%231.toml"),
            ("/srv/é.toml", "file:///srv/%C3%A9.toml"),
        ] {
            assert_eq!(uri(path), expected);
        }
        assert_eq!(plain("see [here](https://x.example)\u{1b}"), r"see \[here\](https://x.example)␛");
        assert_eq!(pascal("leak-override_code"), "LeakOverrideCode");
    }
}
