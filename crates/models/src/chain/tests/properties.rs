//! What holds in every schedule: any models doing anything, asked by several turns at once and one after the other.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use arena_core::attempt::Class;
use arena_core::message::{Finish, Reply, Request};
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use proptest::prelude::*;
use proptest::{collection, option};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::script::{Act, End, Fault, Scripted, question, spec};
use crate::chain::{Chain, Heard, Rules, Standing, Target, Terms};
use crate::{Answered, Deltas, Error, Model, Room, Scope};

const N_SCHEDULES: u32 = 1000;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// One schedule: what the models will do, and who asks when.
#[derive(Clone, Debug)]
struct Schedule {
    models: Vec<Plan>,
    waves: Vec<Wave>,
    attempts_per_target: u32,
    turn: Duration,
}

#[derive(Clone, Debug)]
struct Plan {
    acts: Vec<Act>,
    n_places: usize,
    window_tokens: Option<u64>,
}

/// Turns that begin together, after a pause.
#[derive(Clone, Debug)]
struct Wave {
    pause: Duration,
    /// Where each turn's chain begins, when its match ends, and when it is dropped, if it is.
    turns: Vec<(usize, Duration, Option<Duration>)>,
}

fn ms(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> + Clone {
    range.prop_map(Duration::from_millis)
}

/// Mostly nothing, now and then longer than any turn.
fn moment() -> impl Strategy<Value = Duration> + Clone {
    prop_oneof![24 => Just(Duration::ZERO), 4 => ms(0..3_000), 2 => ms(0..60_000), 1 => ms(0..700_000)]
}

/// Often nothing, often seconds, sometimes minutes.
fn pause() -> impl Strategy<Value = Duration> + Clone {
    prop_oneof![4 => Just(Duration::ZERO), 4 => ms(0..3_000), 2 => ms(0..60_000), 1 => ms(0..700_000)]
}

fn retry_after() -> impl Strategy<Value = Option<Duration>> + Clone {
    let any = prop_oneof![3 => pause(), 1 => Just(Duration::from_secs(1_000_000_000)), 1 => Just(Duration::MAX)];
    option::of(any)
}

fn fault() -> impl Strategy<Value = Fault> + Clone {
    let scope = prop_oneof![Just(Scope::Requests), Just(Scope::Tokens), Just(Scope::Daily), Just(Scope::Unknown)];
    let for_good = prop_oneof![Just(Fault::Auth), Just(Fault::Billing), Just(Fault::NotFound), Just(Fault::NotAnApi)];
    let of_question = prop_oneof![
        Just(Fault::BadRequest),
        any::<bool>().prop_map(|left_out| Fault::Unsupported { left_out }),
        Just(Fault::ContextOverflow),
        Just(Fault::TooLarge),
    ];
    prop_oneof![
        1 => for_good,
        2 => of_question,
        4 => (retry_after(), scope).prop_map(|(retry_after, scope)| Fault::Busy(retry_after, scope)),
        2 => retry_after().prop_map(Fault::Overloaded),
        4 => (retry_after(), option::of(any::<bool>())).prop_map(|(wait, should)| Fault::Server(wait, should)),
        2 => Just(Fault::Unreachable),
        1 => Just(Fault::Timeout),
        2 => Just(Fault::Truncated),
        1 => Just(Fault::Malformed),
    ]
}

fn room() -> impl Strategy<Value = Room> + Clone {
    let left = || option::of(0..3_u64);
    (left(), left(), retry_after()).prop_map(|(requests, tokens, reset_after)| Room { requests, tokens, reset_after })
}

fn end() -> impl Strategy<Value = End> + Clone {
    prop_oneof![
        8 => option::of(room()).prop_map(|room| End::Answers { finish: Finish::Stop, room }),
        1 => Just(End::Answers { finish: Finish::Filtered, room: None }),
        20 => fault().prop_map(End::Fails),
        1 => Just(End::Hangs),
    ]
}

fn plan(name: &'static str) -> impl Strategy<Value = Plan> {
    let act = (collection::vec(moment(), 0..4), moment(), end());
    // Models that soon do nothing but answer, and models that go on.
    let acts = prop_oneof![collection::vec(act.clone(), 0..4), collection::vec(act, 4..30)];
    let n_places = prop_oneof![1..3_usize, Just(64)];
    (acts, n_places, option::of(1..4_u64)).prop_map(move |(acts, n_places, window_tokens)| {
        // No two acts of any models say the same.
        let acts = acts.into_iter().enumerate().map(|(n_act, (pauses, pause, end))| {
            let text = |n_piece| format!("<{name} {n_act} {n_piece}>");
            let pieces = pauses.into_iter().enumerate().map(|(n, pause)| (pause, text(n))).collect();
            Act { pieces, pause, end, cost_nanousd: None }
        });
        Plan { acts: acts.collect(), n_places, window_tokens }
    })
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let models =
        (0..NAMES.len()).prop_flat_map(move |index| NAMES[..=index].iter().map(|name| plan(name)).collect::<Vec<_>>());
    let turn = (0..4_usize, prop_oneof![1 => ms(0..3_000), 3 => ms(0..900_000)], option::weighted(0.1, pause()));
    let wave = (pause(), collection::vec(turn, 1..5)).prop_map(|(pause, turns)| Wave { pause, turns });
    (models, collection::vec(wave, 1..8), 0..4_u32, prop_oneof![ms(1_000..30_000), Just(Duration::from_mins(10))])
        .prop_map(|(models, waves, attempts_per_target, turn)| Schedule { models, waves, attempts_per_target, turn })
}

/// What is seen from within the models, across all turns.
#[derive(Debug, Default)]
struct Watch {
    targets: OnceLock<Vec<Arc<Target>>>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// By the seed of its question.
    turns: HashMap<u64, SeenTurn>,
    models: Vec<SeenModel>,
    violations: Vec<String>,
}

#[derive(Debug, Default)]
struct SeenTurn {
    /// The places of its targets, in its chain's order.
    chain: Vec<usize>,
    /// The targets it asked, in order.
    asked: Vec<usize>,
    /// A target overflowed or was full, so that the turn may leave others out.
    is_narrowed: bool,
}

#[derive(Clone, Debug, Default)]
struct SeenModel {
    is_out: bool,
    n_asked_now: usize,
    n_probes_now: usize,
    /// Its standing when an attempt had last ended.
    last: Option<Standing>,
}

/// A scripted model that notes what it sees.
#[derive(Debug)]
struct Watched {
    inner: Scripted,
    index: usize,
    n_places: usize,
    watch: Arc<Watch>,
}

/// Notes that an attempt is over, be it dropped.
struct Noting<'a> {
    model: &'a Watched,
    is_probe: bool,
}

impl Watched {
    fn begins(&self, turn: u64) -> Noting<'_> {
        let now = Instant::now();
        let standings: Vec<_> = self.watch.targets.get().unwrap().iter().map(|target| target.standing(now)).collect();
        let is_roomy = self.watch.targets.get().unwrap().iter().all(|target| target.terms().max_concurrent.get() == 64);
        let mut seen = self.watch.seen.lock().unwrap();
        let Seen { turns, models, violations } = &mut *seen;
        let model = &mut models[self.index];
        let turn = turns.get_mut(&turn).unwrap();
        let is_probe = standings[self.index] == Standing::Probing;
        let was_broken = matches!(model.last, Some(Standing::Broken { until }) if until > now);
        let is_cooling = matches!(standings[self.index], Standing::Cooling { .. });
        let is_open = |index: &usize| matches!(standings[*index], Standing::Ready | Standing::HalfOpen);
        let other =
            turn.chain.iter().find(|index| !turn.asked.contains(index) && **index != self.index && is_open(index));
        if let Some(other) = other
            && (is_cooling || is_probe && was_broken)
            && !turn.is_narrowed
            && is_roomy
        {
            violations.push(format!("{} was asked though {} was ready", NAMES[self.index], NAMES[*other]));
        }
        turn.asked.push(self.index);
        model.n_asked_now += 1;
        model.n_probes_now += usize::from(is_probe);
        if model.is_out {
            violations.push(format!("{} was asked though it is out", NAMES[self.index]));
        }
        if model.n_probes_now > 1 {
            violations.push(format!("{} probes of {} at once", model.n_probes_now, NAMES[self.index]));
        }
        if model.n_asked_now > self.n_places {
            violations.push(format!("{} was asked {} times at once", NAMES[self.index], model.n_asked_now));
        }
        Noting { model: self, is_probe }
    }
}

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        let mut seen = self.model.watch.seen.lock().unwrap();
        seen.models[self.model.index].n_asked_now -= 1;
        seen.models[self.model.index].n_probes_now -= usize::from(self.is_probe);
    }
}

#[async_trait]
impl Model for Watched {
    fn spec(&self) -> &ModelSpec {
        self.inner.spec()
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        let _noting = self.begins(request.seed);
        let result = self.inner.act(deltas).await;
        let mut seen = self.watch.seen.lock().unwrap();
        if let Err(Error::Auth(_) | Error::Billing(_) | Error::NotFound(_) | Error::NotAnApi { .. }) = &result {
            seen.models[self.index].is_out = true;
        }
        if let Err(Error::ContextOverflow(_)) = &result {
            seen.turns.get_mut(&request.seed).unwrap().is_narrowed = true;
        }
        drop(seen);
        // Once the attempt's end is known to the target.
        let (watch, index) = (Arc::clone(&self.watch), self.index);
        tokio::spawn(async move {
            let standing = watch.targets.get().unwrap()[index].standing(Instant::now());
            watch.seen.lock().unwrap().models[index].last = Some(standing);
        });
        result
    }
}

/// Plays a schedule; the first thing that should not have been.
async fn play(schedule: &Schedule) -> Result<(), String> {
    let watch = Arc::new(Watch::default());
    watch.seen.lock().unwrap().models = vec![SeenModel::default(); schedule.models.len()];
    let targets = schedule.models.iter().enumerate().map(|(index, plan)| {
        let inner = Scripted::new(NAMES[index], plan.acts.clone());
        let model = Watched { inner, index, n_places: plan.n_places, watch: Arc::clone(&watch) };
        let max_concurrent = NonZeroUsize::new(plan.n_places).unwrap();
        Arc::new(Target::new(Arc::new(model), Terms { price: None, window_tokens: plan.window_tokens, max_concurrent }))
    });
    let targets: Vec<_> = targets.collect();
    watch.targets.set(targets.clone()).unwrap();
    let texts: HashMap<String, ModelSpec> = schedule
        .models
        .iter()
        .zip(NAMES)
        .flat_map(|(plan, name)| plan.acts.iter().map(move |act| (act.text(), spec(name))))
        .collect();
    let rules = Rules { attempts_per_target: schedule.attempts_per_target, turn: schedule.turn };
    let mut turns = JoinSet::new();
    for (n_wave, wave) in (0_u64..).zip(&schedule.waves) {
        sleep(wave.pause).await;
        for (n_turn, (first, until, dropped_after)) in (0_u64..).zip(&wave.turns) {
            let seed = n_wave * 100 + n_turn;
            let order: Vec<_> = (0..targets.len()).map(|n| (n + first) % targets.len()).collect();
            let chain = order.iter().map(|index| Arc::clone(&targets[*index])).collect();
            let chain = Chain::new("chain:test".parse().unwrap(), chain, rules);
            watch.seen.lock().unwrap().turns.insert(seed, SeenTurn { chain: order, ..SeenTurn::default() });
            let (watch, texts, until) = (Arc::clone(&watch), texts.clone(), Instant::now() + *until);
            let dropped_after = dropped_after.unwrap_or(Duration::from_hours(24));
            turns.spawn(async move {
                let turn = one_turn(&chain, seed, until, rules, &watch, &texts);
                tokio::time::timeout(dropped_after, turn).await.unwrap_or(Ok(()))
            });
        }
        // Half of the waves end before the next begins.
        while n_wave % 2 == 0
            && let Some(ended) = turns.join_next().await
        {
            ended.unwrap()?;
        }
    }
    while let Some(ended) = turns.join_next().await {
        ended.unwrap()?;
    }
    for (target, plan) in targets.iter().zip(&schedule.models) {
        if target.n_places_free() != plan.n_places {
            return Err(format!("{} of {} places came back", target.n_places_free(), plan.n_places));
        }
        if target.standing(Instant::now()) == Standing::Probing {
            return Err("a probe never ended".to_owned());
        }
    }
    match watch.seen.lock().unwrap().violations.first() {
        Some(violation) => Err(violation.clone()),
        None => Ok(()),
    }
}

/// Plays one turn and looks at what came of it.
async fn one_turn(
    chain: &Chain,
    seed: u64,
    until: Instant,
    rules: Rules,
    watch: &Watch,
    texts: &HashMap<String, ModelSpec>,
) -> Result<(), String> {
    let heard = Mutex::new(String::new());
    let hear = |piece: Heard<'_>| match piece {
        Heard::Piece(text) => heard.lock().unwrap().push_str(text),
        Heard::Discarded => heard.lock().unwrap().clear(),
    };
    let began = Instant::now();
    let deadline = until.min(began + rules.turn);
    let result = chain.ask(&question(seed), until, &hear).await;
    let took = began.elapsed();
    let heard = heard.into_inner().unwrap();
    if Instant::now() > deadline + Duration::from_millis(1) {
        return Err(format!("the turn ended {:?} after its deadline", Instant::now() - deadline));
    }
    let (attempts, last) = match &result {
        Ok(reply) => (&reply.attempts, Some(reply)),
        Err(failure) => (&failure.attempts, None),
    };
    if let Some(Reply { text, answered_by, .. }) = last {
        if *text != heard {
            return Err(format!("{text:?} was accepted, {heard:?} was heard"));
        }
        if text != "ok" && texts.get(text).is_none_or(|model| !text.is_empty() && model != answered_by) {
            return Err(format!("{text:?} of {answered_by} was accepted, which it never said"));
        }
    } else if !heard.is_empty() {
        return Err(format!("{heard:?} was heard and not voided, but there is no answer"));
    }
    let accounted: u64 = attempts.iter().map(|attempt| attempt.waited_ms + attempt.elapsed_ms).sum();
    let accounted = accounted + last.map_or(0, |reply| reply.waited_ms + reply.elapsed_ms);
    if u128::from(accounted) > took.as_millis() {
        return Err(format!("{accounted} ms are accounted for in a turn of {took:?}"));
    }
    let asked = watch.seen.lock().unwrap().turns[&seed].asked.clone();
    let recorded = attempts.iter().filter(|attempt| attempt.class != Class::Skipped).map(|attempt| &attempt.model);
    let recorded: Vec<_> = recorded.chain(last.map(|reply| &reply.answered_by)).cloned().collect();
    if asked.iter().map(|index| spec(NAMES[*index])).collect::<Vec<_>>() != recorded {
        return Err(format!("{asked:?} were asked, {recorded:?} are on record"));
    }
    let mut lap = asked.clone();
    lap.dedup();
    lap.sort_unstable();
    if lap.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(format!("{asked:?} is more than one lap"));
    }
    let most = rules.attempts_per_target.max(1) as usize;
    if NAMES.iter().enumerate().any(|(index, _)| asked.iter().filter(|asked| **asked == index).count() > most) {
        return Err(format!("{asked:?} asks one target more than {most} times"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(N_SCHEDULES))]

    /// Cases 69 and 70, and what the chain's documentation promises.
    #[test]
    fn cases_69_and_70_no_schedule_breaks_a_promise(schedule in schedule()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let result = runtime.block_on(play(&schedule));
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    }
}
