//! A match that is cut after any of its events and taken up again comes to the same end.

use arena::chance;
use arena_core::event::Event;
use arena_core::id::Seq;
use arena_core::tool::ToolOutcome;
use arena_store::Append;
use jiff::Timestamp;

use crate::support::{assert_sound, end, play, runner, spec, store, upshot};

#[tokio::test(flavor = "multi_thread")]
async fn a_match_cut_after_any_event_comes_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let runner = runner(&store);
    let (mut n_cuts, mut n_interrupted, mut n_breached) = (0, 0, 0);
    for (scenario, seed) in [
        ("support-desk", "1"),
        ("support-desk", "2"),
        ("support-desk", "3"),
        ("inbox", "1"),
        ("inbox", "2"),
        ("inbox", "3"),
    ] {
        let (_, whole, records) = play(&runner, spec(scenario, seed, "mock", 5)).await;
        assert_sound(&records);
        n_breached += whole.score.breached.hits;
        // The last event ends the match: after it there is nothing to take up. All cuts are played on at once.
        let mut cuts = Vec::new();
        for k in 1..records.len() {
            let id = chance::match_id(Timestamp::now()).unwrap();
            let mut cut = records[..k].to_vec();
            if let Event::Created { id: bound, .. } = &mut cut[0].event {
                *bound = id;
            }
            store.append(Append { id, after: Seq::ZERO, records: cut, header: None }).await.unwrap();
            cuts.push((k, runner.resume(id).await.unwrap()));
        }
        for (k, mut playing) in cuts {
            let id = playing.id;
            let resumed = end(playing.ended().await.unwrap());
            let after = arena::runner::records(&*store, id).await.unwrap();
            assert_eq!(after[1..k], records[1..k], "{scenario} {seed} cut after {k}");
            assert_sound(&after);
            assert_eq!(upshot(&resumed), upshot(&whole), "{scenario} {seed} cut after {k}");

            let interrupted =
                |event: &Event| matches!(event, Event::ToolReturned { outcome: ToolOutcome::Interrupted, .. });
            let n = after.iter().filter(|record| interrupted(&record.event)).count();
            // A tool that had started is answered as interrupted; no other is.
            assert_eq!(n, usize::from(matches!(records[k - 1].event, Event::ToolStarted { .. })), "cut after {k}");
            n_cuts += 1;
            n_interrupted += n;
        }
    }
    store.close().await;
    println!("{n_cuts} cuts, {n_interrupted} tools interrupted");
    // The matches must be of the kind in which something could go wrong.
    assert!(n_interrupted > 0 && n_breached > 0);
}
