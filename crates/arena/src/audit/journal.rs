//! Requests in the audit log: what was asked of a server to be changed, by whom, and what it could not answer. Touches the
//! store.

use std::net::IpAddr;
use std::sync::Arc;

use arena_core::message::cut;
use arena_store::{Note, Store};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, RwLock, Semaphore};

use crate::causes::in_one_line;

/// The topic of these entries.
pub const TOPIC: &str = "request";

/// Entries of failed requests that are written while nobody waits for them. While a database is away these pile up, and beyond it
/// the server's own log alone tells of them.
const MAX_UNAWAITED: usize = 1_024;

/// A longer path says no more.
const MAX_PATH_BYTES: usize = 200;

/// A request that was let in. Without its body, and without what follows a question mark: secrets stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name of a token, or `local`; nothing if it does not matter who asks.
    pub who: Option<String>,
    /// From where.
    pub address: Option<IpAddr>,
    /// What was wanted.
    pub method: String,
    /// Of what; the beginning of a long one.
    pub path: String,
    /// What was answered; nothing if who asked did not wait for it.
    pub status: Option<u16>,
    /// By which it is found in the server's log.
    pub request_id: Option<String>,
}

/// Where requests are told.
pub struct Journal {
    store: Arc<dyn Store>,
    /// Held, to be shared, by each entry that is being written.
    writing: Arc<RwLock<()>>,
    unawaited: Arc<Semaphore>,
}

/// A request under way. However it ends, also if who asked goes away, one entry tells of it.
pub struct Underway<'a> {
    journal: &'a Journal,
    /// `None` once it is told, or of no interest.
    request: Option<Request>,
}

impl Request {
    /// A request that is not answered yet.
    pub fn new(
        who: Option<String>,
        address: Option<IpAddr>,
        method: &str,
        path: &str,
        request_id: Option<String>,
    ) -> Self {
        let (method, path) = (cut(method.to_owned(), MAX_PATH_BYTES), cut(path.to_owned(), MAX_PATH_BYTES));
        Self { who, address, method, path, status: None, request_id }
    }
}

impl Journal {
    /// Entries in the log of `store`.
    pub fn open(store: Arc<dyn Store>) -> Self {
        Self { store, writing: Arc::default(), unawaited: Arc::new(Semaphore::new(MAX_UNAWAITED)) }
    }

    /// A request that begins.
    pub fn begin(&self, request: Request) -> Underway<'_> {
        Underway { journal: self, request: Some(request) }
    }

    /// Waits until all is written.
    pub async fn close(&self) {
        drop(self.writing.write().await);
    }

    /// Writes an entry for which nobody waits, if there is room for it.
    fn write_later(&self, request: &Request) {
        if let Ok(permit) = Arc::clone(&self.unawaited).try_acquire_owned() {
            drop(self.write(request, Some(permit)));
        } else {
            tracing::error!("a request was not written to the audit log: too many wait for that");
        }
    }

    /// Writes an entry, whether or not somebody waits for it.
    fn write(&self, request: &Request, permit: Option<OwnedSemaphorePermit>) -> tokio::task::JoinHandle<()> {
        let body = serde_json::to_value(request).expect("a request is plain data");
        let (store, writing) = (Arc::clone(&self.store), Arc::clone(&self.writing).try_read_owned());
        tokio::spawn(async move {
            let note = Note::Happened { topic: TOPIC.to_owned(), body };
            if let Err(error) = store.note(vec![note]).await {
                tracing::error!("a request was not written to the audit log: {}", in_one_line(&error));
            }
            drop((writing, permit));
        })
    }
}

impl Underway<'_> {
    /// It was answered so. Returns when that is written: who reads the answer finds it in the log. What could not be answered is
    /// written later: it may be the database that is away.
    ///
    /// What was changed is changed, and the log has its own entries of that, so that an entry that cannot be written is no
    /// reason to answer that it was not.
    pub async fn answered(mut self, status: u16) {
        if let Some(request) = self.request.take() {
            let request = Request { status: Some(status), ..request };
            if status >= 500 {
                return self.journal.write_later(&request);
            }
            let _ = self.journal.write(&request, None).await;
        }
    }

    /// Somebody else tells of it.
    pub fn refused(mut self) {
        self.request = None;
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        // Without a runtime the whole program ends, and nothing can be written any more.
        if let (Some(request), Ok(_)) = (self.request.take(), tokio::runtime::Handle::try_current()) {
            self.journal.write_later(&request);
        }
    }
}

#[cfg(test)]
mod tests {
    use arena_store::audit::Fact;
    use arena_store::sqlite::{Access, SqliteStore};

    use super::*;

    #[tokio::test]
    async fn one_entry_tells_of_a_request_however_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("arena.db"), Access::ReadWrite).unwrap());
        let journal = Journal::open(Arc::clone(&store));
        let request = |path: &str| Request::new(Some("ci".to_owned()), None, "POST", path, Some("id".to_owned()));
        journal.begin(request("/answered")).answered(201).await;
        assert_eq!(store.notes(0, 9).await.unwrap().len(), 1, "it is there when it is answered");
        journal.begin(request("/refused")).refused();
        drop(journal.begin(request("/given-up")));
        journal.close().await;
        let told: Vec<Request> = store
            .notes(0, 9)
            .await
            .unwrap()
            .into_iter()
            .map(|noted| match noted.entry.fact {
                Fact::Happened { body, .. } => serde_json::from_value(body).unwrap(),
                fact => panic!("{fact:?}"),
            })
            .collect();
        assert_eq!(told, [Request { status: Some(201), ..request("/answered") }, request("/given-up")]);
        // A store that can write no more is no reason to answer otherwise.
        store.close().await;
        journal.begin(request("/late")).answered(200).await;
    }
}
