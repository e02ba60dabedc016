//! What several turns have to do with one another, and what is heard and said of a turn: cases that are stories.

use std::sync::Mutex;

use arena_core::message::Finish;
use tokio::time::{Instant, sleep};

use super::cases::{LONG, NOW, account, ask, busy, chain, check, final_server, s, server};
use super::script::{Act, End, Fault, fails, hangs, question, says};
use crate::Room;
use crate::chain::{Heard, Standing};

#[tokio::test(start_paused = true)]
async fn case_32_a_breaker_opens_lets_one_probe_through_and_closes() {
    let fails = "a server 0+0; b answers 0+0";
    let skips = "a skipped 0+0; b answers 0+0";
    let models = vec![("a", None, vec![final_server(); 4]), ("b", None, vec![])];
    check(
        "32",
        models,
        &[
            (NOW, LONG, fails),
            (NOW, LONG, fails),
            (NOW, LONG, fails),
            (s(29), LONG, skips),
            // The probe fails, and the next has to wait for twice as long.
            (s(1), LONG, fails),
            (s(59), LONG, skips),
            (s(1), LONG, "a answers 0+0"),
            (NOW, LONG, "a answers 0+0"),
        ],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn case_32_who_has_nobody_else_waits_for_the_other_s_probe() {
    let probe = says("ok").after(2_000);
    let (chain, targets) = chain(vec![("a", None, [vec![final_server(); 3], vec![probe]].concat())]);
    for _ in 0..3 {
        assert!(ask(&chain, LONG).await.is_err());
    }
    sleep(s(30)).await;
    let began = Instant::now();
    let (first, second) = tokio::join!(ask(&chain, LONG), ask(&chain, LONG));
    assert_eq!(account(&first, began), "a answers 0+2000");
    assert_eq!(account(&second, began), "a answers 2000+0");
    assert_eq!(targets[0].standing(Instant::now()), Standing::Ready);
}

#[tokio::test(start_paused = true)]
async fn case_29_pieces_of_an_attempt_that_fails_are_void() {
    for (case, act, expected) in [
        ("before the first content", server(), vec!["ok"]),
        ("after it", server().saying("ha").saying("lf"), vec!["ha", "lf", "VOID", "ok"]),
    ] {
        let (chain, _) = chain(vec![("a", None, vec![act])]);
        let heard = Mutex::new(Vec::new());
        let hear = |piece: Heard<'_>| match piece {
            Heard::Piece(text) => heard.lock().unwrap().push(text.to_owned()),
            Heard::Discarded => heard.lock().unwrap().push("VOID".to_owned()),
        };
        chain.ask(&question(7), Instant::now() + LONG, &hear).await.unwrap();
        assert_eq!(heard.into_inner().unwrap(), expected, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn case_40_a_failure_has_a_sentence_for_each_attempt() {
    let out = vec![fails(Fault::Auth)];
    let models =
        vec![("a", None, out), ("b", None, vec![busy(90), server(), server()]), ("c", None, vec![server(); 4])];
    let (chain, _) = chain(models);
    for expected in [
        "chain:test gave no answer: (1) test:a answered 401; is the key right, and may it use this model?; \
         (2) test:b answered 429; it asks us to wait 90s; (3) test:c answered 500; (4) test:c answered 500",
        "chain:test gave no answer: \
         (1) test:a was not asked: it is out for good (test:a answered 401; is the key right, and may it use this model?); \
         (2) test:b was not asked: its limit is reached for 90 s more; (3) test:c answered 500",
    ] {
        assert_eq!(ask(&chain, s(20)).await.unwrap_err().message, expected);
    }
    // One attempt needs no list.
    let (chain, _) = super::cases::chain(vec![("a", None, vec![final_server()])]);
    assert_eq!(ask(&chain, LONG).await.unwrap_err().message, "test:a answered 500");
}

#[tokio::test(start_paused = true)]
async fn case_63_a_turn_that_is_dropped_leaves_its_place_and_its_probe() {
    for (case, acts, pause) in
        [("asked", vec![hangs()], NOW), ("probing", [vec![final_server(); 3], vec![hangs()]].concat(), s(30))]
    {
        let n_failing = acts.len() - 1;
        let (chain, targets) = chain(vec![("a", None, acts)]);
        for _ in 0..n_failing {
            assert!(ask(&chain, LONG).await.is_err(), "{case}");
        }
        sleep(pause).await;
        let before = targets[0].standing(Instant::now());
        assert!(tokio::time::timeout(s(5), ask(&chain, LONG)).await.is_err(), "{case}");
        assert_eq!((targets[0].standing(Instant::now()), targets[0].n_places_free()), (before, 1), "{case}");
        assert_eq!(account(&ask(&chain, LONG).await, Instant::now()), "a answers 0+0", "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_turn_cuts_off_early_is_not_held_against_the_target() {
    for (limit, is_held) in [(s(29), false), (s(30), true)] {
        let (chain, targets) = chain(vec![("a", None, vec![hangs(); 3])]);
        for _ in 0..3 {
            assert!(ask(&chain, limit).await.is_err());
        }
        let standing = targets[0].standing(Instant::now());
        assert_eq!(matches!(standing, Standing::Broken { .. }), is_held, "{limit:?}: {standing:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_waits_and_it_is_counted() {
    let (chain, _) = chain(vec![("a", None, vec![says("one").after(3_000), says("two").after(4_000)])]);
    let began = Instant::now();
    let (first, second, third) = tokio::join!(ask(&chain, LONG), ask(&chain, LONG), ask(&chain, s(5)));
    assert_eq!(account(&first, began), "a answers 0+3000");
    assert_eq!(account(&second, began), "a answers 3000+4000");
    let third = third.unwrap_err();
    assert_eq!(third.message, "test:a was not asked: it answers 1 at a time, and no place was free in time");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_has_nothing_left_is_left_alone_before_it_refuses() {
    for (case, room, n_skipped) in [
        ("no requests", Room { requests: Some(0), tokens: Some(9), reset_after: Some(s(6)) }, 1),
        ("no tokens", Room { requests: None, tokens: Some(0), reset_after: Some(s(6)) }, 1),
        ("some of both", Room { requests: Some(1), tokens: Some(9), reset_after: Some(s(6)) }, 0),
        ("nobody says until when", Room { requests: Some(0), tokens: Some(0), reset_after: None }, 0),
    ] {
        let act = Act { end: End::Answers { finish: Finish::Stop, room: Some(room) }, ..says("one") };
        let (chain, _) = chain(vec![("a", None, vec![act]), ("b", None, vec![])]);
        ask(&chain, LONG).await.unwrap();
        assert_eq!(ask(&chain, LONG).await.unwrap().attempts.len(), n_skipped, "{case}");
        sleep(s(6)).await;
        assert_eq!(ask(&chain, LONG).await.unwrap().attempts.len(), 0, "{case}, later");
    }
}
