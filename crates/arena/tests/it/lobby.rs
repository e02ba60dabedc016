//! Matches that wait, are played and put down: in turns, within limits, and across a restart.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arena::lobby::{Crowd, Error, Lobby};
use arena::runner;

use crate::support::{header, runner, spec, store};

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A match that goes on until somebody stops it.
const ENDLESS: &str = "mock:20ms";

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_one_match_does_not_wait_for_all_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let lobby = Lobby::open(Arc::new(runner(&store)), 1, 10);
    let mut many = Vec::new();
    for seed in ["1", "2", "3", "4"] {
        many.push(lobby.start("many", spec("support-desk", seed, ENDLESS, 2)).await.unwrap());
    }
    let one = lobby.start("one", spec("support-desk", "5", ENDLESS, 2)).await.unwrap();
    until("all are over", async || lobby.crowd() == Crowd { n_waiting: 0, n_playing: 0 }).await;
    let mut ends = Vec::new();
    for id in many.into_iter().chain([one]) {
        let header = header(&*store, id).await;
        assert_eq!(header.status, "completed");
        ends.push((header.at, id == one));
    }
    ends.sort();
    let place = ends.iter().position(|(_, is_one)| *is_one).unwrap();
    assert!(place <= 2, "the one of another owner was the {place}th to end");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_may_wait_than_there_is_room_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let lobby = Lobby::open(Arc::new(runner(&store)), 1, 2);
    let playing = lobby.start("a", spec("support-desk", "1", ENDLESS, 1_000)).await.unwrap();
    until("the first is played", async || lobby.crowd().n_playing == 1).await;
    for seed in ["2", "3"] {
        lobby.start("a", spec("support-desk", seed, ENDLESS, 1)).await.unwrap();
    }
    assert!(!lobby.has_room());
    let refused = lobby.start("b", spec("support-desk", "4", ENDLESS, 1)).await;
    assert!(matches!(refused, Err(Error::Full { n_waiting: 2 })), "{refused:?}");
    lobby.stop(playing, "make room".to_owned()).await.unwrap();
    until("the others are over", async || lobby.crowd() == Crowd { n_waiting: 0, n_playing: 0 }).await;
    assert!(lobby.has_room());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_match_gives_its_place_up_and_goes_on_when_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let lobby = Lobby::open(Arc::new(runner(&store)), 1, 10);
    let held = lobby.start("a", spec("support-desk", "1", ENDLESS, 3)).await.unwrap();
    until("it is played", async || header(&*store, held).await.status == "running").await;
    lobby.pause(held).await.unwrap();
    let other = lobby.start("a", spec("support-desk", "2", "mock", 1)).await.unwrap();
    until("the other takes its place", async || header(&*store, other).await.status == "completed").await;
    assert_eq!(header(&*store, held).await.status, "paused");
    let again = lobby.pause(held).await;
    assert!(matches!(again, Err(runner::Error::Conflict { command: "paused", state: "paused", .. })), "{again:?}");
    lobby.resume("a", held).await.unwrap();
    until("it goes on", async || header(&*store, held).await.status == "completed").await;
    let over = lobby.resume("a", held).await;
    assert!(over.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_is_resumed_right_after_it_was_paused_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let lobby = Lobby::open(Arc::new(runner(&store)), 1, 10);
    let id = lobby.start("a", spec("support-desk", "1", "mock:1ms", 20)).await.unwrap();
    until("it is played", async || header(&*store, id).await.status == "running").await;
    for _ in 0..10 {
        match lobby.pause(id).await {
            Ok(()) => lobby.resume("a", id).await.unwrap(),
            // It came to its end meanwhile.
            Err(error) => assert!(matches!(error, runner::Error::Conflict { .. }), "{error}"),
        }
    }
    until("it comes to its end", async || header(&*store, id).await.status == "completed").await;
    until("its place is free", async || lobby.crowd() == Crowd { n_waiting: 0, n_playing: 0 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_puts_down_the_next_takes_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let first = Lobby::open(Arc::new(runner(&store)), 1, 10);
    let mut ids = Vec::new();
    for seed in ["1", "2"] {
        ids.push(first.start("a", spec("support-desk", seed, ENDLESS, 3)).await.unwrap());
    }
    let paused = first.start("a", spec("support-desk", "3", ENDLESS, 3)).await.unwrap();
    until("one is played", async || first.crowd().n_playing == 1).await;
    first.close().await;
    let second = Lobby::open(Arc::new(runner(&store)), 3, 10);
    assert_eq!(second.take_up().await.unwrap(), 3);
    // What is here already is not taken up twice.
    assert_eq!(second.take_up().await.unwrap(), 3);
    until("it is played", async || header(&*store, paused).await.status == "running").await;
    second.pause(paused).await.unwrap();
    until("they come to their end", async || second.crowd() == Crowd { n_waiting: 0, n_playing: 0 }).await;
    for id in ids {
        assert_eq!(header(&*store, id).await.status, "completed");
    }
    second.close().await;
    let third = Lobby::open(Arc::new(runner(&store)), 1, 10);
    assert_eq!(third.take_up().await.unwrap(), 0, "what somebody paused stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_is_stopped_before_its_turn_is_not_played() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let lobby = Lobby::open(Arc::new(runner(&store)), 1, 10);
    let playing = lobby.start("a", spec("support-desk", "1", ENDLESS, 1_000)).await.unwrap();
    let waiting = lobby.start("a", spec("support-desk", "2", ENDLESS, 1_000)).await.unwrap();
    until("one is played", async || lobby.crowd() == Crowd { n_waiting: 1, n_playing: 1 }).await;
    lobby.stop(waiting, "no longer wanted".to_owned()).await.unwrap();
    assert_eq!(lobby.crowd(), Crowd { n_waiting: 0, n_playing: 1 });
    assert_eq!(header(&*store, waiting).await.n_judged, 0);
    lobby.stop(playing, "enough".to_owned()).await.unwrap();
    until("none is left", async || lobby.crowd() == Crowd { n_waiting: 0, n_playing: 0 }).await;
}
