//! Equal questions at the same time: one call, whoever is dropped and whatever fails.

use std::sync::Arc;

use arena_core::message::{Finish, Reply, Request};
use arena_models::cache::Stats;
use arena_models::{CacheFolder, Cached, Error, Model};
use tokio::task::JoinSet;

use crate::case::{DEADLINE, HOUR, Oracle, again, question, text};

/// Asks the same so many times at once.
fn ask_at_once(model: &Arc<dyn Model>, n_times: usize) -> JoinSet<Result<Reply, Error>> {
    let mut asking = JoinSet::new();
    for _ in 0..n_times {
        let model = Arc::clone(model);
        asking.spawn(async move { Ok(model.ask(&question(), &|_| {}).await?.reply) });
    }
    asking
}

async fn all(asking: JoinSet<Result<Reply, Error>>) -> Vec<Result<Reply, Error>> {
    tokio::time::timeout(DEADLINE, asking.join_all()).await.unwrap()
}

fn open(folder: &tempfile::TempDir) -> Arc<CacheFolder> {
    Arc::new(CacheFolder::open(folder.path(), HOUR))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn case_65_fifty_equal_misses_are_one_call() {
    let place = tempfile::tempdir().unwrap();
    let folder = open(&place);
    let oracle = Oracle::held(&text("yes"), 0);
    let asking = ask_at_once(&(Arc::new(oracle.cached(&folder)) as Arc<dyn Model>), 50);
    oracle.asked().await;
    oracle.let_go();
    let replies = all(asking).await;
    assert_eq!(oracle.n_asked(), 1);
    assert_eq!(folder.stats(), Stats { hits: 49, misses: 1, stored: 1, ..Stats::default() });
    let free =
        replies.iter().flatten().filter(|reply| Reply { elapsed_ms: 0, ..(*reply).clone() } == again(&text("yes")));
    assert_eq!((free.count(), replies.iter().flatten().filter(|reply| !reply.cached).count()), (49, 1));

    // Without the cache they are fifty.
    let oracle = Oracle::saying(&text("yes"));
    all(ask_at_once(&(Arc::<Oracle>::clone(&oracle) as Arc<dyn Model>), 50)).await;
    assert_eq!(oracle.n_asked(), 50);
}

/// With one thread everybody waits before the model is asked: the order is that of the tasks.
#[tokio::test]
async fn who_waits_gets_an_answer_that_is_not_kept() {
    let place = tempfile::tempdir().unwrap();
    let folder = open(&place);
    let cut = Reply { finish: Finish::Length, ..text("ye") };
    let oracle = Oracle::held(&cut, 0);
    let asking = ask_at_once(&(Arc::new(oracle.cached(&folder)) as Arc<dyn Model>), 10);
    oracle.asked().await;
    oracle.let_go();
    let replies = all(asking).await;
    assert_eq!((oracle.n_asked(), replies.len()), (1, 10));
    assert!(replies.iter().all(|reply| reply.as_ref().unwrap().text == "ye"));
}

#[tokio::test]
async fn who_waited_for_a_failure_asks_for_itself() {
    for (n_failing, n_answered) in [(1, 9), (10, 0)] {
        let place = tempfile::tempdir().unwrap();
        let folder = open(&place);
        let oracle = Oracle::held(&text("yes"), n_failing);
        let asking = ask_at_once(&(Arc::new(oracle.cached(&folder)) as Arc<dyn Model>), 10);
        oracle.asked().await;
        assert_eq!(oracle.n_asked(), 1);
        oracle.let_go();
        let replies = all(asking).await;
        assert_eq!((oracle.n_asked(), replies.iter().flatten().count()), (10, n_answered), "{n_failing} failing");
        assert_eq!((folder.stats().hits, folder.stats().misses), (0, 10), "{n_failing} failing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_may_leave_and_another_takes_its_place() {
    let place = tempfile::tempdir().unwrap();
    let folder = open(&place);
    let oracle = Oracle::held(&text("yes"), 0);
    let model: Arc<dyn Model> = Arc::new(oracle.cached(&folder));
    let mut first = ask_at_once(&model, 1);
    oracle.asked().await;
    let others = ask_at_once(&model, 20);
    first.shutdown().await;
    // One of the others asks now.
    oracle.asked().await;
    oracle.let_go();
    let replies = all(others).await;
    assert_eq!((oracle.n_asked(), replies.iter().flatten().count()), (2, 20));
    // It left no trace: the next question hits.
    assert!(all(ask_at_once(&model, 1)).await.remove(0).unwrap().cached);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_waits_may_leave_and_nobody_notices() {
    let place = tempfile::tempdir().unwrap();
    let folder = open(&place);
    let oracle = Oracle::held(&text("yes"), 0);
    let model: Arc<dyn Model> = Arc::new(oracle.cached(&folder));
    let first = ask_at_once(&model, 1);
    oracle.asked().await;
    let mut others = ask_at_once(&model, 20);
    others.shutdown().await;
    oracle.let_go();
    assert_eq!((all(first).await.remove(0).unwrap(), oracle.n_asked()), (text("yes"), 1));
}

#[tokio::test]
async fn other_questions_do_not_wait() {
    let place = tempfile::tempdir().unwrap();
    let folder = open(&place);
    let held = Oracle::held(&text("late"), 0);
    let asking = ask_at_once(&(Arc::new(held.cached(&folder)) as Arc<dyn Model>), 1);
    held.asked().await;
    let quick = Oracle::saying(&text("yes")).cached(&folder);
    let other = Request { seed: 8, ..question() };
    let reply = tokio::time::timeout(DEADLINE, quick.ask(&other, &|_| {})).await.unwrap().unwrap().reply;
    assert_eq!(reply, text("yes"));
    held.let_go();
    all(asking).await;
}

#[tokio::test]
async fn models_of_one_folder_share_a_question_only_if_they_are_the_same() {
    let place = tempfile::tempdir().unwrap();
    let folder = open(&place);
    let oracle = Oracle::saying(&text("yes"));
    let of = |model: &str| {
        let identity = arena_models::Identity { model: model.into(), ..crate::case::identity() };
        Cached::new(Arc::<Oracle>::clone(&oracle), identity, Arc::clone(&folder))
    };
    for (model, n_asked) in [("m", 1), ("m", 1), ("m-2", 2), ("m", 2)] {
        crate::case::ask(&of(model), &question()).await;
        assert_eq!(oracle.n_asked(), n_asked, "{model}");
    }
}
