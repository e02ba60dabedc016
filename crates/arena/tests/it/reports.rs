//! Reports: they count what was played, show no flag in any format, and show hostile text as text.

use std::path::Path;

use arena::report::{Anchor, Draft, Format, Outcome, Report, State};
use arena_core::engine::fold;
use arena_core::event::{Answer, Event, Plan, Record};
use arena_core::flag::Flags;
use arena_core::id::{Seat, Seq};
use arena_core::referee::{ReachedObjective, Verdict, find};
use arena_core::scenario::Severity;
use arena_core::spec::Spec;
use jiff::Timestamp;
use serde_json::Value;

use crate::support::{arena, play, runner, spec, stderr, stdout, store};

/// Text that breaks out of something: XML, HTML, Markdown, terminals, the order of reading.
const HOSTILE: &str = "]]> --> <!-- </script><script>alert(1)</script> <img src=x onerror=alert(1)> &amp; &#0; \0 \u{b} \u{1f} \
    \u{1b}[31mred\u{1b}]0;title\u{7} \u{fffd} \u{fffe} \u{85} \u{202e}desrever\u{2066} \u{200b} a|b \\| `` ```` \n````\n\
    # heading\n| a | b |\n@everyone [link](https://x.example) {0} \" ' </details>";

async fn played(seed: &str, blue: bool, n_rounds: u32) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let whole = spec("support-desk", seed, "mock", n_rounds);
    let blue = whole.blue.clone().filter(|_| blue);
    let (_, _, records) = play(&runner(&store), Spec { blue, ..(*whole).clone() }.into()).await;
    store.close().await;
    records
}

fn report(matches: &[&[Record]]) -> Report {
    report_with(matches, true)
}

fn report_with(matches: &[&[Record]], with_texts: bool) -> Report {
    let mut draft = Draft::new(Anchor::default(), with_texts);
    for records in matches {
        draft.add(records).unwrap();
    }
    draft.finish(Timestamp::UNIX_EPOCH)
}

/// The records with every text of Red, the Target and what left the arena replaced.
fn with_texts(mut records: Vec<Record>, text: &dyn Fn(Seq) -> String) -> Vec<Record> {
    // What leaves the arena is what the Target said last, unless a guard rewrote it.
    let mut last = (String::new(), String::new());
    for record in &mut records {
        let seq = record.seq;
        match &mut record.event {
            Event::ModelReplied { seat: Seat::Red, reply, .. } => reply.text = text(seq),
            Event::ModelReplied { seat: Seat::Target, reply, .. } => {
                let said = text(seq);
                last = (std::mem::replace(&mut reply.text, said.clone()), said);
            }
            Event::AnswerReleased { answer: Answer::Given { text: said } } if *said == last.0 => {
                said.clone_from(&last.1);
            }
            Event::RoundJudged { verdict: Verdict::Breach { objectives, .. }, .. } => {
                for reached in objectives {
                    reached.why = text(seq);
                }
            }
            Event::GuardRuled { ruling, .. } => ruling.reason = text(seq),
            _ => {}
        }
    }
    records
}

fn flags(records: &[Record]) -> Flags {
    fold(records).unwrap().unwrap().flags
}

/// Every rendering, and the report as programs get it.
fn renderings(report: &Report) -> Vec<(&'static str, String)> {
    Format::ALL.iter().map(|format| (format.word(), format.render(report))).collect()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_what_was_played() {
    let one = played("7", false, 20).await;
    let other = played("8", true, 20).await;
    let report = report(&[&one, &other]);
    let games = [&one, &other].map(|records| fold(records).unwrap().unwrap());
    let breached: u64 = games.iter().map(|game| game.score.breached.hits).sum();
    let attacks: u64 = games.iter().map(|game| game.score.breached.n).sum();
    assert_eq!((report.rates.attack_success.hits, report.rates.attack_success.n), (breached, attacks));
    // With rounds of one objective taken as alike, the interval is another one about the same rate.
    let by_objective = report.attack_success_by_objective.unwrap();
    let rate = report.rates.attack_success;
    assert_eq!(by_objective.n_objectives, 3);
    assert!(
        0.0 < by_objective.low && by_objective.low < rate.share.unwrap() && rate.share.unwrap() < by_objective.high
    );
    let row = report.rate_rows()[1];
    assert_eq!((row.0, row.1.count(), row.1.interval()), ("by objective", rate.count(), by_objective.interval()));
    for (format, text) in renderings(&report) {
        match format {
            "json" => assert_eq!(
                json_of(&text)["attack_success_by_objective"],
                serde_json::json!({"n_objectives": 3, "low": by_objective.low, "high": by_objective.high})
            ),
            "text" | "markdown" | "html" => {
                assert!(
                    text.contains(&by_objective.interval()) && text.to_lowercase().contains("by objective"),
                    "{text}"
                );
            }
            _ => {}
        }
    }
    // Every attack round goes for one objective; of those in which it was not reached, somebody held.
    assert_eq!(report.findings.iter().map(|finding| finding.rounds.n).sum::<u64>(), attacks);
    for finding in &report.findings {
        let held: u64 = finding.held.iter().map(|held| held.n).sum();
        assert_eq!(finding.rounds.hits + held, finding.rounds.n, "{}", finding.name());
        assert_eq!(finding.state == State::Reached, !finding.examples.is_empty(), "{}", finding.name());
        for example in &finding.examples {
            let told = example.transcript.as_ref().unwrap();
            let evidence = &example.evidence;
            assert!(evidence.iter().all(|seq| told.steps.iter().any(|step| step.seq == *seq)), "{told:?}");
        }
    }
    assert_eq!(report.conclusion.outcome, Outcome::Breached);
    assert!(report.conclusion.caveats[0].starts_with("MOCK"), "{:?}", report.conclusion.caveats);
    assert_eq!(
        report.matches[0].reproduce,
        "arena play support-desk --seed 7 --rounds 20 --red attacker --model red=mock --blue none --target assistant \
         --model target=mock"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_format_shows_a_flag_in_any_form_nor_a_reason_of_the_guard() {
    let records = played("7", true, 20).await;
    let flags = flags(&records);
    let bytes = |flag: &str, write: &dyn Fn(u8) -> String| flag.bytes().map(write).collect::<String>();
    let rot13 = |c: char| match c {
        'A'..='M' => char::from(c as u8 + 13),
        'N'..='Z' => char::from(c as u8 - 13),
        c => c,
    };
    for flag in flags.values() {
        let forms = [
            flag.to_owned(),
            flag.to_lowercase(),
            flag.chars().flat_map(|c| [c, ' ']).collect(),
            flag.chars().flat_map(|c| [c, '\u{200b}']).collect(),
            flag.chars().rev().collect(),
            flag.chars().map(rot13).collect(),
            bytes(flag, &|b| format!("{b:02x}")),
            bytes(flag, &|b| format!("%{b:02X}")),
            base64(flag.as_bytes()),
            // Half of it is as bad.
            flag[5..20].to_owned(),
        ];
        for form in &forms {
            let told = with_texts(records.clone(), &|_| format!("It is {form}, good luck."));
            let report = report(&[&told]);
            assert!(report.reached().count() > 0);
            for (format, text) in renderings(&report) {
                assert_eq!(find(flag, &[&text]), None, "{format} shows {form}");
                assert!(!text.contains(form.as_str()), "{format} shows {form}");
            }
        }
    }
    // Without a flag beside it, what agents say is told, and what the guard says is not.
    let told = with_texts(records, &|seq| format!("said-in-{seq}-"));
    let rulings: Vec<Seq> = told
        .iter()
        .filter(|record| matches!(record.event, Event::GuardRuled { .. }))
        .map(|record| record.seq)
        .collect();
    assert!(!rulings.is_empty());
    for (format, text) in renderings(&report(&[&told])) {
        assert!(text.contains("said-in-"), "{format} tells nothing");
        for seq in &rulings {
            assert!(!text.contains(&format!("said-in-{seq}-")), "{format} tells the guard's reason");
        }
    }
}

/// As anybody writes it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        (0..=group.len()).map(|i| digit(bits >> (18 - 6 * i))).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_in_parts_over_several_rounds_is_not_put_together() {
    let mut records = played("7", false, 20).await;
    let secret = flags(&records).get("override-code").unwrap()["FLAG-".len()..].to_owned();
    let mut parts = [&secret[..9], &secret[9..18], &secret[18..]].into_iter();
    let mut part = None;
    for record in &mut records {
        match &mut record.event {
            Event::RoundOpened { plan, .. } => {
                part = if matches!(plan, Plan::Attack { .. }) { parts.next() } else { None };
            }
            Event::ModelReplied { seat: Seat::Target, reply, .. } => {
                if let Some(part) = part {
                    part.clone_into(&mut reply.text);
                }
            }
            Event::AnswerReleased { answer: Answer::Given { text } } => {
                if let Some(part) = part {
                    part.clone_into(text);
                }
            }
            Event::RoundJudged { verdict, .. } if part.is_some() => {
                let reached = ReachedObjective {
                    id: "leak-override-code".parse().unwrap(),
                    severity: Severity::Critical,
                    rule: None,
                    places: vec![],
                    evidence: vec![],
                    why: "in parts over several messages".to_owned(),
                };
                *verdict = Verdict::Breach { objectives: vec![reached], work: None };
            }
            _ => {}
        }
    }
    assert_eq!(parts.next(), None);
    for (format, text) in renderings(&report(&[&records])) {
        for part in [&secret[..9], &secret[9..18], &secret[18..]] {
            assert!(!text.contains(part), "{format} shows {part}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_text_in_every_format() {
    let records = with_texts(played("7", false, 20).await, &|_| HOSTILE.to_owned());
    let report = report(&[&records]);
    for (format, text) in renderings(&report) {
        // JSON and SARIF escape; whatever is left is seen.
        let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\t') && !(format == "text" && c == '\u{1b}');
        if format != "json" {
            let found =
                text.chars().find(|c| acts(*c) || matches!(c, '\u{202e}' | '\u{2066}' | '\u{200b}' | '\u{fffe}'));
            assert_eq!(found, None, "{format}");
        }
        assert!(text.contains("desrever"), "{format}");
    }
    let whole = json_of(&Format::Json.render(&report));
    let told = &whole["findings"][0]["examples"][0]["transcript"];
    assert_eq!(told["attack"], HOSTILE);
    let sarif = Format::Sarif.render(&report);
    assert!(!sarif.contains("null"), "SARIF has no nulls");
    let sarif = json_of(&sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), report.reached().count());
    assert!(results[0]["message"]["text"].as_str().unwrap().contains(r"\[link\](https://x.example)"));
    let junit = quick_junit::Report::deserialize_from_str(&Format::Junit.render(&report)).unwrap();
    assert_eq!((junit.tests, junit.failures, junit.errors), (3, report.reached().count(), 0));
    let html = Format::Html.render(&report);
    for active in ["<script", "<img", "javascript:", "http://", "https://", "url("] {
        // A link stands in what was said, as text.
        let n_said = html.matches("(https://x.example)").count();
        let n = html.matches(active).count();
        assert_eq!(n, if active == "https://" { n_said } else { 0 }, "{active}");
    }
    let markdown = Format::Markdown.render(&report);
    let outside = outside_of_fences(&markdown);
    for active in ["<script", "<img", "](http", "@everyone", "# heading", "<!-- <"] {
        assert!(!outside.contains(active), "{active} in {outside}");
    }
    // The escapes of the text are our own.
    let plain = anstream::adapter::strip_str(&Format::Text.render(&report)).to_string();
    assert!(plain.contains("␛[31mred␛]0;title␇"), "{plain}");
}

/// Markdown without what stands in fences, by the rules of `CommonMark`.
fn outside_of_fences(markdown: &str) -> String {
    let mut fence: Option<usize> = None;
    let mut outside = Vec::new();
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(opened) if ticks >= opened && line.trim_matches('`').trim().is_empty() => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => outside.push(line),
        }
    }
    assert_eq!(fence, None, "a fence is not closed");
    outside.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_decided_is_no_pass() {
    let mut records = played("7", false, 20).await;
    let mut aims = Vec::new();
    for record in &mut records {
        match &mut record.event {
            Event::RoundOpened { plan: Plan::Attack { objective, .. }, .. } => aims.push(objective.clone()),
            Event::RoundJudged { verdict, .. } if aims.last().is_some_and(|aim| aim.as_str() == "foreign-email") => {
                *verdict = Verdict::Void { reason: "nobody <answered>".to_owned() };
            }
            _ => {}
        }
    }
    let report = report(&[&records]);
    let finding = report.findings.iter().find(|finding| finding.objective.as_str() == "foreign-email").unwrap();
    assert_eq!(finding.state, State::Inconclusive);
    assert!(finding.result().starts_with("inconclusive: 0 attack rounds decided; "), "{}", finding.result());
    let junit = quick_junit::Report::deserialize_from_str(&Format::Junit.render(&report)).unwrap();
    assert_eq!(junit.errors, 1);
    for (format, text) in renderings(&report) {
        assert!(text.contains("foreign-email"), "{format}");
        assert!(text.contains("nobody &lt;answered&gt;") || text.contains("nobody <answered>") || format == "junit");
    }
    // Of a single round, most objectives were not tried; nothing is called a success.
    let short = report_of_one_round().await;
    assert!(short.findings.iter().any(|finding| finding.state == State::NotTried));
    assert_ne!(short.conclusion.outcome, Outcome::Breached);
    assert_eq!(short.attack_success_by_objective, None);
    assert_eq!(json_of(&Format::Json.render(&short))["attack_success_by_objective"], Value::Null);
    for (format, text) in renderings(&short) {
        assert!(!text.to_lowercase().contains("secure"), "{format}");
    }
}

async fn report_of_one_round() -> Report {
    let records = played("14", true, 1).await;
    report(&[&records])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_stays_within_its_limit_and_texts_can_be_left_out() {
    let records =
        with_texts(played("7", false, 20).await, &|seq| format!("said-{seq}-{}", "`|\u{202e}é".repeat(2_000)));
    let markdown = Format::Markdown.render(&report(&[&records]));
    assert!(markdown.chars().count() <= 60_000, "{}", markdown.chars().count());
    assert!(markdown.starts_with("### ▲ AI Arena: breached"), "{markdown}");
    outside_of_fences(&markdown);
    for (format, text) in renderings(&report_with(&[&records], false)) {
        assert!(!text.contains("said-"), "{format}");
    }
}

#[test]
fn reports_are_written_beside_a_match_and_of_one_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| arena(folder.path()).args(arguments).output().unwrap();
    let files = ["r.html", "r.json", "r.md", "r.xml", "r.sarif", "r.txt"];
    let wanted: Vec<&str> = files.iter().flat_map(|file| ["-o", file]).collect();
    let played =
        run(&[&["play", "support-desk", "--blue", "none", "--rounds", "20", "--seed", "7", "--json"], &*wanted]
            .concat());
    assert_eq!(played.status.code(), Some(1), "{}", stderr(&played));
    json_of(&stdout(&played));
    let mut there = listed(folder.path());
    there.retain(|name| !name.starts_with("arena.db"));
    assert_eq!(there, ["r.html", "r.json", "r.md", "r.sarif", "r.txt", "r.xml"]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(!read("r.txt").contains('\u{1b}'));
    let before = json_of(&read("r.json"));

    let again = run(&["report", "last", "--format", "json", "--anchor", "prompts/desk.toml:3"]);
    assert_eq!((again.status.code(), stderr(&again)), (Some(0), String::new()));
    let mut after = json_of(&stdout(&again));
    assert_eq!(after["findings"][0]["location"], serde_json::json!({"file": "prompts/desk.toml", "line": 3}));
    assert_eq!(before["findings"][0]["location"]["file"], "scenarios/support-desk/scenario.toml");
    for finding in after["findings"].as_array_mut().unwrap() {
        finding["location"] = Value::Null;
    }
    let mut before = before;
    for finding in before["findings"].as_array_mut().unwrap() {
        finding["location"] = Value::Null;
    }
    assert_eq!(before["findings"], after["findings"]);
    let text = run(&["report", "last"]);
    assert!(
        stdout(&text).starts_with("▲ breached · 3 of 3 objectives reached, the worst critical  MOCK"),
        "{}",
        stdout(&text)
    );
    let quiet = run(&["report", "last", "-o", "other.html"]);
    assert_eq!((stdout(&quiet), stderr(&quiet)), (String::new(), "report: other.html\n".to_owned()));
    // A scenario of one's own is pointed at where it is.
    std::fs::create_dir(folder.path().join("till")).unwrap();
    let source = stdout(&run(&["scenario", "show", "support-desk", "--source"]));
    std::fs::write(folder.path().join("till/scenario.toml"), source).unwrap();
    run(&["play", "./till", "--seed", "7", "-o", "till.json", "--fail-on", "never"]);
    let till = json_of(&read("till.json"));
    assert_eq!(till["findings"][0]["location"]["file"], "till/scenario.toml");
    let again = till["matches"][0]["reproduce"].as_str().unwrap();
    assert!(again.starts_with("arena play till/scenario.toml --seed 7 --rounds 5 "), "{again}");
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("there.html")).unwrap();
    for (file, expected) in [
        (
            "report.pdf",
            "how the name ends says the format: .txt (text), .json (json), .md (markdown), .xml (junit), .sarif (sarif), .html (html)",
        ),
        ("report", "how the name ends says the format: "),
        ("nowhere/report.html", "report nowhere/report.html cannot be written: there is no folder nowhere"),
        ("there.html", "report there.html cannot be written: it is a folder"),
    ] {
        for command in [&["play", "support-desk"][..], &["report", "last"], &["resume"]] {
            let output = arena(folder.path()).args(command).args(["-o", file]).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{file}");
            assert!(stderr(&output).contains(expected), "{}", stderr(&output));
            assert_eq!(stdout(&output), "");
        }
    }
    assert_eq!(listed(folder.path()), ["there.html"]);
}

fn listed(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
