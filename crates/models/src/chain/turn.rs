//! One turn: walks the lap, asks, waits, and keeps the account of it. Touches the clock; behind [`Chain::ask`].

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use arena_core::attempt::{Attempt, Class};
use arena_core::message::{FailureClass, ModelFailure, Reply, Request};
use tokio::sync::futures::Notified;
use tokio::time::{Instant, timeout_at};

use super::Chain;
use super::backoff::Jitter;
use super::health::{Outcome, Standing};
use super::hearing::{Hearing, Hears};
use super::lap::{Lap, MIN_USEFUL, Pick};
use super::next::{Next, empty_for, next, outcome};
use super::target::{Asking, NoEntry, Target, Terms};
use crate::{Answered, Error, Phase};

/// An attempt that the turn cut off sooner says more about the turn's time than about the target.
const FAIR_SHARE: Duration = Duration::from_secs(30);

/// A question on its way along a chain.
pub(super) struct Turn<'a> {
    chain: &'a Chain,
    request: &'a Request,
    hears: Hears<'a>,
    lap: Lap,
    attempts: Vec<Attempt>,
    /// What came of each target last; nothing while it is not in `attempts`.
    last: Vec<Option<Class>>,
    n_asked: Vec<u32>,
    /// Since the last attempt.
    waited: Duration,
}

impl<'a> Turn<'a> {
    pub(super) fn new(chain: &'a Chain, request: &'a Request, deadline: Instant, hears: Hears<'a>) -> Self {
        let n_targets = chain.targets.len();
        Self {
            chain,
            request,
            hears,
            lap: Lap::new(n_targets, deadline),
            attempts: vec![],
            last: vec![None; n_targets],
            n_asked: vec![0; n_targets],
            waited: Duration::ZERO,
        }
    }

    /// Walks until there is an answer, or nothing left to try.
    pub(super) async fn play(mut self) -> Result<Reply, ModelFailure> {
        let chain = self.chain;
        loop {
            // Before the standings are read: no change between the two is missed.
            let changes: Vec<_> = chain.targets.iter().map(|target| target.changed()).collect();
            let now = Instant::now();
            let standings = self.standings(now);
            let (index, insists) = match self.lap.pick(&standings, now) {
                Pick::Ask(index) => (index, false),
                Pick::Insist(index) => (index, true),
                Pick::Wait(until) => {
                    let _ = timeout_at(until, any(changes)).await;
                    self.waited += now.elapsed();
                    continue;
                }
                Pick::End => {
                    self.skip_due(chain.targets.len(), &standings, now);
                    return Err(self.failure());
                }
            };
            let target: &Target = &chain.targets[index];
            let entered = match target.enter(insists) {
                Err(NoEntry::Full) => {
                    // Later than that there would be a place, but no time to use it.
                    let until = now + self.lap.share(index, &standings, now).saturating_sub(MIN_USEFUL);
                    let entered = target.queue(insists, until).await;
                    self.waited += now.elapsed();
                    entered
                }
                entered => entered,
            };
            match entered {
                Ok(asking) => {
                    self.skip_due(index, &standings, now);
                    match self.ask(index, asking).await {
                        Ok(reply) => return Ok(reply),
                        Err(Next::Fail) => return Err(self.failure()),
                        Err(next) => self.follow(index, next),
                    }
                }
                Err(NoEntry::Full) => {
                    let n_places = target.terms().max_concurrent;
                    let why = format!("it answers {n_places} at a time, and no place was free in time");
                    self.lap.passes(index);
                    self.skip(index, Class::Skipped, &why);
                }
                Err(NoEntry::NotReady) => {}
            }
        }
    }

    /// Asks once.
    async fn ask(&mut self, index: usize, asking: Asking<'_>) -> Result<Reply, Next> {
        let target: &Target = &self.chain.targets[index];
        let began = Instant::now();
        let share = self.lap.share(index, &self.standings(began), began);
        self.lap.asks(index);
        self.n_asked[index] += 1;
        let hearing = Hearing::new(self.hears);
        let answer = timeout_at(began + share, target.model().ask(self.request, &|text| hearing.piece(text))).await;
        let elapsed_ms = ms(began.elapsed());
        let waited_ms = ms(std::mem::take(&mut self.waited));
        let is_cut = answer.is_err();
        let late = || {
            Err(Error::Timeout {
                model: target.spec().clone(),
                phase: Phase::Total,
                limit: Duration::from_millis(ms(share)),
            })
        };
        match answer.unwrap_or_else(|_| late()) {
            Ok(Answered { reply, room }) => {
                asking.ends(Outcome::Answered { empty_for: room.and_then(empty_for) });
                // The mock says how long it pretends to think, and its record is the same each time.
                let elapsed_ms = reply.elapsed_ms.min(elapsed_ms);
                Ok(self.reply(Reply { waited_ms, elapsed_ms, ..reply }, target.terms()))
            }
            Err(error) => {
                let jitter = Jitter::drawn(self.request.seed, self.n_asked.iter().sum());
                if is_cut && share < FAIR_SHARE {
                    drop(asking);
                } else {
                    asking.ends(outcome(&error, jitter));
                }
                let usage = hearing.discard(self.request);
                self.last[index] = Some(error.class());
                self.attempts.push(Attempt {
                    model: target.spec().clone(),
                    class: error.class(),
                    message: error.failure().message,
                    waited_ms,
                    elapsed_ms,
                    usage,
                    cost_nanousd: usage.and_then(|usage| Some(target.terms().price?.of(usage))),
                });
                Err(next(&error, self.n_asked[index], self.chain.rules.attempts_per_target, jitter))
            }
        }
    }

    /// The reply of the turn, out of a model's.
    fn reply(&mut self, reply: Reply, terms: &Terms) -> Reply {
        Reply {
            requested: Some(&self.chain.requested).filter(|spec| **spec != reply.answered_by).cloned(),
            cost_nanousd: reply.cost_nanousd.or_else(|| Some(terms.price?.of(reply.usage))),
            attempts: std::mem::take(&mut self.attempts),
            ..reply
        }
    }

    /// What follows from a failed attempt at `index`.
    fn follow(&mut self, index: usize, next: Next) {
        // A wait beyond any turn, which is as good as a longer one and can be added to a moment.
        let at = |after: Duration| Instant::now() + after.min(Duration::from_hours(24));
        match next {
            Next::Here { after } => self.lap.stays(index, at(after), true),
            Next::Whoever { after } => self.lap.stays(index, at(after), false),
            Next::OnToLarger => {
                let targets = &self.chain.targets;
                let window = |index: usize| targets[index].terms().window_tokens;
                let others: Vec<_> =
                    self.lap.due().filter(|other| !may_be_larger(window(*other), window(index))).collect();
                for other in others {
                    self.lap.passes(other);
                    self.skip(other, Class::ContextOverflow, "its window is not known to be larger");
                }
            }
            Next::On | Next::Fail => {}
        }
    }

    /// Lists the targets before `end` that may still be asked, but are not now.
    fn skip_due(&mut self, end: usize, standings: &[Standing], now: Instant) {
        let due: Vec<_> = self.lap.due().filter(|index| *index < end && self.last[*index].is_none()).collect();
        for index in due {
            let s = |until: Instant| (until - now).as_secs_f64().ceil();
            let (class, why) = match &standings[index] {
                Standing::Ready | Standing::HalfOpen => (Class::Skipped, "no time is left".to_owned()),
                Standing::Cooling { until } => {
                    (Class::RateLimited, format!("its limit is reached for {} s more", s(*until)))
                }
                Standing::Broken { until } => {
                    (Class::Skipped, format!("it failed too often, and is left alone for {} s more", s(*until)))
                }
                Standing::Probing => (Class::Skipped, "it failed too often, and another question probes it".to_owned()),
                Standing::Out { class, message } => (*class, format!("it is out for good ({message})")),
            };
            self.skip(index, class, &why);
        }
    }

    /// Lists a target that is not asked; `class` is what stands behind that.
    fn skip(&mut self, index: usize, class: Class, why: &str) {
        let model = self.chain.targets[index].spec().clone();
        self.last[index] = Some(class);
        self.attempts.push(Attempt {
            message: format!("{model} was not asked: {why}"),
            model,
            class: Class::Skipped,
            waited_ms: 0,
            elapsed_ms: 0,
            usage: None,
            cost_nanousd: None,
        });
    }

    /// Every attempt in a sentence, and the most hopeful of what came of the targets: where one may answer a later
    /// call, the match need not end.
    fn failure(self) -> ModelFailure {
        let classes = || self.last.iter().flatten().map(|class| class.failure());
        let has = |wanted: FailureClass| classes().any(|class| class == wanted);
        let is_refused = self.last.contains(&Some(Class::BadRequest));
        let class = if has(FailureClass::Unavailable) && !is_refused {
            FailureClass::Unavailable
        } else if has(FailureClass::Rejected) {
            FailureClass::Rejected
        } else {
            FailureClass::Misconfigured
        };
        let message = match &self.attempts[..] {
            [] => format!("{} has no models to ask", self.chain.requested),
            [attempt] => attempt.message.clone(),
            attempts => {
                let sentences: Vec<_> =
                    attempts.iter().zip(1..).map(|(attempt, n)| format!("({n}) {}", attempt.message)).collect();
                format!("{} gave no answer: {}", self.chain.requested, sentences.join("; "))
            }
        };
        ModelFailure { class, message, attempts: self.attempts }
    }

    fn standings(&self, now: Instant) -> Vec<Standing> {
        self.chain.targets.iter().map(|target| target.standing(now)).collect()
    }
}

/// Whether a question that was too long for a window may fit the other. Nothing is known to be larger than what is
/// known, but where this one is not known any may be: a refused question is cheaper than a void round.
fn may_be_larger(other: Option<u64>, this: Option<u64>) -> bool {
    match (other, this) {
        (Some(other), Some(this)) => other > this,
        (None, Some(_)) => false,
        (_, None) => true,
    }
}

/// Ends with the first of `changes`.
async fn any(changes: Vec<Notified<'_>>) {
    let mut changes: Vec<Pin<Box<_>>> = changes.into_iter().map(Box::pin).collect();
    poll_fn(|context| {
        let is_ready = changes.iter_mut().any(|change| change.as_mut().poll(context).is_ready());
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
