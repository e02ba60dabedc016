//! All that a query finds, a page at a time. Touches the store.

use crate::{Document, Error, Query, Store};

/// The pages of a query that are still to be read, each of as many documents as its limit says.
#[derive(Debug)]
pub struct Pages(Option<Query>);

impl Pages {
    /// From where the query begins.
    pub fn of(query: Query) -> Self {
        Self(Some(query))
    }

    /// The next page; `None` if nothing is left. What is written meanwhile is in it, or is not.
    ///
    /// # Errors
    /// As for [`Store::find`]; then nothing is left.
    pub async fn next(&mut self, store: &dyn Store) -> Result<Option<Vec<Document>>, Error> {
        let Some(query) = self.0.take() else { return Ok(None) };
        let page = store.find(&query).await?;
        let Some(last) = page.last() else { return Ok(None) };
        if page.len() == query.limit {
            self.0 = Some(query.after(last));
        }
        Ok(Some(page))
    }
}
