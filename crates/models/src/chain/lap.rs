//! One lap along a chain: which of its targets a turn may still ask, and which it asks now. Pure; part of a turn.

use std::time::Duration;

use tokio::time::Instant;

use super::health::Standing;

/// The least time in which an answer can be hoped for. An attempt with less would only cost.
pub(super) const MIN_USEFUL: Duration = Duration::from_secs(1);

/// Which targets of a turn may still be asked. It goes past each once.
#[derive(Debug)]
pub(super) struct Lap {
    visits: Vec<Visit>,
    /// When the turn is over.
    deadline: Instant,
    has_asked: bool,
}

/// Where the turn stands with one target.
#[derive(Clone, Copy, Debug)]
enum Visit {
    /// It may be asked.
    Due,
    /// It was asked last, and may be again.
    Here { not_before: Instant, is_first_choice: bool },
    /// The turn has gone on from it.
    Over,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// Ask this target.
    Ask(usize),
    /// Nobody may be asked now: wait until then, or until the health of one changes.
    Wait(Instant),
    /// Nobody may be asked in time, and nobody was: ask the one that would be the first, once.
    Insist(usize),
    /// There is nobody left, or no time.
    End,
}

/// When a target may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frees {
    At(Instant),
    /// When a probe is answered.
    Unknown,
    Never,
}

impl Lap {
    pub(super) fn new(n_targets: usize, deadline: Instant) -> Self {
        Self { visits: vec![Visit::Due; n_targets], deadline, has_asked: false }
    }

    /// The target to ask, by the standings of all.
    pub(super) fn pick(&self, standings: &[Standing], now: Instant) -> Pick {
        let fits = |at: Instant| self.deadline.saturating_duration_since(at) >= MIN_USEFUL;
        if self.has_asked && !fits(now) {
            return Pick::End;
        }
        if let Some((here, not_before)) = self.first_choice()
            && frees(&standings[here], now) == Frees::At(now)
        {
            if not_before <= now {
                return Pick::Ask(here);
            }
            if fits(not_before) {
                return Pick::Wait(not_before);
            }
        }
        let candidates: Vec<(usize, Frees)> = self.candidates(standings, now).collect();
        let ready = candidates.iter().find(|(_, frees)| *frees == Frees::At(now));
        if let Some((index, _)) = ready {
            return Pick::Ask(*index);
        }
        let first = candidates.iter().filter_map(|(index, frees)| match frees {
            Frees::At(at) => Some((*at, *index)),
            Frees::Unknown | Frees::Never => None,
        });
        let first = first.min();
        let is_probed = candidates.iter().any(|(_, frees)| *frees == Frees::Unknown);
        match first {
            Some((at, _)) if fits(at) => Pick::Wait(at),
            _ if is_probed && now + MIN_USEFUL < self.deadline => Pick::Wait(self.deadline - MIN_USEFUL),
            Some((_, index)) if !self.has_asked => Pick::Insist(index),
            Some(_) | None => Pick::End,
        }
    }

    /// How long an attempt at `index` that begins now may take: an equal share of what is left for each that may still be
    /// asked in time, so that one that hangs leaves time for the others.
    pub(super) fn share(&self, index: usize, standings: &[Standing], now: Instant) -> Duration {
        let others = self.due().filter(|other| match frees(&standings[*other], now) {
            Frees::At(at) => *other != index && at < self.deadline,
            Frees::Unknown => *other != index,
            Frees::Never => false,
        });
        let n_left = u32::try_from(others.count() + 1).unwrap_or(u32::MAX);
        let left = self.deadline.saturating_duration_since(now);
        (left / n_left).max(MIN_USEFUL).min(left)
    }

    /// `index` is asked: whoever was asked before is over.
    pub(super) fn asks(&mut self, index: usize) {
        self.has_asked = true;
        for visit in &mut self.visits {
            if matches!(visit, Visit::Here { .. }) {
                *visit = Visit::Over;
            }
        }
        self.visits[index] = Visit::Over;
    }

    /// `index`, asked last, may be asked again.
    pub(super) fn stays(&mut self, index: usize, not_before: Instant, is_first_choice: bool) {
        self.visits[index] = Visit::Here { not_before, is_first_choice };
    }

    /// `index` is not asked, or not again.
    pub(super) fn passes(&mut self, index: usize) {
        self.visits[index] = Visit::Over;
    }

    /// The targets that may be asked but were not yet.
    pub(super) fn due(&self) -> impl Iterator<Item = usize> {
        let is_due = |visit: &Visit| matches!(visit, Visit::Due);
        self.visits.iter().enumerate().filter(move |(_, visit)| is_due(visit)).map(|(index, _)| index)
    }

    fn first_choice(&self) -> Option<(usize, Instant)> {
        self.visits.iter().enumerate().find_map(|(index, visit)| match visit {
            Visit::Here { not_before, is_first_choice: true } => Some((index, *not_before)),
            Visit::Here { .. } | Visit::Due | Visit::Over => None,
        })
    }

    /// When each target that may still be asked may be; the one that was asked last comes after all others.
    fn candidates(&self, standings: &[Standing], now: Instant) -> impl Iterator<Item = (usize, Frees)> {
        let all = || self.visits.iter().zip(standings).enumerate();
        let due = all().filter_map(move |(index, (visit, standing))| match visit {
            Visit::Due => Some((index, frees(standing, now))),
            Visit::Here { .. } | Visit::Over => None,
        });
        let here = all().filter_map(move |(index, (visit, standing))| match (visit, frees(standing, now)) {
            (Visit::Here { not_before, .. }, Frees::At(at)) => Some((index, Frees::At(at.max(*not_before)))),
            (Visit::Here { .. }, frees) => Some((index, frees)),
            (Visit::Due | Visit::Over, _) => None,
        });
        due.chain(here)
    }
}

fn frees(standing: &Standing, now: Instant) -> Frees {
    match standing {
        Standing::Ready | Standing::HalfOpen => Frees::At(now),
        Standing::Cooling { until } | Standing::Broken { until } => Frees::At((*until).max(now)),
        Standing::Probing => Frees::Unknown,
        Standing::Out { .. } => Frees::Never,
    }
}
