//! The least that is durable: a file to which one thread appends all that waits, with one flush for all of it.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::thread;

use tokio::sync::{mpsc, oneshot};

/// Appends that wait: as many as with the store.
const QUEUE: usize = 1_024;

/// The handle on the thread, which ends with the last of them.
#[derive(Clone)]
pub struct File(mpsc::Sender<Job>);

struct Job {
    bytes: Vec<u8>,
    done: oneshot::Sender<()>,
}

impl File {
    /// A new one; one that was there is gone.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn make(path: &Path) -> Self {
        let file = fs::File::create(path).expect("the folder is ours");
        let (sender, jobs) = mpsc::channel(QUEUE);
        thread::spawn(move || write(file, jobs));
        Self(sender)
    }

    /// Returns when the bytes are on the disk.
    ///
    /// # Panics
    /// If the disk does not take them.
    pub async fn append(&self, bytes: Vec<u8>) {
        let (done, is_done) = oneshot::channel();
        self.0.send(Job { bytes, done }).await.expect("the thread takes jobs until we are gone");
        is_done.await.expect("the thread answers each");
    }
}

fn write(mut file: fs::File, mut jobs: mpsc::Receiver<Job>) {
    let mut all = Vec::new();
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while let Ok(job) = jobs.try_recv() {
            group.push(job);
        }
        all.clear();
        for job in &group {
            all.extend_from_slice(&job.bytes);
        }
        file.write_all(&all).and_then(|()| file.sync_data()).expect("there is room on the disk");
        for job in group {
            // Who asked may have gone at the end of its turn.
            let _ = job.done.send(());
        }
    }
}
