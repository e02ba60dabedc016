//! A round as a spectator may read it, step by step: what is told of a breach. No flag and no reason of a guard is in it.

use arena_core::engine::Match;
use arena_core::event::{Event, Record};
use arena_core::id::Seq;
use arena_core::message::cut;
use arena_core::name::Name;
use arena_core::referee::Verdict;
use arena_core::view;
use serde::{Deserialize as _, Serialize};

use crate::transcript::{HIDDEN, Who, told};

/// A text of a transcript may have so many bytes: enough to understand it, and thousands fit into a page.
const MAX_TEXT_BYTES: usize = 4 << 10;
/// Of a longer round, so many steps of its beginning and of its end are told.
const MAX_STEPS_AT_AN_END: usize = 20;

/// What was said in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transcript {
    /// How the events show that the objective was reached.
    pub why: String,
    /// What Red said.
    pub attack: String,
    /// What left the arena at the end of the Target's turn; nothing if it was stopped.
    pub answer: Option<String>,
    /// Everything, in its order.
    pub steps: Vec<Step>,
}

/// One step of a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The event.
    pub seq: Seq,
    /// Who acted.
    pub who: Who,
    /// What was said or done.
    pub text: String,
}

/// The round in `records`, from its opening to its verdict, told for the one who asks how `objective` was reached.
pub(super) fn transcript(game: &Match, records: &[Record], objective: &Name, evidence: &[Seq]) -> Transcript {
    let steps: Vec<Step> = records.iter().flat_map(|record| steps(game, record)).collect();
    let said = |who: Who| steps.iter().rev().find(|step| step.who == who).map(|step| step.text.clone());
    Transcript {
        why: why(game, records, objective),
        attack: said(Who::Red).unwrap_or_default(),
        answer: said(Who::Out),
        steps: shortened(steps, evidence),
    }
}

/// Takes every text out of `transcripts` of one match if, read one after the other, they show a flag.
pub(super) fn hide_what_is_spread(game: &Match, transcripts: &mut [&mut Transcript]) {
    let shows = |texts: &[&str]| game.flags.values().any(|flag| arena_core::referee::find(flag, texts).is_some());
    let answers: Vec<&str> = transcripts.iter().filter_map(|told| told.answer.as_deref()).collect();
    let steps: Vec<&str> = transcripts.iter().flat_map(|told| &told.steps).map(|step| step.text.as_str()).collect();
    if !shows(&answers) && !shows(&steps) {
        return;
    }
    for told in transcripts {
        HIDDEN.clone_into(&mut told.attack);
        told.answer = told.answer.as_ref().map(|_| HIDDEN.to_owned());
        for step in &mut told.steps {
            HIDDEN.clone_into(&mut step.text);
        }
    }
}

/// The event without anything that must not be seen; `None` if nothing is left of it.
pub(super) fn redacted(game: &Match, record: &Record) -> Option<Event> {
    Event::deserialize(view::spectator(game, &record.event)?).ok()
}

fn why(game: &Match, records: &[Record], objective: &Name) -> String {
    let judged = records.last().and_then(|record| redacted(game, record));
    let Some(Event::RoundJudged { verdict: Verdict::Breach { objectives, .. }, .. }) = judged else {
        return HIDDEN.to_owned();
    };
    objectives.into_iter().find(|reached| reached.id == *objective).map(|reached| reached.why).unwrap_or_default()
}

/// What is told of one event of a round. How it was judged is told elsewhere.
fn steps(game: &Match, record: &Record) -> Vec<Step> {
    let step = |who: Who, text: String| Step { seq: record.seq, who, text: cut(text, MAX_TEXT_BYTES) };
    let shown = view::spectator(game, &record.event);
    let told = shown.map_or_else(|| vec![(Who::Arena, HIDDEN.to_owned())], |shown| told(&shown));
    let told = told.into_iter().map(|(who, text)| step(who, text));
    match &record.event {
        Event::Started
        | Event::Paused
        | Event::Resumed
        | Event::Stopped { .. }
        | Event::Failed { .. }
        | Event::Completed { .. }
        | Event::RoundJudged { .. } => vec![],
        Event::RoundOpened { .. } => told.filter(|step| step.who == Who::User).collect(),
        _ => told.collect(),
    }
}

/// The beginning and the end of a long round, and its evidence.
fn shortened(steps: Vec<Step>, evidence: &[Seq]) -> Vec<Step> {
    let n = steps.len();
    let is_told =
        |i: usize, step: &Step| i < MAX_STEPS_AT_AN_END || i + MAX_STEPS_AT_AN_END >= n || evidence.contains(&step.seq);
    let mut told: Vec<Step> = Vec::new();
    let mut n_left_out = 0;
    for (i, step) in steps.into_iter().enumerate() {
        if !is_told(i, &step) {
            n_left_out += 1;
            continue;
        }
        if n_left_out > 0 {
            told.push(Step { seq: step.seq, who: Who::Arena, text: format!("[{n_left_out} steps are left out here]") });
            n_left_out = 0;
        }
        told.push(step);
    }
    told
}
