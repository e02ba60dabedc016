//! What an append costs without a disk: `cargo bench -p arena-store --bench micro`.
//!
//! A flush of a real disk takes a hundred times as long as all of this, and is as long as the machine's mood; `append` of `bench/`
//! measures it. Files are in memory here (`/dev/shm`), where Linux has that.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

use std::path::Path;

use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Append, Link, Store as _};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::Timestamp;

const MEMORY: &str = "/dev/shm";

fn main() {
    divan::main();
}

/// Events of 500 bytes as they are stored.
fn records(after: Seq, n: u64) -> Vec<Record> {
    let says = "x".repeat(415);
    let record = |seq| Record {
        seq: Seq(after.0 + seq),
        at: Timestamp::UNIX_EPOCH,
        event: Event::Stopped { reason: says.clone() },
    };
    (1..=n).map(record).collect()
}

/// An event as text, and its link in the chain of its match.
#[divan::bench]
fn link_of_an_event(bencher: Bencher<'_, '_>) {
    let record = records(Seq::ZERO, 1).remove(0);
    let first = Link::first(MatchId::from_parts(Timestamp::UNIX_EPOCH, 0));
    bencher.bench(|| first.next(&serde_json::to_string(black_box(&record)).unwrap()));
}

/// An append of so many events to one match, from handing it over to its answer.
#[divan::bench(args = [1, 10, 100])]
fn append_in_memory(bencher: Bencher<'_, '_>, n_events: u64) {
    let place = if Path::new(MEMORY).is_dir() { MEMORY.into() } else { std::env::temp_dir() };
    let folder = tempfile::tempdir_in(place).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = SqliteStore::open(&folder.path().join("arena.db"), Access::ReadWrite).unwrap();
    let id = MatchId::from_parts(Timestamp::now(), 0);
    let mut after = Seq::ZERO;
    bencher
        .counter(ItemsCount::new(n_events))
        .with_inputs(|| {
            let records = records(after, n_events);
            let append = Append { id, after, records, header: None };
            after = Seq(after.0 + n_events);
            append
        })
        .bench_local_values(|append| runtime.block_on(store.append(append)).unwrap());
    runtime.block_on(store.close());
}
