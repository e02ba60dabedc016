//! No room: said as such, nothing acknowledged is lost, and work goes on when there is room.

use std::path::Path;
use std::sync::Arc;

use arena_store::sqlite::{Access, Options, SqliteStore};
use arena_store::{Append, Error, Store};
use tokio::task::JoinSet;

use crate::sample::{append, count, match_id, open};

const MATCHES: u32 = 20;

fn limited(path: &Path, max_size_bytes: u64) -> SqliteStore {
    let options = Options { max_size_bytes: Some(max_size_bytes), ..Options::default() };
    SqliteStore::open_with(path, Access::ReadWrite, &options).unwrap()
}

/// Three events of a page's third each: mostly some of them would still fit.
fn three(n: u32, after: u64) -> Append {
    let records = (after..after + 3).flat_map(|after| append(match_id(n), after, 1_300).records).collect();
    Append { records, ..append(match_id(n), after, 0) }
}

/// Appends to every match at once until there is no room; returns the last event acknowledged of each.
async fn fill(store: &Arc<SqliteStore>) -> Vec<u64> {
    let mut appenders = JoinSet::new();
    for n in 0..MATCHES {
        let store = Arc::clone(store);
        appenders.spawn(async move {
            let mut last = count(&store, match_id(n)).await;
            loop {
                match store.append(three(n, last)).await {
                    Ok(()) => last += 3,
                    Err(Error::Full { .. }) => return (n, last),
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    let mut lasts = appenders.join_all().await;
    lasts.sort_unstable();
    lasts.into_iter().map(|(_, last)| last).collect()
}

async fn counts(store: &SqliteStore) -> Vec<u64> {
    let mut counts = Vec::new();
    for n in 0..MATCHES {
        counts.push(count(store, match_id(n)).await);
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_database_loses_nothing_and_goes_on_when_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");

    let store = Arc::new(limited(&path, 400_000));
    let acknowledged = fill(&store).await;
    assert!(acknowledged.iter().sum::<u64>() > 100, "{acknowledged:?}");
    assert_eq!(counts(&store).await, acknowledged);
    // It still refuses, rather than break.
    let refused = store.append(append(match_id(0), acknowledged[0], 1_000_000)).await;
    assert!(matches!(refused, Err(Error::Full { .. })), "{refused:?}");
    store.close().await;
    assert!(path.metadata().unwrap().len() <= 400_000);

    let roomier = Arc::new(limited(&path, 800_000));
    assert_eq!(counts(&roomier).await, acknowledged);
    let more = fill(&roomier).await;
    assert!(more.iter().sum::<u64>() > acknowledged.iter().sum::<u64>() + 100, "{more:?}");
    roomier.close().await;

    let unlimited = open(&path);
    assert_eq!(counts(&unlimited).await, more);
    unlimited.append(append(match_id(0), more[0], 1_000_000)).await.unwrap();
}
