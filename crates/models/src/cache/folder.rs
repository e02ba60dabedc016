//! The folder of stored answers: `XX/KEY.json`, XX being the key's first two digits. Touches that folder only.

use std::fs::{self, DirBuilder, DirEntry, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arena_core::message::Reply;
use jiff::Timestamp;

use super::entry::{Entry, NotAnEntry, is_worth_keeping};
use super::flight::Flights;
use crate::RequestKey;

/// The largest file that is written or read, bytes. An answer is at most 4 MiB, and JSON makes most of them little
/// longer.
const MAX_FILE_BYTES: u64 = 8 << 20;

/// A file that is this old and not finished belongs to a process that was killed: writing one takes milliseconds.
const ABANDONED: Duration = Duration::from_hours(1);

/// Stored answers, and how often they helped. Shared by all models that are [`Cached`](super::Cached).
///
/// Files are for their owner alone (0600, in folders 0700). Who may write to the folder decides what models answer.
#[derive(Debug)]
pub struct CacheFolder {
    path: PathBuf,
    ttl: Duration,
    flights: Flights,
    stats: Mutex<Stats>,
}

/// What a folder of answers did so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Questions answered without a call, from a file or along with an equal question.
    pub hits: u64,
    /// Questions that were asked.
    pub misses: u64,
    /// Answers stored.
    pub stored: u64,
    /// Times that a file could not be read, written or deleted.
    pub failed: u64,
    /// The words for the last of those times. They name a file, and repeat nothing of what is in it.
    pub last_failure: Option<String>,
}

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("could not {attempt} {}: {cause}", path.display())]
    Io { attempt: &'static str, path: PathBuf, cause: io::Error },
    #[error("{} {cause}", path.display())]
    NotAnEntry { path: PathBuf, cause: NotAnEntry },
    #[error("{} is larger than {MAX_FILE_BYTES} bytes", path.display())]
    TooLarge { path: PathBuf },
}

impl CacheFolder {
    /// The folder at `path`, made if it is not there; answers older than `ttl` do not count and are deleted now.
    ///
    /// Waits for the disk: open it before matches are played. If that fails, [`stats`](Self::stats) says so.
    pub fn open(path: impl Into<PathBuf>, ttl: Duration) -> Self {
        let folder = Self { path: path.into(), ttl, flights: Flights::default(), stats: Mutex::default() };
        match make_folder(&folder.path) {
            Ok(()) => {
                folder.prune(ttl);
            }
            Err(fault) => folder.count_fault(&fault),
        }
        folder
    }

    /// What it did so far.
    pub fn stats(&self) -> Stats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes answers older than `max_age`, and what killed processes left behind; how many files those were.
    ///
    /// Files that are not the cache's stay. It looks at the files' own times, since reading them all would take long.
    /// Waits for the disk.
    pub fn prune(&self, max_age: Duration) -> usize {
        let now = SystemTime::now();
        let mut n_deleted = 0;
        for (entry, kind) in self.ours() {
            let max_age = match kind {
                Kind::Entry => max_age,
                Kind::Unfinished => ABANDONED,
            };
            // What is from the future has no age, and stays.
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|modified| now.duration_since(modified).ok());
            if age.is_none_or(|age| age <= max_age) {
                continue;
            }
            match fs::remove_file(entry.path()) {
                Ok(()) => n_deleted += 1,
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => self.count_fault(&io("delete", &entry.path())(cause)),
            }
        }
        n_deleted
    }

    pub(super) fn flights(&self) -> &Flights {
        &self.flights
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Stats)) {
        change(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The answer to the question of `key`, if it is there and not too old.
    pub(super) async fn find(&self, key: RequestKey) -> Option<Reply> {
        let (file, ttl) = (self.file(key), self.ttl);
        let found = blocking(move || read(&file, key)).await.unwrap_or_else(|fault| {
            self.count_fault(&fault);
            None
        });
        let reply = found.filter(|entry| is_fresh(entry.at, Timestamp::now(), ttl)).map(|entry| entry.reply);
        self.count(|stats| if reply.is_some() { stats.hits += 1 } else { stats.misses += 1 });
        reply
    }

    /// Stores an answer, if it is one that may stand for the next. What is written is whole or not there, even if this
    /// is dropped meanwhile.
    pub(super) async fn keep(&self, key: RequestKey, reply: &Reply) {
        if !is_worth_keeping(reply) {
            return;
        }
        let bytes = Entry::new(key, Timestamp::now(), reply).write();
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return;
        }
        let file = self.file(key);
        match blocking(move || write(&file, key, &bytes)).await {
            Ok(()) => self.count(|stats| stats.stored += 1),
            Err(fault) => self.count_fault(&fault),
        }
    }

    fn file(&self, key: RequestKey) -> PathBuf {
        let name = key.to_string();
        self.path.join(&name[..2]).join(format!("{name}.json"))
    }

    fn count_fault(&self, fault: &Fault) {
        self.count(|stats| {
            stats.failed += 1;
            stats.last_failure = Some(format!("response cache: {fault}"));
        });
    }

    /// Every file of the cache. What cannot be listed is counted and passed over.
    fn ours(&self) -> impl Iterator<Item = (DirEntry, Kind)> {
        let list = |path: &Path| {
            let listed = fs::read_dir(path).map_err(io("list", path));
            listed.inspect_err(|fault| self.count_fault(fault)).into_iter().flatten().flatten()
        };
        let parts = list(&self.path).filter(|part| {
            // A link is no folder here: it may lead anywhere.
            let is_folder = part.file_type().is_ok_and(|kind| kind.is_dir());
            is_folder && part.file_name().to_str().is_some_and(|name| name.len() == 2)
        });
        parts.flat_map(move |part| list(&part.path())).filter_map(|entry| {
            let kind = Kind::of(entry.file_name().to_str()?)?;
            entry.file_type().is_ok_and(|kind| kind.is_file()).then_some((entry, kind))
        })
    }
}

/// A file of the cache.
enum Kind {
    /// A stored answer.
    Entry,
    /// One that is being written.
    Unfinished,
}

impl Kind {
    /// What a file of this name is; `None` if it is not the cache's.
    fn of(name: &str) -> Option<Self> {
        let is_key = |text: &str| text.parse::<RequestKey>().is_ok();
        if name.strip_suffix(".json").is_some_and(is_key) {
            return Some(Self::Entry);
        }
        let (key, _) = name.strip_prefix('.')?.strip_suffix(".tmp")?.split_once('.')?;
        is_key(key).then_some(Self::Unfinished)
    }
}

/// Does what waits for the disk where it holds up no other task.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The runtime is going down, or the work panicked.
        Err(cause) => {
            Err(Fault::Io { attempt: "finish work on", path: "a file".into(), cause: io::Error::other(cause) })
        }
    }
}

fn io(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Fault {
    let path = path.to_owned();
    move |cause| Fault::Io { attempt, path, cause }
}

/// An answer from the future has no known age: a clock was wrong.
fn is_fresh(at: Timestamp, now: Timestamp, ttl: Duration) -> bool {
    Duration::try_from(now.duration_since(at)).is_ok_and(|age| age <= ttl)
}

fn read(file: &Path, key: RequestKey) -> Result<Option<Entry>, Fault> {
    match fs::metadata(file) {
        Ok(metadata) if metadata.is_file() => {}
        // To open a pipe is to wait for who writes to it.
        Ok(_) => return Err(io("open", file)(io::Error::other("it is not a file"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(io("open", file)(cause)),
    }
    let opened = File::open(file).map_err(io("open", file))?;
    let mut bytes = Vec::new();
    opened.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io("read", file))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Fault::TooLarge { path: file.to_owned() });
    }
    match Entry::read(key, &bytes) {
        Ok(entry) => Ok(Some(entry)),
        Err(cause) => Err(Fault::NotAnEntry { path: file.to_owned(), cause }),
    }
}

/// Writes a file beside its place and moves it there. No flush: what a power cut damages is asked again.
fn write(file: &Path, key: RequestKey, bytes: &[u8]) -> Result<(), Fault> {
    /// Tells apart what this process writes at the same time.
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let folder = file.parent().unwrap_or(file);
    make_folder(folder)?;
    let n_written = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let unfinished = folder.join(format!(".{key}.{}.{n_written}.tmp", std::process::id()));
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(&unfinished);
    let written = opened
        .and_then(|mut opened| opened.write_all(bytes))
        .map_err(io("write", &unfinished))
        .and_then(|()| fs::rename(&unfinished, file).map_err(io("write", file)));
    if written.is_err() {
        // If it cannot be deleted either, the next start does it.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn make_folder(path: &Path) -> Result<(), Fault> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io("make the folder", path))
}
