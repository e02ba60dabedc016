//! Nothing that a server started is left behind, however it ends.

use std::path::Path;

use arena::mcp::{Error, Servers};

use crate::hostile::{echo, log, servers, until};

fn pids(folder: &Path) -> Vec<String> {
    log(folder).iter().filter_map(|line| line.strip_prefix("pid ")).map(str::to_owned).collect()
}

/// Whether a process runs. One that has ended and was not reaped does not: its parent is gone, or about to look.
fn runs(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

async fn started(kind: &str, folder: &Path, n_processes: usize) -> Servers {
    let servers = servers(kind, folder);
    echo(&servers).await.unwrap();
    let pids = pids(folder);
    assert_eq!(pids.len(), n_processes);
    assert!(pids.iter().all(|pid| runs(pid)), "without an end they run on");
    servers
}

#[tokio::test]
async fn a_closed_server_is_gone_with_its_children() {
    for (kind, n_processes) in [("good", 1), ("stays", 1), ("breeds", 2)] {
        let folder = tempfile::tempdir().unwrap();
        let servers = started(kind, folder.path(), n_processes).await;
        servers.close().await;
        let (leader, children) = pids(folder.path()).split_first().map(|(l, c)| (l.clone(), c.to_vec())).unwrap();
        assert!(!Path::new("/proc").join(&leader).exists(), "{kind}: it is reaped");
        until(|| children.iter().all(|pid| !runs(pid))).await;
        assert!(log(folder.path()).iter().any(|line| line == "input ended"), "{kind}: it could end by itself");
        assert_eq!(echo(&servers).await, Err(Error::Closed));
    }
}

#[tokio::test]
async fn a_dropped_server_is_gone_with_its_children() {
    for (kind, n_processes) in [("stays", 1), ("breeds", 2)] {
        let folder = tempfile::tempdir().unwrap();
        drop(started(kind, folder.path(), n_processes).await);
        until(|| pids(folder.path()).iter().all(|pid| !runs(pid))).await;
    }
}
