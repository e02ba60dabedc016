//! `arena show`: one match, its rounds and rates.

use std::io::Write as _;

use arena_core::engine::fold;
use arena_core::event::{Event, Plan, Record};
use arena_core::id::MatchId;
use arena_core::referee::Verdict;
use arena_core::view::{Audience, Screen};
use serde_json::json;

use super::args::Show;
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::list::sitting;
use super::summary::rates_json;
use super::table::{rates, table};
use super::visible::visible;
use super::watch::print_line;
use super::which::which;
use crate::header::Header;
use crate::runner::records;

pub(super) async fn show(show: Show) -> Result<Exit, Failure> {
    let store = open_to_read(&show.database.database).await?;
    let id = which(&*store, &show.id).await?;
    let records = records(&*store, id).await?;
    if show.output.jsonl {
        return print_lines(id, &records, show.audience);
    }
    let game = fold(&records).map_err(|illegal| broken(id, &illegal))?;
    let Some(game) = game else { return Err(Failure::nothing(format!("match {id} has no events"))) };
    let header = Header::of(&game);
    if show.output.json {
        let rounds: Vec<_> = rounds(&records)
            .map(|(round, plan, verdict)| json!({"round": round, "plan": plan, "verdict": verdict}))
            .collect();
        let rates = rates_json(&header.score);
        let spent: Vec<_> =
            arena_core::id::Seat::ALL.map(|seat| json!({"seat": seat, "spent": game.spent_by(seat)})).into();
        let whole =
            json!({"schema_version": 1, "id": id, "header": header, "rounds": rounds, "rates": rates, "spent": spent});
        writeln!(std::io::stdout(), "{whole}")?;
        return Ok(Exit::Good);
    }
    let mut out = anstream::stdout();
    let mut facts = table(&[]);
    let mock = if header.mock { "yes: its figures say nothing about a model" } else { "no" };
    facts.add_row(["match", &id.to_string()]);
    facts.add_row(["scenario", header.scenario.as_str()]);
    facts.add_row(["stands", header.standing()]);
    facts.add_row(["red", &sitting(Some(&header.red))]);
    facts.add_row(["blue", &sitting(header.blue.as_ref())]);
    facts.add_row(["target", &sitting(Some(&header.target))]);
    facts.add_row(["mock", mock]);
    facts.add_row(["seed", header.seed.as_str()]);
    facts.add_row(["events", &header.last.to_string()]);
    if let Some(reason) = &header.reason {
        facts.add_row(["reason", &visible(reason)]);
    }
    writeln!(out, "{facts}\n")?;
    let mut list = table(&["round", "kind", "about", "verdict", "how"]);
    for (round, plan, verdict) in rounds(&records) {
        let (kind, about) = match plan {
            Plan::Attack { objective, .. } => ("attack", objective),
            Plan::Benign { task, .. } => ("benign", task),
        };
        list.add_row([&round.to_string(), kind, about.as_str(), verdict.word(), &visible(&how(verdict))]);
    }
    writeln!(out, "{list}\n\n{}", rates(&header.score))?;
    Ok(Exit::Good)
}

/// Every event as the audience sees it.
fn print_lines(id: MatchId, records: &[Record], audience: Audience) -> Result<Exit, Failure> {
    if audience == Audience::Operator {
        for record in records {
            print_line(id, record)?;
        }
        return Ok(Exit::Good);
    }
    let mut screen = Screen::new(audience);
    for record in records {
        print_line(id, &screen.take(record).map_err(|illegal| broken(id, &illegal))?)?;
    }
    Ok(Exit::Good)
}

fn broken(id: MatchId, cause: &dyn std::error::Error) -> Failure {
    Failure::infrastructure(&format!("match {id} cannot be folded; arena verify {id} says more"), cause)
}

/// The judged rounds with what they were about.
fn rounds(records: &[Record]) -> impl Iterator<Item = (u32, &Plan, &Verdict)> {
    let mut plans = records.iter().filter_map(|record| match &record.event {
        Event::RoundOpened { plan, .. } => Some(plan),
        _ => None,
    });
    records.iter().filter_map(move |record| match &record.event {
        Event::RoundJudged { round, verdict, .. } => Some((*round, plans.next()?, verdict)),
        _ => None,
    })
}

fn how(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Breach { objectives, .. } => objectives
            .iter()
            .map(|objective| format!("{} ({}): {}", objective.id, objective.severity, objective.why))
            .collect::<Vec<_>>()
            .join("; "),
        Verdict::Blocked { by, evidence, .. } | Verdict::Denied { by, evidence } => {
            format!("by the {by}, event {evidence}")
        }
        Verdict::Missed { missing } => missing.clone(),
        Verdict::Judged { opinions, .. } => opinions
            .iter()
            .map(|opinion| format!("{}: {}", opinion.model, opinion.rationale))
            .collect::<Vec<_>>()
            .join("; "),
        Verdict::Undecided { reason, .. } | Verdict::Void { reason } => reason.clone(),
        Verdict::Resisted { .. } | Verdict::Served => String::new(),
    }
}
