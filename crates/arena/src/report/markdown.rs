//! A report for a comment on a pull request: the verdict first, the rest folded. What agents said stands in fences that it
//! cannot close, and the whole fits into a comment.

use super::{Finding, Inconclusive, Outcome, Report, State, Step, Transcript, count, number};
use crate::markdown::{fenced, longest_run};
use crate::visible::visible;

/// GitHub takes 65,536 characters in a comment; who posts it may add some.
const MAX_CHARS: usize = 60_000;
/// Of one text, so many characters: a comment is read beside others.
const MAX_TEXT_CHARS: usize = 1_000;
/// Of one round, so many.
const MAX_ROUND_CHARS: usize = 8_000;
/// So many rows of a table.
const MAX_ROWS: usize = 100;

/// Markdown that grows block by block while there is room.
struct Page {
    text: String,
    n_chars: usize,
    n_left_out: u64,
}

impl Page {
    /// Room for the words that say what was left out.
    const RESERVED: usize = 500;

    /// Adds the whole block, or counts it as left out.
    fn add(&mut self, block: &str) {
        let n_chars = block.chars().count();
        if self.n_chars + n_chars > MAX_CHARS - Self::RESERVED {
            self.n_left_out += 1;
            return;
        }
        self.n_chars += n_chars;
        self.text.push_str(block);
    }
}

pub(super) fn render(report: &Report) -> String {
    let mut page = Page { text: String::new(), n_chars: 0, n_left_out: 0 };
    let conclusion = &report.conclusion;
    let mark = match conclusion.outcome {
        Outcome::Breached => "▲",
        Outcome::NotBreached => "■",
        Outcome::Inconclusive => "❓",
    };
    let mock = if report.has_mock() { " · **MOCK**" } else { "" };
    page.add(&format!("### {mark} AI Arena: {} · {}{mock}\n\n", conclusion.outcome.words(), conclusion.headline));
    page.add(&(conclusion.sentences.join(" ") + "\n\n"));
    page.add(&table(report));
    for finding in report.reached() {
        page.add(&details(finding));
    }
    page.add(&inconclusive(report));
    page.add(&rates(report));
    page.add(&matches(report));
    let caveats = conclusion.caveats.join("\n- ");
    page.add(&format!("<details><summary>How to read this</summary>\n\n- {caveats}\n\n</details>\n\n"));
    let scenarios: Vec<&str> = report.scenarios().into_iter().map(arena_core::name::Name::as_str).collect();
    let left_out = match page.n_left_out {
        0 => String::new(),
        n => format!(
            "{} left out to fit into a comment; the HTML report has everything.\n\n",
            count(n, "part is", "parts are")
        ),
    };
    // Who posts the comment finds it again by this mark.
    let mark: String = scenarios.join(",").chars().take(Page::RESERVED / 2).collect();
    format!(
        "{}{left_out}<sub>{} · {:.0}</sub>\n<!-- ai-arena:{mark} -->\n",
        page.text, report.generator, report.generated_at
    )
}

fn table(report: &Report) -> String {
    let rows: Vec<String> = report.findings.iter().take(MAX_ROWS).map(row).collect();
    let more = report.findings.len().saturating_sub(MAX_ROWS);
    let more =
        if more > 0 { format!("\n{} more.\n", count(number(more), "objective", "objectives")) } else { String::new() };
    let head = "| | severity | objective | result | held in other rounds | file |\n|---|---|---|---|---|---|\n";
    format!("{head}{}{more}\n", rows.concat())
}

fn row(finding: &Finding) -> String {
    let mark = if finding.state == State::Reached { "▲" } else { "" };
    let place = cell(&format!("{}:{}", finding.location.file, finding.location.line));
    let (severity, name) = (finding.severity, cell(&finding.name()));
    format!("| {mark} | {severity} | {name} | {} | {} | {place} |\n", finding.result(), finding.held_by())
}

/// One finding, folded: its first breach from Red's words to the proof.
fn details(finding: &Finding) -> String {
    let tags: Vec<String> = finding.tags.iter().map(|tag| format!(" · {}", code(tag))).collect();
    let (name, severity, kind) = (finding.name(), finding.severity, code(finding.kind));
    let mut blocks = vec![
        format!("<details><summary>▲ {name} ({severity}): {}</summary>\n\n", finding.result()),
        format!("Decided by {kind}{}\n\nRed was told:\n\n", tags.concat()),
        fenced(&short(&finding.goal, MAX_TEXT_CHARS)),
    ];
    for example in finding.examples.iter().take(1) {
        let events: Vec<String> = example.evidence.iter().map(ToString::to_string).collect();
        let (id, round) = (code(&example.place.id.to_string()), example.place.round);
        blocks.push(format!("Match {id} round {round}, shown by events {}\n\n", events.join(", ")));
        if let Some(Transcript { why, steps, .. }) = &example.transcript {
            let lines: Vec<String> = steps.iter().map(line).collect();
            blocks.push(fenced(&short(why, MAX_TEXT_CHARS)));
            blocks.push(fenced(&short(&lines.join("\n"), MAX_ROUND_CHARS)));
        }
    }
    blocks.push("</details>\n\n".to_owned());
    blocks.concat()
}

fn line(step: &Step) -> String {
    format!("#{} {}: {}", step.seq, step.who.word(), short(&step.text, MAX_TEXT_CHARS))
}

fn inconclusive(report: &Report) -> String {
    if report.inconclusive.is_empty() {
        return String::new();
    }
    let row = |round: &Inconclusive| {
        let (id, about) = (code(&round.id.to_string()), code(round.about.as_str()));
        format!("| {id} | {} | {} {about} | {} |\n", round.round, round.kind, cell(&round.reason))
    };
    let rows = report.inconclusive.iter().take(MAX_ROWS).map(row).collect::<Vec<_>>().concat();
    let n = count(report.n_inconclusive, "round", "rounds");
    format!(
        "<details><summary>Inconclusive: {n}</summary>\n\n| match | round | about | why |\n|---|---|---|---|\n{rows}\n\
         </details>\n\n"
    )
}

fn rates(report: &Report) -> String {
    let rows = report.rate_rows();
    let rows = rows
        .iter()
        .map(|(name, rate)| format!("| {name} | {} | {} | {} |\n", rate.percent(), rate.count(), rate.interval()));
    let rows = rows.collect::<Vec<_>>().concat();
    format!(
        "<details><summary>Rates</summary>\n\n| | share | count | 95 % interval |\n|---|--:|--:|--:|\n{rows}\n</details>\n\n"
    )
}

fn matches(report: &Report) -> String {
    let commands: Vec<&str> = report.matches.iter().take(MAX_ROWS).map(|played| played.reproduce.as_str()).collect();
    let n = count(number(report.matches.len()), "match", "matches");
    format!("<details><summary>Play again: {n}</summary>\n\n{}</details>\n\n", fenced(&commands.join("\n")))
}

/// `text` as code within a line.
fn code(text: &str) -> String {
    let text = visible(text).replace(['\n', '\t'], " ");
    let mark = "`".repeat(longest_run(&text) + 1);
    // A space keeps the marks apart from those of the text; Markdown takes it off again.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{mark}{pad}{text}{pad}{mark}")
}

/// The same in a table, where a bar ends the cell even in code.
fn cell(text: &str) -> String {
    // A backslash before the bar would be taken for the one that keeps the bar from ending the cell.
    code(&short(text, MAX_TEXT_CHARS)).replace("\\|", "\\ |").replace('|', "\\|")
}

/// The beginning of `text`.
fn short(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{} [cut]", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_cannot_end_its_quotation() {
        for (text, expected) in [
            ("plain", "`plain`"),
            ("a`b``c", "```a`b``c```"),
            ("`", "`` ` ``"),
            ("a|b\n| c", "`a\\|b \\| c`"),
            ("a\\|b", "`a\\ \\|b`"),
            ("</details>\u{202e}", "`</details><U+202E>`"),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
        assert_eq!(fenced("````\nx"), "`````text\n````\nx\n`````\n\n");
    }
}
