//! One match, driven: answer what the rules can answer, make it durable, wait for the outside, and again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use arena_core::budget::Spent;
use arena_core::effect::Effect;
use arena_core::engine::{Illegal, Match, Stage, decided, settle, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{CallId, MatchId};
use arena_core::ruling::Approval;
use arena_store::Rev;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use super::{Error, Put, Shared};
use crate::bus::Change;
use crate::header::Header;
use crate::tools::Bench;

/// What somebody wants of a match.
#[derive(Clone)]
pub(super) enum Order {
    Pause,
    /// Pause, and nobody plays it until somebody takes it up again.
    PutDown,
    Resume,
    Stop {
        reason: String,
    },
    /// A person decides on the tool call that they were asked about.
    Decide {
        /// What the person has seen.
        call: CallId,
        approval: Approval,
    },
}

/// An order and whom to tell that it is done.
pub(super) struct Command {
    pub(super) order: Order,
    pub(super) done: oneshot::Sender<Result<(), Error>>,
}

/// The owner of one match.
pub(super) struct Driver {
    shared: Arc<Shared>,
    id: MatchId,
    game: Match,
    /// Events that `game` has and the store has not.
    fresh: Vec<Record>,
    /// The header's revision in the store.
    rev: Rev,
    /// What the header in the store tells of how far the match is.
    told: Option<Standing>,
    /// What was asked for before this driver took over: a tool among it may have run.
    inherited: Vec<Effect>,
    /// Where the match's real tools work.
    bench: Arc<Mutex<Bench>>,
    /// Whether somebody paused the match and wants its place back.
    is_put_down: bool,
    /// What was taken out of the purse that all matches share.
    paid: Spent,
}

/// The answer of the outside to an effect.
pub(super) type Answer = Pin<Box<dyn Future<Output = Event> + Send>>;

impl Driver {
    /// A new match. Its first record is not durable yet.
    pub(super) fn begin(shared: Arc<Shared>, id: MatchId, game: Match, created: Record) -> Self {
        let bench = shared.bench(&game);
        Self {
            shared,
            id,
            game,
            fresh: vec![created],
            rev: Rev::NEW,
            told: None,
            inherited: vec![],
            bench,
            is_put_down: false,
            paid: Spent::default(),
        }
    }

    /// A match that somebody else played so far, and paid for.
    pub(super) fn take_over(shared: Arc<Shared>, id: MatchId, game: Match, rev: Rev) -> Self {
        let (told, inherited) = (Some(Standing::of(&game)), unanswered(&game));
        let bench = shared.bench(&game);
        let paid = game.spent_in_all();
        Self { shared, id, game, fresh: vec![], rev, told, inherited, bench, is_put_down: false, paid }
    }

    pub(super) fn id(&self) -> MatchId {
        self.id
    }

    /// Plays until the match is over, the runner closes, or the record cannot be written.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        mut closing: watch::Receiver<bool>,
    ) -> Result<Put, Error> {
        if self.game.stage == Stage::Pending {
            self.record(Event::Started).map_err(|cause| Error::Record { id: self.id, cause })?;
        }
        let mut under_way: Option<(Effect, Answer)> = None;
        loop {
            self.settle()?;
            self.save().await?;
            if let Stage::Ended(_) = self.game.stage {
                return Ok(Put::Ended(Box::new(self.game)));
            }
            if let (Some(what), Stage::Running(_)) = (self.shared.purse.exhausted(), &self.game.stage) {
                tracing::warn!(match.id = %self.id, "held: all matches together have used up their {what}");
                self.take_order(Order::PutDown)?;
                self.save().await?;
            }
            let awaited = unanswered(&self.game).into_iter().next();
            // A tool that had started is waited for: put down now, it would count as interrupted.
            if self.is_put_down && awaited.is_none() {
                return Ok(Put::Down(Box::new(self.game)));
            }
            // A pause gives up a model call; a tool that runs goes on.
            if under_way.as_ref().map(|(effect, _)| effect) != awaited.as_ref() {
                under_way = awaited.map(|effect| {
                    let answer = self.perform(&effect);
                    (effect, answer)
                });
            }
            let answer = async {
                match &mut under_way {
                    Some((_, answer)) => answer.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = closed(&mut closing) => return Ok(Put::Down(Box::new(self.game))),
                Some(Command { order, done }) = commands.recv() => {
                    let obeyed = self.take_order(order);
                    // Who asked may have gone; the order is carried out all the same.
                    match obeyed {
                        Err(conflict) => drop(done.send(Err(conflict))),
                        Ok(()) => match self.save().await {
                            Ok(()) => drop(done.send(Ok(()))),
                            // The match in memory is ahead of its record: it must not be played on.
                            Err(error) => {
                                drop(done.send(Err(error.clone().into())));
                                return Err(error.into());
                            }
                        },
                    }
                }
                event = answer => {
                    under_way = None;
                    self.record(event).map_err(|cause| Error::Record { id: self.id, cause })?;
                }
            }
        }
    }

    /// Carries out one order on a match that is not played.
    pub(super) async fn obey(mut self, order: Order) -> Result<(), Error> {
        self.take_order(order)?;
        Ok(self.save().await?)
    }

    /// Takes an order into the match, in memory; refuses one that does not fit.
    fn take_order(&mut self, order: Order) -> Result<(), Error> {
        let state = self.game.stage.word();
        let is_put_down = matches!(order, Order::PutDown);
        let (event, command) = match order {
            Order::Pause | Order::PutDown => (Event::Paused, "paused"),
            Order::Resume => (Event::Resumed, "resumed"),
            Order::Stop { reason } => (Event::Stopped { reason }, "stopped"),
            Order::Decide { call: seen, approval } => match unanswered(&self.game).first() {
                Some(Effect::AskPerson { call, .. } | Effect::DecidePatch { call, .. }) if seen != *call => {
                    return Err(Error::AnotherAsked(self.id));
                }
                Some(Effect::AskPerson { call, .. }) => (Event::PersonDecided { call: *call, approval }, "decided on"),
                Some(Effect::DecidePatch { call, patch }) => {
                    (decided(&self.game, *call, patch, approval), "decided on")
                }
                _ => return Err(Error::NothingAsked(self.id)),
            },
        };
        self.record(event).map_err(|_| Error::Conflict { id: self.id, command, state })?;
        self.is_put_down = is_put_down;
        Ok(())
    }

    /// Takes the match one event further, in memory.
    fn record(&mut self, event: Event) -> Result<(), Illegal> {
        let record = Record { seq: self.game.last.next(), at: self.shared.clock.now(), event };
        step(&mut self.game, &record)?;
        self.fresh.push(record);
        Ok(())
    }

    /// Answers everything that the rules can answer without the outside.
    fn settle(&mut self) -> Result<(), Error> {
        while let Some(effect) = unanswered(&self.game).first() {
            if let Effect::OpenRound { not_before, .. } = effect
                && *not_before > self.shared.clock.now()
            {
                return Ok(());
            }
            let Some(event) = settle(&self.game, effect) else { return Ok(()) };
            self.record(event).map_err(|cause| Error::Record { id: self.id, cause })?;
        }
        Ok(())
    }

    /// Makes the fresh events durable, with the header if that tells something else now.
    pub(super) async fn save(&mut self) -> Result<(), arena_store::Error> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let standing = Some(Standing::of(&self.game));
        let header = (standing != self.told).then(|| Header::of(&self.game));
        let fresh = std::mem::take(&mut self.fresh);
        self.shared.append(&self.game, fresh, header.as_ref().map(|header| (header, self.rev))).await?;
        let spent = self.game.spent_in_all();
        self.shared.purse.pay(&spent.minus(&self.paid));
        self.paid = spent;
        if header.is_some() {
            let waits = |standing: &Option<Standing>| standing.as_ref().is_some_and(|standing| standing.awaits_person);
            let of_waiting = waits(&standing) != waits(&self.told);
            (self.rev, self.told) = (self.rev.next(), standing);
            self.shared.bus.list_changed(Change { id: self.id, of_waiting });
        }
        Ok(())
    }

    fn perform(&mut self, effect: &Effect) -> Answer {
        let may_have_run = self.inherited.contains(effect);
        self.inherited.clear();
        super::perform::perform(&self.shared, &self.bench, &self.game, effect, may_have_run)
    }
}

/// What changes in a header while its match is played; the last event and its moment go along.
#[derive(PartialEq, Eq)]
struct Standing {
    status: &'static str,
    n_judged: usize,
    /// It may change within a round, where the mock answers for another model.
    has_mock: bool,
    awaits_person: bool,
}

impl Standing {
    fn of(game: &Match) -> Self {
        Self {
            status: game.stage.word(),
            n_judged: game.verdicts.len(),
            has_mock: game.has_mock(),
            awaits_person: game.awaits_person(),
        }
    }
}

/// Waits until the runner closes; it has, if it is gone.
async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
