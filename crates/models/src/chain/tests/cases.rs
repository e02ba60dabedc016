//! Failure cases as a chain sees them, by their numbers in the list of failures that providers are tested on.
//!
//! What came of a turn is written as `a rate_limited 0+0; b answers 0+20`: who was asked, what came of it, what was
//! waited before and how long it took, in milliseconds; at the end the failure's class and when, if nobody answered.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use arena_core::message::{Finish, ModelFailure, Reply};
use tokio::time::{Instant, sleep};

use super::script::{Act, End, Fault, Scripted, fails, hangs, question, says};
use crate::Scope;
use crate::chain::{Chain, Rules, Target, Terms};

/// Models in the chain's order: a name, the window, and what they do before they answer everything.
pub(super) type Models = Vec<(&'static str, Option<u64>, Vec<Act>)>;

/// A turn: what passes before it, how long it may take at most, and what comes of it.
pub(super) type Turn = (Duration, Duration, &'static str);

pub(super) const NOW: Duration = Duration::ZERO;
pub(super) const LONG: Duration = Duration::from_mins(10);

pub(super) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn busy(seconds: u64) -> Act {
    fails(Fault::Busy(Some(s(seconds)), Scope::Unknown))
}

pub(super) fn server() -> Act {
    fails(Fault::Server(None, None))
}

/// A server error that says itself not to be asked again.
pub(super) fn final_server() -> Act {
    fails(Fault::Server(None, Some(false)))
}

pub(super) fn chain(models: Models) -> (Chain, Vec<Arc<Target>>) {
    let targets = models.into_iter().map(|(name, window_tokens, acts)| {
        let terms = Terms { price: None, window_tokens, max_concurrent: NonZeroUsize::MIN };
        Arc::new(Target::new(Arc::new(Scripted::new(name, acts)), terms))
    });
    let targets: Vec<_> = targets.collect();
    (Chain::new("chain:test".parse().unwrap(), targets.clone(), Rules::default()), targets)
}

pub(super) async fn check(case: &str, models: Models, turns: &[Turn]) {
    let (chain, _) = chain(models);
    for (n_turn, (pause, limit, expected)) in turns.iter().enumerate() {
        sleep(*pause).await;
        let began = Instant::now();
        let result = chain.ask(&question(7), began + *limit, &|_| {}).await;
        assert_eq!(account(&result, began), *expected, "{case}, turn {n_turn}");
    }
}

pub(super) fn account(result: &Result<Reply, ModelFailure>, began: Instant) -> String {
    let name = |model: &arena_core::model::ModelSpec| model.to_string().replace("test:", "");
    let (attempts, end) = match result {
        Ok(Reply { answered_by, waited_ms, elapsed_ms, attempts, .. }) => {
            (attempts, format!("{} answers {waited_ms}+{elapsed_ms}", name(answered_by)))
        }
        Err(ModelFailure { class, attempts, .. }) => {
            (attempts, format!("{class:?} at {}", began.elapsed().as_millis()))
        }
    };
    let attempts = attempts.iter().map(|attempt| {
        format!("{} {} {}+{}; ", name(&attempt.model), attempt.class.word(), attempt.waited_ms, attempt.elapsed_ms)
    });
    attempts.chain([end]).collect()
}

#[tokio::test(start_paused = true)]
async fn limits_cool_a_target_and_are_waited_for_only_where_nobody_else_is_ready() {
    let unsaid = || fails(Fault::Busy(None, Scope::Unknown));
    let daily = || fails(Fault::Busy(None, Scope::Daily));
    let forever = || fails(Fault::Busy(Some(Duration::MAX), Scope::Unknown));
    for (case, models, turns) in [
        (
            "1",
            vec![("a", None, vec![unsaid()]), ("b", None, vec![])],
            vec![(NOW, LONG, "a rate_limited 0+0; b answers 0+0")],
        ),
        // Five seconds, less the jitter of seed 7.
        ("1 alone", vec![("a", None, vec![unsaid()])], vec![(NOW, LONG, "a rate_limited 0+0; a answers 3890+0")]),
        (
            "2",
            vec![("a", None, vec![busy(7)]), ("b", None, vec![])],
            vec![(NOW, s(5), "a rate_limited 0+0; b answers 0+0")],
        ),
        ("2 alone", vec![("a", None, vec![busy(7)])], vec![(NOW, s(5), "a rate_limited 0+0; Unavailable at 0")]),
        (
            "2 it fits, but leaves no time",
            vec![("a", None, vec![busy(5)])],
            vec![(NOW, s(5), "a rate_limited 0+0; Unavailable at 0")],
        ),
        ("3 and 4", vec![("a", None, vec![busy(7)])], vec![(NOW, LONG, "a rate_limited 0+0; a answers 7000+0")]),
        ("5 zero", vec![("a", None, vec![busy(0)])], vec![(NOW, LONG, "a rate_limited 0+0; a answers 0+0")]),
        (
            "5 zero, with another",
            vec![("a", None, vec![busy(0)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a rate_limited 0+0; b answers 0+0")],
        ),
        // A limit is believed for an hour, and asked all the same while there is nobody else; an answer ends it.
        (
            "5 for ever",
            vec![("a", None, vec![forever(), server()]), ("b", None, vec![])],
            vec![
                (NOW, LONG, "a rate_limited 0+0; b answers 0+0"),
                (s(3599), LONG, "a skipped 0+0; b answers 0+0"),
                (s(1), LONG, "a server 0+0; a answers 389+0"),
            ],
        ),
        (
            "5 for ever, alone",
            vec![("a", None, vec![forever()])],
            vec![
                (NOW, LONG, "a rate_limited 0+0; Unavailable at 0"),
                (NOW, LONG, "a answers 0+0"),
                (NOW, LONG, "a answers 0+0"),
            ],
        ),
        (
            "6",
            vec![("a", None, vec![daily()]), ("b", None, vec![])],
            vec![
                (NOW, LONG, "a rate_limited 0+0; b answers 0+0"),
                (s(3599), LONG, "a skipped 0+0; b answers 0+0"),
                (s(1), LONG, "a answers 0+0"),
            ],
        ),
        (
            "8 and 38",
            vec![("a", None, vec![fails(Fault::TooLarge)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a too_large 0+0; b answers 0+0"), (NOW, LONG, "a answers 0+0")],
        ),
        (
            "13",
            vec![("a", None, vec![busy(7)]), ("b", None, vec![])],
            vec![
                (NOW, LONG, "a rate_limited 0+0; b answers 0+0"),
                (s(6), LONG, "a skipped 0+0; b answers 0+0"),
                (s(1), LONG, "a answers 0+0"),
            ],
        ),
        (
            "14",
            vec![("a", None, vec![busy(20)]), ("b", None, vec![busy(10)])],
            vec![
                (NOW, s(9), "a rate_limited 0+0; b rate_limited 0+0; Unavailable at 0"),
                (NOW, LONG, "a skipped 0+0; b answers 10000+0"),
            ],
        ),
        (
            "14 none fits",
            vec![("a", None, vec![busy(20)]), ("b", None, vec![busy(10), busy(10)])],
            vec![
                (NOW, s(9), "a rate_limited 0+0; b rate_limited 0+0; Unavailable at 0"),
                (NOW, s(9), "a skipped 0+0; b rate_limited 0+0; Unavailable at 0"),
                (NOW, s(9), "a skipped 0+0; b answers 0+0"),
            ],
        ),
        (
            "14 in one turn",
            vec![("a", None, vec![busy(20)]), ("b", None, vec![busy(10)])],
            vec![(NOW, LONG, "a rate_limited 0+0; b rate_limited 0+0; b answers 10000+0")],
        ),
    ] {
        check(case, models, &turns).await;
    }
}

#[tokio::test(start_paused = true)]
async fn passing_faults_are_asked_again_where_they_were() {
    let overloaded = |wait| fails(Fault::Overloaded(wait));
    for (case, models, turns) in [
        (
            "15, 30",
            vec![("a", None, vec![overloaded(None)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a overloaded 0+0; b answers 0+0")],
        ),
        ("15 alone", vec![("a", None, vec![overloaded(None)])], vec![(NOW, LONG, "a overloaded 0+0; a answers 389+0")]),
        (
            "15 with its word",
            vec![("a", None, vec![overloaded(Some(s(3)))])],
            vec![(NOW, LONG, "a overloaded 0+0; a answers 3000+0")],
        ),
        (
            "17",
            vec![("a", None, vec![server()]), ("b", None, vec![])],
            vec![(NOW, LONG, "a server 0+0; a answers 389+0")],
        ),
        (
            "17 twice",
            vec![("a", None, vec![server(), server()]), ("b", None, vec![])],
            vec![(NOW, LONG, "a server 0+0; a server 389+0; b answers 0+0")],
        ),
        (
            "17 with its word",
            vec![("a", None, vec![fails(Fault::Server(Some(s(9)), None))]), ("b", None, vec![])],
            vec![(NOW, LONG, "a server 0+0; b answers 0+0")],
        ),
        (
            "17 without time",
            vec![("a", None, vec![server()]), ("b", None, vec![])],
            vec![(NOW, Duration::from_millis(1200), "a server 0+0; b answers 0+0")],
        ),
        (
            "18",
            vec![("a", None, vec![final_server()]), ("b", None, vec![])],
            vec![(NOW, LONG, "a server 0+0; b answers 0+0")],
        ),
        ("19", vec![("a", None, vec![fails(Fault::Unreachable)])], vec![(NOW, LONG, "a network 0+0; a answers 389+0")]),
        (
            "20",
            vec![("a", None, vec![fails(Fault::Timeout).after(10_000)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a timeout 0+10000; b answers 0+0")],
        ),
        (
            "20 alone",
            vec![("a", None, vec![fails(Fault::Timeout).after(10_000)])],
            vec![(NOW, LONG, "a timeout 0+10000; a answers 0+0")],
        ),
        (
            "21",
            vec![("a", None, vec![hangs()]), ("b", None, vec![hangs()]), ("c", None, vec![hangs()])],
            vec![(NOW, LONG, "a timeout 0+200000; b timeout 0+200000; c timeout 0+200000; Unavailable at 600000")],
        ),
        ("26", vec![("a", None, vec![fails(Fault::Truncated)])], vec![(NOW, LONG, "a truncated 0+0; a answers 389+0")]),
        ("43", vec![("a", None, vec![filtered()]), ("b", None, vec![])], vec![(NOW, LONG, "a answers 0+0")]),
        (
            "46",
            vec![("a", None, vec![fails(Fault::Malformed)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a malformed 0+0; a answers 389+0")],
        ),
        ("57", vec![("a", None, vec![drip()])], vec![(NOW, LONG, "a timeout 0+600000; Unavailable at 600000")]),
        (
            "57 the match ends first",
            vec![("a", None, vec![drip()]), ("b", None, vec![])],
            vec![(NOW, s(90), "a timeout 0+45000; b answers 0+0")],
        ),
    ] {
        check(case, models, &turns).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_lasts_puts_a_target_out_or_ends_the_turn() {
    let out = |fault: Fault| vec![("a", None, vec![fails(fault)]), ("b", None, vec![])];
    let overflow = || vec![fails(Fault::ContextOverflow)];
    let unsupported = |left_out| fails(Fault::Unsupported { left_out });
    for (case, models, turns) in [
        (
            "10 and 11",
            out(Fault::Billing),
            vec![(NOW, LONG, "a billing 0+0; b answers 0+0"), (s(100_000), LONG, "a skipped 0+0; b answers 0+0")],
        ),
        (
            "31",
            out(Fault::NotAnApi),
            vec![(NOW, LONG, "a not_an_api 0+0; b answers 0+0"), (s(100_000), LONG, "a skipped 0+0; b answers 0+0")],
        ),
        (
            "33",
            out(Fault::Auth),
            vec![(NOW, LONG, "a auth 0+0; b answers 0+0"), (s(100_000), LONG, "a skipped 0+0; b answers 0+0")],
        ),
        (
            "34 and 35 all are out",
            vec![("a", None, vec![fails(Fault::Auth)]), ("b", None, vec![fails(Fault::NotFound)])],
            vec![
                (NOW, LONG, "a auth 0+0; b not_found 0+0; Misconfigured at 0"),
                (s(100_000), LONG, "a skipped 0+0; b skipped 0+0; Misconfigured at 0"),
            ],
        ),
        (
            "34 but not all",
            vec![("a", None, vec![fails(Fault::Auth)]), ("b", None, vec![busy(9), busy(9)])],
            vec![
                (NOW, s(5), "a auth 0+0; b rate_limited 0+0; Unavailable at 0"),
                (NOW, s(5), "a skipped 0+0; b rate_limited 0+0; Unavailable at 0"),
            ],
        ),
        (
            "36",
            vec![("a", Some(8), overflow()), ("b", Some(8), vec![]), ("c", None, vec![]), ("d", Some(9), vec![])],
            vec![(NOW, LONG, "a context_overflow 0+0; b skipped 0+0; c skipped 0+0; d answers 0+0")],
        ),
        (
            "36 nobody takes more",
            vec![("a", Some(8), overflow()), ("b", Some(8), vec![])],
            vec![(NOW, LONG, "a context_overflow 0+0; b skipped 0+0; Rejected at 0")],
        ),
        (
            "36 unknown",
            vec![("a", None, overflow()), ("b", None, vec![])],
            vec![(NOW, LONG, "a context_overflow 0+0; b answers 0+0")],
        ),
        (
            "37 left out",
            vec![("a", None, vec![unsupported(true)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a unsupported 0+0; a answers 0+0")],
        ),
        (
            "37 needed",
            vec![("a", None, vec![unsupported(false)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a unsupported 0+0; b answers 0+0")],
        ),
        (
            "refused content",
            vec![("a", None, vec![fails(Fault::BadRequest)]), ("b", None, vec![])],
            vec![(NOW, LONG, "a bad_request 0+0; Rejected at 0")],
        ),
        ("a chain of nobody", vec![], vec![(NOW, LONG, "Misconfigured at 0")]),
    ] {
        check(case, models, &turns).await;
    }
}

/// Asks once.
pub(super) async fn ask(chain: &Chain, limit: Duration) -> Result<Reply, ModelFailure> {
    chain.ask(&question(7), Instant::now() + limit, &|_| {}).await
}

fn filtered() -> Act {
    Act { end: End::Answers { finish: Finish::Filtered, room: None }, ..says("") }
}

/// Something every 50 seconds, for ever.
fn drip() -> Act {
    Act { pieces: vec![(s(50), ".".to_owned()); 1000], ..hangs() }
}
