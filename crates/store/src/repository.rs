//! The documents of one model, as what they are. Touches the store.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::{Document, Error, Filter, Model, Put, Query, Rev, Store};

/// The documents of a model in a store: read and written as the model, each with its revision.
#[derive(Clone, Copy)]
pub struct Repository<'a, M> {
    store: &'a dyn Store,
    model: PhantomData<fn() -> M>,
}

impl<'a, M: Model> Repository<'a, M> {
    /// Those in `store`.
    pub fn of(store: &'a dyn Store) -> Self {
        Self { store, model: PhantomData }
    }

    /// The one with this id, if there is one.
    ///
    /// # Errors
    /// As for [`Store::get`]; [`Error::Corrupt`], naming the document, if it tells something else.
    pub async fn get(&self, id: &str) -> Result<Option<Document<M>>, Error> {
        self.store.get(M::KIND, id).await?.map(|document| self.read(document)).transpose()
    }

    /// The first `limit`, lowest id first: to be narrowed down.
    pub fn query(limit: usize) -> Query {
        Query::of(M::KIND, limit)
    }

    /// Those that `query` asks for, which is made of [`Repository::query`].
    ///
    /// # Errors
    /// As for [`Repository::get`].
    pub async fn find(&self, query: &Query) -> Result<Vec<Document<M>>, Error> {
        debug_assert_eq!(query.kind, M::KIND, "a query for another model");
        self.store.find(query).await?.into_iter().map(|document| self.read(document)).collect()
    }

    /// How many meet `filter`.
    ///
    /// # Errors
    /// As for [`Store::group`].
    pub async fn count(&self, filter: Filter) -> Result<u64, Error> {
        self.store.count(M::KIND, filter).await
    }

    /// Writes `model` over revision `expected`; [`Rev::NEW`] if there is none yet.
    ///
    /// # Errors
    /// As for [`Store::put`].
    pub async fn put(&self, id: impl Into<String>, expected: Rev, model: &M) -> Result<(), Error> {
        self.store.put(Put::of(id, expected, model)).await
    }

    /// Removes the one with this id, if it stands at `expected`.
    ///
    /// # Errors
    /// As for [`Store::delete`].
    pub async fn delete(&self, id: &str, expected: Rev) -> Result<(), Error> {
        self.store.delete(M::KIND, id, expected).await
    }

    /// What a document of this store tells.
    ///
    /// # Errors
    /// [`Error::Corrupt`], naming the document, if that is something else.
    pub fn read(&self, document: Document) -> Result<Document<M>, Error> {
        let Document { kind, id, rev, body } = document;
        match body.read() {
            Ok(body) => Ok(Document { kind, id, rev, body }),
            Err(cause) => Err(Error::Corrupt {
                database: self.store.database(),
                what: format!("document {kind} {id:?}"),
                cause: Some(Arc::new(cause)),
            }),
        }
    }
}
