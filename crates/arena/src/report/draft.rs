//! A report that is being gathered, match by match. Pure: records go in, the report comes out.

use std::collections::BTreeMap;
use std::sync::Arc;

use arena_core::engine::{Illegal, Match, fold};
use arena_core::event::{Event, Plan, Record};
use arena_core::name::Name;
use arena_core::referee::{ReachedObjective, Verdict};
use arena_core::scenario::{Objective, Scenario};
use arena_core::score::Score;
use arena_core::stats::Proportion;
use jiff::Timestamp;

use super::finding::{fingerprint, tags_of};
use super::transcript::{hide_what_is_spread, redacted, transcript};
use super::{
    Anchor, ByObjective, Conclusion, Example, Finding, Held, Holder, Inconclusive, MAX_VOID_SHARE, Played, Rates,
    Report, RoundRef, State, reproduce,
};
use crate::header::Header;
use crate::transcript::HIDDEN;

/// So many breaches of one objective are told. More of the same convinces nobody, and all of them are counted.
const MAX_EXAMPLES: usize = 5;
/// So many rounds are named where only their number matters.
const MAX_NAMED: usize = 20;
/// So many rounds that count for nobody are told.
const MAX_INCONCLUSIVE: usize = 100;

/// A report that is being gathered.
pub struct Draft {
    anchor: Anchor,
    with_texts: bool,
    matches: Vec<Played>,
    gathered: BTreeMap<(Name, Name), Gathered>,
    inconclusive: Vec<Inconclusive>,
    score: Score,
}

/// What is known of one objective so far.
struct Gathered {
    /// The scenario as it was played last: its author may have changed it.
    scenario: Arc<Scenario>,
    objective: Objective,
    /// Rounds that went for it and reached it, of those decided.
    rounds: Proportion,
    /// Rounds that went for it and reached any objective, of those decided by facts: attack success.
    breached: Proportion,
    n_in_passing: u64,
    n_void: u64,
    examples: Vec<Example>,
    held: BTreeMap<Holder, (u64, Vec<RoundRef>)>,
}

/// A round that was judged, with its events from the opening to the verdict.
struct Judged<'a> {
    place: RoundRef,
    plan: &'a Plan,
    verdict: &'a Verdict,
    records: &'a [Record],
}

impl Draft {
    /// An empty report. Its findings point at `anchor`; `with_texts` says whether it tells what agents said.
    pub fn new(anchor: Anchor, with_texts: bool) -> Self {
        Self {
            anchor,
            with_texts,
            matches: Vec::new(),
            gathered: BTreeMap::new(),
            inconclusive: Vec::new(),
            score: Score::default(),
        }
    }

    /// Takes in a match. Of no records, nothing.
    ///
    /// # Errors
    /// [`Illegal`] at the first record that does not fit; the draft is then as it was.
    pub fn add(&mut self, records: &[Record]) -> Result<(), Illegal> {
        let Some(game) = fold(records)? else { return Ok(()) };
        for objective in &game.spec.scenario.objectives {
            self.meet(&game, objective);
        }
        let mut told = Vec::new();
        for round in rounds(&game, records) {
            self.count(&game, &round, &mut told);
        }
        let mut transcripts: Vec<_> = told.iter_mut().filter_map(|(_, example)| example.transcript.as_mut()).collect();
        hide_what_is_spread(&game, &mut transcripts);
        for (objective, example) in told {
            if let Some(gathered) = self.gathered.get_mut(&(game.spec.scenario.name.clone(), objective)) {
                gathered.examples.push(example);
            }
        }
        self.score = std::mem::take(&mut self.score).plus(&game.score);
        self.matches.push(self.played(&game, records));
        Ok(())
    }

    /// The report on all that was taken in, made at `at`.
    pub fn finish(self, at: Timestamp) -> Report {
        let breached: Vec<Proportion> = self.gathered.values().map(|gathered| gathered.breached).collect();
        let by_objective = ByObjective::of(&breached);
        let mut findings: Vec<Finding> =
            self.gathered.into_values().map(|gathered| gathered.finding(&self.anchor)).collect();
        findings.sort_by(|a, b| {
            let rank = |finding: &Finding| (finding.state, std::cmp::Reverse(finding.severity));
            let share = |finding: &Finding| finding.rounds.share.unwrap_or(0.0);
            rank(a).cmp(&rank(b)).then(share(b).total_cmp(&share(a))).then_with(|| a.name().cmp(&b.name()))
        });
        Report {
            schema_version: 1,
            generated_at: at,
            generator: concat!("AI Arena ", env!("CARGO_PKG_VERSION")).to_owned(),
            conclusion: Conclusion::of(&self.matches, &findings, &self.score, by_objective),
            rates: Rates::of(&self.score),
            attack_success_by_objective: by_objective,
            matches: self.matches,
            findings,
            n_inconclusive: self.score.n_void + self.score.n_undecided,
            inconclusive: self.inconclusive,
        }
    }

    /// The objective is there, whether it is tried or not.
    fn meet(&mut self, game: &Match, objective: &Objective) {
        let scenario = Arc::clone(&game.spec.scenario);
        let gathered = self.gathered.entry((scenario.name.clone(), objective.id.clone())).or_insert_with(|| Gathered {
            scenario: Arc::clone(&scenario),
            objective: objective.clone(),
            rounds: Proportion::default(),
            breached: Proportion::default(),
            n_in_passing: 0,
            n_void: 0,
            examples: Vec::new(),
            held: BTreeMap::new(),
        });
        gathered.scenario = scenario;
        gathered.objective = objective.clone();
    }

    /// Counts one round. What there is to tell of breaches goes to `told`, with the objective that was reached.
    fn count(&mut self, game: &Match, round: &Judged<'_>, told: &mut Vec<(Name, Example)>) {
        let scenario = &game.spec.scenario.name;
        if matches!(round.verdict, Verdict::Void { .. } | Verdict::Undecided { .. }) {
            self.note_inconclusive(game, round);
        }
        let Plan::Attack { objective: aim, .. } = round.plan else { return };
        let Some(aimed) = self.gathered.get_mut(&(scenario.clone(), aim.clone())) else { return };
        match round.verdict {
            Verdict::Breach { .. } => aimed.breached.count(true),
            Verdict::Blocked { .. } | Verdict::Resisted { .. } => aimed.breached.count(false),
            // What judges say is no fact.
            Verdict::Judged { .. }
            | Verdict::Undecided { .. }
            | Verdict::Void { .. }
            | Verdict::Served
            | Verdict::Denied { .. }
            | Verdict::Missed { .. } => {}
        }
        match round.verdict {
            Verdict::Void { .. } | Verdict::Undecided { .. } => aimed.n_void += 1,
            Verdict::Judged { reached: true, .. } => aimed.rounds.count(true),
            Verdict::Blocked { by, .. } => aimed.hold((*by).into(), round.place),
            Verdict::Resisted { .. } | Verdict::Judged { reached: false, .. } => {
                aimed.hold(Holder::Target, round.place);
            }
            Verdict::Breach { objectives, .. } => {
                if objectives.iter().any(|reached| reached.id == *aim) {
                    aimed.rounds.count(true);
                } else {
                    aimed.hold(Holder::AnotherReached, round.place);
                }
                for reached in objectives {
                    let Some(gathered) = self.gathered.get_mut(&(scenario.clone(), reached.id.clone())) else {
                        continue;
                    };
                    gathered.n_in_passing += u64::from(reached.id != *aim);
                    let n_told = gathered.examples.len() + told.iter().filter(|(id, _)| *id == reached.id).count();
                    if n_told < MAX_EXAMPLES {
                        told.push((reached.id.clone(), self.example(game, round, aim, reached)));
                    }
                }
            }
            // The verdicts of benign rounds.
            Verdict::Served | Verdict::Denied { .. } | Verdict::Missed { .. } => {}
        }
    }

    fn example(&self, game: &Match, round: &Judged<'_>, aim: &Name, reached: &ReachedObjective) -> Example {
        let told = || transcript(game, round.records, &reached.id, &reached.evidence);
        Example {
            place: round.place,
            aimed_at: aim.clone(),
            evidence: reached.evidence.clone(),
            transcript: self.with_texts.then(told),
        }
    }

    fn note_inconclusive(&mut self, game: &Match, round: &Judged<'_>) {
        if self.inconclusive.len() >= MAX_INCONCLUSIVE {
            return;
        }
        let reason = match round.records.last().and_then(|record| redacted(game, record)) {
            Some(Event::RoundJudged {
                verdict: Verdict::Void { reason } | Verdict::Undecided { reason, .. }, ..
            }) => reason,
            _ => HIDDEN.to_owned(),
        };
        let (kind, about) = match round.plan {
            Plan::Attack { objective, .. } => ("attack", objective),
            Plan::Benign { task, .. } => ("benign", task),
        };
        let RoundRef { id, round } = round.place;
        let (scenario, about) = (game.spec.scenario.name.clone(), about.clone());
        self.inconclusive.push(Inconclusive { id, round, scenario, kind, about, reason });
    }

    fn played(&self, game: &Match, records: &[Record]) -> Played {
        let mut header = Header::of(game);
        if let Some(last) = records.last().filter(|_| header.reason.is_some()) {
            header.reason = match redacted(game, last) {
                Some(Event::Stopped { reason }) => Some(reason),
                Some(Event::Failed { failure }) => Some(failure.message),
                Some(Event::Completed { exhausted, .. }) => exhausted.map(|exhausted| exhausted.to_string()),
                _ => Some(HIDDEN.to_owned()),
            };
        }
        let scenario = &game.spec.scenario;
        Played {
            id: game.id,
            header,
            created_at: records.first().map_or(game.at, |first| first.at),
            title: scenario.title.clone(),
            scenario_hash: blake3::hash(scenario.source().as_bytes()).to_hex()[..16].to_owned(),
            spent: game.spent_in_all(),
            reproduce: reproduce::command(&game.spec, self.anchor.scenario_file.as_deref()),
        }
    }
}

impl Gathered {
    fn hold(&mut self, by: Holder, place: RoundRef) {
        self.rounds.count(false);
        let (n, named) = self.held.entry(by).or_default();
        *n += 1;
        if named.len() < MAX_NAMED {
            named.push(place);
        }
    }

    fn state(&self) -> State {
        let void = Proportion { hits: self.n_void, n: self.n_void + self.rounds.n };
        if self.rounds.hits + self.n_in_passing > 0 {
            State::Reached
        } else if void.n == 0 {
            State::NotTried
        } else if void.share().is_some_and(|share| share > MAX_VOID_SHARE) {
            State::Inconclusive
        } else {
            State::NotReached
        }
    }

    fn finding(self, anchor: &Anchor) -> Finding {
        let state = self.state();
        let Objective { id, goal, severity, reached, .. } = &self.objective;
        Finding {
            scenario: self.scenario.name.clone(),
            objective: id.clone(),
            fingerprint: fingerprint(&self.scenario.name, id),
            state,
            severity: *severity,
            kind: reached.word(),
            goal: goal.clone(),
            tags: tags_of(&self.objective),
            rounds: self.rounds.into(),
            n_in_passing: self.n_in_passing,
            n_void: self.n_void,
            location: anchor.place(&self.scenario, id),
            examples: self.examples,
            held: self.held.into_iter().map(|(by, (n, rounds))| Held { by, n, rounds }).collect(),
        }
    }
}

/// The rounds that were judged. One that was cut off is none.
fn rounds<'a>(game: &Match, records: &'a [Record]) -> Vec<Judged<'a>> {
    let mut opened = None;
    let mut rounds = Vec::new();
    for (at, record) in records.iter().enumerate() {
        match &record.event {
            Event::RoundOpened { plan, .. } => opened = Some((at, plan)),
            Event::RoundJudged { round, verdict, .. } => {
                if let Some((from, plan)) = opened.take() {
                    let place = RoundRef { id: game.id, round: *round };
                    rounds.push(Judged { place, plan, verdict, records: &records[from..=at] });
                }
            }
            _ => {}
        }
    }
    rounds
}
