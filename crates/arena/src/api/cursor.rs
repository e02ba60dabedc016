//! Pages of lists, and where the next one begins: opaque to clients, and good only for the list that gave it. Pure.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Code, Problem};

/// Things that come at once, at most.
const MAX_LIMIT: usize = 200;

/// Things that come at once, if nobody says how many.
const LIMIT: usize = 50;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// How many a page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The things, in their order.
    pub(crate) data: Vec<T>,
    /// The parameter `cursor` of the next page; nothing on the last.
    pub(crate) next_cursor: Option<String>,
    /// Whether there is a next page.
    pub(crate) has_more: bool,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    after: String,
    /// Of the filters and the order.
    list: String,
}

impl Paging {
    /// How many, and after which id, of the list `list`.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`] if either cannot be.
    pub(crate) fn read(&self, list: &str) -> Result<(usize, Option<String>), Problem> {
        let limit = self.limit.unwrap_or(LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let detail = format!("limit: write 1 to {MAX_LIMIT}; take the next page by next_cursor");
            return Err(Problem::new(Code::InvalidParameter, detail));
        }
        Ok((limit, self.cursor.as_deref().map(|cursor| read(cursor, list)).transpose()?))
    }
}

impl<T> Page<T> {
    /// The page of `found`, which was asked for one more than `limit`. `id` names a thing, `list` says which list it is.
    pub(crate) fn of(mut found: Vec<T>, limit: usize, list: &str, id: impl Fn(&T) -> String) -> Self {
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = found.last().filter(|_| has_more).map(|last| write(&id(last), list));
        Self { data: found, next_cursor, has_more }
    }
}

/// The cursor after the thing `after` of a list.
fn write(after: &str, list: &str) -> String {
    let cursor = Cursor { after: after.to_owned(), list: digest(list) };
    BASE64URL_NOPAD.encode(&serde_json::to_vec(&cursor).expect("two texts are plain data"))
}

/// The thing after which the page begins.
///
/// # Errors
/// [`Code::InvalidParameter`] if it is no cursor of this list.
fn read(cursor: &str, list: &str) -> Result<String, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Cursor>(&bytes).ok());
    let cursor = cursor.filter(|cursor| cursor.list == digest(list)).map(|cursor| cursor.after);
    cursor.ok_or_else(|| {
        let detail = "cursor: it is not of this list; take it from next_cursor, and keep filters and order";
        Problem::new(Code::InvalidParameter, detail)
    })
}

fn digest(list: &str) -> String {
    blake3::hash(list.as_bytes()).to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_the_list_that_gave_it_and_no_other() {
        let page = Page::of(vec!["a", "b", "c"], 2, "status=running", |id| (*id).to_owned());
        assert_eq!((page.data, page.has_more), (vec!["a", "b"], true));
        let cursor = page.next_cursor.unwrap();
        assert_eq!(read(&cursor, "status=running").unwrap(), "b");
        for (cursor, list) in [(cursor.as_str(), "status=paused"), ("", "status=running"), ("e30", "status=running")] {
            assert_eq!(read(cursor, list).unwrap_err().code(), Code::InvalidParameter, "{cursor}");
        }
        assert_eq!(Page::of(vec!["a"], 1, "", |id| (*id).to_owned()).next_cursor, None);
    }
}
