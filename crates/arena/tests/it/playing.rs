//! A runner and its matches: stop, pause, go on, close, and two hands on one match.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arena::feed::Feed;
use arena::runner::{Error, Put, records};
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::audit::{Content, Named, Standing};
use arena_store::{Append, Document, Kind, Query, Store};
use async_trait::async_trait;

use crate::support::{assert_sound, end, header, runner, spec, store, upshot};

/// Nothing that is asked for below takes longer than this; a test that hangs fails instead.
const DEADLINE: Duration = Duration::from_mins(1);

/// Waits until the match has an event of this type.
async fn until(feed: &mut Feed, event: &str) {
    let found = async {
        loop {
            if feed.next().await.unwrap().iter().any(|record| record.event.word() == event) {
                return;
            }
        }
    };
    tokio::time::timeout(DEADLINE, found).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_model_call_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let runner = runner(&store);
    let mut playing = runner.start(spec("support-desk", "1", "mock:60000ms", 5)).await.unwrap();
    let mut feed = Feed::new(store.clone(), runner.bus(), playing.id, Seq::ZERO);
    until(&mut feed, "round_opened").await;
    let asked = Instant::now();
    playing.stop("enough".to_owned()).await.unwrap();
    let game = end(playing.ended().await.unwrap());
    // It takes milliseconds; the call under way takes a minute, and the machine may be busy.
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    assert_eq!(game.stage.word(), "stopped");
    let header = header(&*store, playing.id).await;
    assert_eq!((&*header.status, header.reason.as_deref()), ("stopped", Some("enough")));
    assert!(matches!(playing.stop("again".to_owned()).await, Err(Error::NotPlaying(_))));
    assert!(matches!(runner.resume(playing.id).await, Err(Error::Conflict { state: "stopped", .. })));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_match_stands_still_over_a_restart_and_then_comes_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let reference = {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let (_, game, _) = crate::support::play(&runner(&store), spec("support-desk", "5", "mock", 5)).await;
        store.close().await;
        upshot(&game)
    };
    let store = store(folder.path());
    let first = runner(&store);
    let playing = first.start(spec("support-desk", "5", "mock:40ms", 5)).await.unwrap();
    let id = playing.id;
    let mut feed = Feed::new(store.clone(), first.bus(), id, Seq::ZERO);
    until(&mut feed, "round_judged").await;
    playing.pause().await.unwrap();
    assert!(matches!(playing.pause().await, Err(Error::Conflict { command: "paused", state: "paused", .. })));
    let held = records(&*store, id).await.unwrap().len();
    drop((playing, feed, first));

    let second = runner(&store);
    let mut playing = second.resume(id).await.unwrap();
    assert_eq!(header(&*store, id).await.status, "paused");
    // A paused match asks for nothing, so that its end does not come.
    tokio::time::timeout(Duration::from_millis(300), playing.ended()).await.unwrap_err();
    assert_eq!(records(&*store, id).await.unwrap().len(), held);
    playing.go_on().await.unwrap();
    let game = end(tokio::time::timeout(DEADLINE, playing.ended()).await.unwrap().unwrap());
    assert_eq!(upshot(&game), reference);
    assert_sound(&records(&*store, id).await.unwrap());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_closes_puts_its_matches_down_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let first = runner(&store);
    let mut matches = Vec::new();
    for seed in 0..20 {
        matches.push(first.start(spec("inbox", &seed.to_string(), "mock:20ms", 5)).await.unwrap());
    }
    let mut feed = Feed::new(store.clone(), first.bus(), matches[0].id, Seq::ZERO);
    until(&mut feed, "round_judged").await;
    first.close();
    assert!(matches!(first.start(spec("inbox", "x", "mock", 5)).await, Err(Error::Closing)));
    let second = runner(&store);
    let mut again = Vec::new();
    for mut playing in matches {
        let Put::Down(game) = playing.ended().await.unwrap() else { continue };
        assert_eq!(records(&*store, playing.id).await.unwrap().len() as u64, game.last.0);
        again.push(second.resume(playing.id).await.unwrap());
    }
    assert!(!again.is_empty());
    for mut playing in again {
        end(tokio::time::timeout(DEADLINE, playing.ended()).await.unwrap().unwrap());
        assert_sound(&records(&*store, playing.id).await.unwrap());
    }
    store.close().await;
}

/// A store whose appends fail once it is told so.
struct FailingStore {
    store: Arc<dyn Store>,
    is_full: AtomicBool,
}

#[async_trait]
impl Store for FailingStore {
    fn database(&self) -> String {
        self.store.database()
    }

    async fn append(&self, append: Append) -> Result<(), arena_store::Error> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(arena_store::Error::Closed { database: "full".into() });
        }
        self.store.append(append).await
    }

    async fn records(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<Record>, arena_store::Error> {
        self.store.records(id, after, limit).await
    }

    async fn texts(
        &self,
        id: MatchId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<arena_store::EventText>, arena_store::Error> {
        self.store.texts(id, after, limit).await
    }

    async fn head(&self, id: MatchId) -> Result<Option<(Seq, arena_store::Link)>, arena_store::Error> {
        self.store.head(id).await
    }

    async fn keep(&self, blobs: Vec<arena_store::Blob>) -> Result<(), arena_store::Error> {
        self.store.keep(blobs).await
    }

    async fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, arena_store::Error> {
        self.store.blob(hash).await
    }

    async fn hashes(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, arena_store::Error> {
        self.store.hashes(after, limit).await
    }

    async fn restore(&self, restore: arena_store::Restore) -> Result<(), arena_store::Error> {
        self.store.restore(restore).await
    }

    async fn matches(&self, after: Option<MatchId>, limit: usize) -> Result<Vec<MatchId>, arena_store::Error> {
        self.store.matches(after, limit).await
    }

    async fn put(&self, put: arena_store::Put) -> Result<(), arena_store::Error> {
        self.store.put(put).await
    }

    async fn delete(&self, kind: Kind, id: &str, expected: arena_store::Rev) -> Result<(), arena_store::Error> {
        self.store.delete(kind, id, expected).await
    }

    async fn remove(&self, id: MatchId, last: Seq, header: arena_store::Rev) -> Result<(), arena_store::Error> {
        self.store.remove(id, last, header).await
    }

    async fn forget(&self, hashes: Vec<String>) -> Result<(), arena_store::Error> {
        self.store.forget(hashes).await
    }

    async fn get(&self, kind: Kind, id: &str) -> Result<Option<Document>, arena_store::Error> {
        self.store.get(kind, id).await
    }

    async fn find(&self, query: &Query) -> Result<Vec<Document>, arena_store::Error> {
        self.store.find(query).await
    }

    async fn group(&self, grouping: &arena_store::Grouping) -> Result<Vec<arena_store::Group>, arena_store::Error> {
        self.store.group(grouping).await
    }

    async fn note(&self, notes: Vec<arena_store::Note>) -> Result<(), arena_store::Error> {
        self.store.note(notes).await
    }

    async fn notes(&self, after: u64, limit: usize) -> Result<Vec<arena_store::Noted>, arena_store::Error> {
        self.store.notes(after, limit).await
    }

    async fn notes_head(&self) -> Result<(u64, arena_store::Link), arena_store::Error> {
        self.store.notes_head().await
    }

    async fn link(&self, id: MatchId, seq: Seq) -> Result<Option<arena_store::Link>, arena_store::Error> {
        self.store.link(id, seq).await
    }

    async fn contents(&self, after: Option<String>, limit: usize) -> Result<Vec<Content>, arena_store::Error> {
        self.store.contents(after, limit).await
    }

    async fn standing(&self, after: Option<Named>, limit: usize) -> Result<Vec<Standing>, arena_store::Error> {
        self.store.standing(after, limit).await
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_cannot_be_written_is_told_and_ends_nothing_in_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let failing = Arc::new(FailingStore { store: store(folder.path()), is_full: AtomicBool::new(false) });
    let shared: Arc<dyn Store> = failing.clone();
    let first = runner(&shared);
    let mut playing = first.start(spec("support-desk", "1", "mock:60000ms", 5)).await.unwrap();
    let mut feed = Feed::new(shared.clone(), first.bus(), playing.id, Seq::ZERO);
    until(&mut feed, "round_opened").await;
    failing.is_full.store(true, Ordering::SeqCst);
    assert!(matches!(playing.stop("enough".to_owned()).await, Err(Error::Store(_))));
    assert!(matches!(playing.ended().await, Err(Error::Store(_))));
    failing.is_full.store(false, Ordering::SeqCst);
    // Once there is room, the match is where its record says, and can be stopped.
    first.stop(playing.id, "enough".to_owned()).await.unwrap();
    let records = records(&*shared, playing.id).await.unwrap();
    assert!(matches!(records.last().unwrap().event, Event::Stopped { .. }));
    assert_sound(&records);
    shared.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hands_on_one_match_one_loses_at_its_next_event() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let (one, other) = (runner(&store), runner(&store));
    let mut first = one.start(spec("support-desk", "9", "mock:30ms", 5)).await.unwrap();
    let mut feed = Feed::new(store.clone(), one.bus(), first.id, Seq::ZERO);
    until(&mut feed, "round_opened").await;
    let mut second = other.resume(first.id).await.unwrap();
    let (first_end, second_end) = tokio::join!(first.ended(), second.ended());
    let lost = |end: &Result<Put, Error>| matches!(end, Err(Error::Store(arena_store::Error::Conflict { .. })));
    assert!(lost(&first_end) != lost(&second_end), "{first_end:?} {second_end:?}");
    let records = records(&*store, first.id).await.unwrap();
    assert!(matches!(records.last().unwrap().event, Event::Completed { .. }));
    assert_sound(&records);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_ends_in_time_though_its_model_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let runner = runner(&store);
    let mut spec = (*spec("support-desk", "1", "mock:60000ms", 5)).clone();
    spec.budgets.whole.seconds = Some(1);
    let mut playing = runner.start(spec.into()).await.unwrap();
    let game = end(tokio::time::timeout(Duration::from_secs(20), playing.ended()).await.unwrap().unwrap());
    let records = records(&*store, playing.id).await.unwrap();
    let Event::Completed { exhausted: Some(exhausted), .. } = &records.last().unwrap().event else {
        panic!("{:?}", records.last());
    };
    assert_eq!(exhausted.to_string(), "the time budget of the match is spent");
    assert_eq!(upshot(&game), ["void ", "void"]);
    store.close().await;
}
