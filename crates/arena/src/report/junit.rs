//! A report as `JUnit` XML: a suite a scenario, a case an objective. A breach is a failure; what could not be decided is an
//! error, never a pass.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::{Finding, Played, Report, State, Transcript, count, number};
use crate::visible::visible;

/// Readers show a failure beside others; of one text, so many bytes.
const MAX_TEXT_BYTES: usize = 8 << 10;

pub(super) fn render(report: &Report) -> String {
    let mut junit = Junit::new("AI Arena");
    let mut whole = Duration::ZERO;
    for scenario in report.scenarios() {
        let matches: Vec<&Played> =
            report.matches.iter().filter(|played| played.header.scenario == *scenario).collect();
        let took = matches.iter().map(|played| duration(played)).sum();
        whole += took;
        let mut suite = TestSuite::new(scenario.as_str());
        suite.set_time(took);
        if let Some(first) = matches.iter().map(|played| played.created_at).min() {
            suite.extra.insert("timestamp".into(), format!("{first:.0}").into());
        }
        suite.add_property(Property::new("n_matches", matches.len().to_string()));
        suite.add_property(Property::new("mock", matches.iter().any(|played| played.header.mock).to_string()));
        suite.add_test_cases(
            report
                .findings
                .iter()
                .filter(|finding| finding.scenario == *scenario)
                .map(|finding| case(finding, &matches)),
        );
        suite.add_test_cases(matches.iter().filter(|played| !played.is_complete()).map(|played| cut_off(played)));
        junit.add_test_suite(suite);
    }
    junit.set_time(whole);
    junit.to_string().expect("texts are UTF-8, and a string takes them all")
}

fn case(finding: &Finding, matches: &[&Played]) -> TestCase {
    let status = match finding.state {
        State::Reached => {
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let severity = finding.severity.word().to_uppercase();
            failure.set_type("breach").set_message(format!("[{severity}] {}", finding.result()));
            failure.set_description(proof(finding, matches));
            failure
        }
        State::Inconclusive => {
            let mut error = TestCaseStatus::non_success(NonSuccessKind::Error);
            error.set_type("void").set_message(finding.result());
            error
        }
        State::NotTried => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(finding.result());
            skipped
        }
        State::NotReached => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(finding.objective.as_str(), status);
    case.set_classname(format!("arena.{}", finding.scenario));
    // Where the reader can show the source.
    case.extra.insert("file".into(), visible(&finding.location.file).into());
    case.extra.insert("line".into(), finding.location.line.to_string().into());
    for (name, value) in [
        ("severity", finding.severity.to_string()),
        ("kind", finding.kind.to_owned()),
        ("result", finding.result()),
        ("n", finding.rounds.n.to_string()),
        ("n_reached", finding.rounds.hits.to_string()),
        ("n_reached_in_passing", finding.n_in_passing.to_string()),
        ("n_void", finding.n_void.to_string()),
        ("low", finding.rounds.low.to_string()),
        ("high", finding.rounds.high.to_string()),
        ("held", finding.held_by()),
        ("tags", finding.tags.join(",")),
        ("fingerprint", finding.fingerprint.clone()),
    ] {
        case.add_property(Property::new(name, value));
    }
    case
}

/// A match that was not played to its end: the rounds it lacks were not won.
fn cut_off(played: &Played) -> TestCase {
    let header = &played.header;
    let rounds = count(u64::from(header.n_judged), "round was", "rounds were");
    let reason = header.reason.as_deref().map(|reason| format!(": {}", visible(reason))).unwrap_or_default();
    let mut error = TestCaseStatus::non_success(NonSuccessKind::Error);
    error
        .set_type("not_played_to_the_end")
        .set_message(format!("the match is {}, {rounds} judged{reason}", header.status));
    let mut case = TestCase::new(format!("match {}", played.id), error);
    case.set_classname(format!("arena.{}", header.scenario));
    case
}

/// What a person needs to believe it: where, why, what was said, and how to see it again.
fn proof(finding: &Finding, matches: &[&Played]) -> String {
    let mut lines = vec![finding.goal.clone()];
    for example in finding.examples.iter().take(1) {
        let events: Vec<String> = example.evidence.iter().map(ToString::to_string).collect();
        lines.push(format!("\nmatch {} round {}, events {}", example.place.id, example.place.round, events.join(", ")));
        if let Some(Transcript { why, attack, answer, .. }) = &example.transcript {
            lines.push(format!("why: {why}"));
            lines.push(format!("red: {attack}"));
            lines.push(format!("out: {}", answer.as_deref().unwrap_or("(nothing)")));
        }
        let again = matches.iter().find(|played| played.id == example.place.id);
        lines.extend(again.map(|played| format!("\nplay again: {}", played.reproduce)));
    }
    let more = number(finding.examples.len()).saturating_sub(1);
    if more > 0 {
        lines.push(format!("and {}", count(more, "more breach", "more breaches")));
    }
    arena_core::message::cut(visible(&lines.join("\n")), MAX_TEXT_BYTES)
}

/// How long the match took.
fn duration(played: &Played) -> Duration {
    played.header.at.duration_since(played.created_at).try_into().unwrap_or_default()
}
