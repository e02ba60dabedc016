//! What every store promises, as a list. The tests know nothing but the trait; the one place that opens a store is here.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod appending;
mod auditing;
mod closing;
mod contents;
mod documents;
mod models;
mod planning;
mod querying;
mod random;
mod removing;
mod restoring;
mod sample;
mod server;

use std::sync::Arc;

use arena_store::postgres::{self, Address, PostgresStore};
use arena_store::sqlite::{Access, Options, SqliteStore};
use arena_store::{Field, Index, Kind, Store};

/// A database of one test.
enum Database {
    Sqlite(tempfile::TempDir),
    Postgres(server::Empty),
}

impl Database {
    fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    async fn postgres() -> Self {
        Self::Postgres(server::Empty::make().await)
    }

    /// Opens it: empty the first time, as it was left after that. One store at a time.
    async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(folder) => {
                let options = Options { indexes: indexes(), ..Options::default() };
                let path = folder.path().join("arena.db");
                Arc::new(SqliteStore::open_with(&path, Access::ReadWrite, &options).unwrap())
            }
            Self::Postgres(empty) => {
                let address = Address::parse(empty.address()).unwrap();
                Arc::new(PostgresStore::open(&address, postgres::Access::ReadWrite(indexes())).await.unwrap())
            }
        }
    }
}

/// Some of what the tests filter by, and not all: a promise holds with an index and without.
fn indexes() -> Vec<Index> {
    let texts = [Field::<String>::at("status"), Field::at("who-is-it")];
    let numbers = [Field::<f64>::at("status"), Field::at("scores.red")];
    let flag = Index::of(Kind::Match, &Field::<bool>::at("status"));
    let texts = texts.iter().map(|field| Index::of(Kind::Match, field));
    texts.chain(numbers.iter().map(|field| Index::of(Kind::Match, field))).chain([flag]).collect()
}

/// Makes each a test on a database of its own, of each sort. A promise that is missing here is dead code, and does not
/// compile in CI.
macro_rules! promises {
    ($($module:ident: $($promise:ident)*;)*) => {
        mod on_sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    crate::$module::$promise(&crate::Database::sqlite()).await;
                }
            )*)*
        }

        mod on_postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    crate::$module::$promise(&crate::Database::postgres().await).await;
                }
            )*)*
        }
    };
}

promises! {
    appending:
        what_is_appended_is_read_back_in_order
        a_match_is_read_in_pages
        an_append_anywhere_but_at_the_end_is_a_conflict
        records_that_do_not_follow_are_refused
        of_two_appends_at_one_place_exactly_one_wins
        many_appends_to_different_matches_all_land
        a_header_is_written_with_its_events_or_neither_is
        a_conflict_in_a_group_harms_no_other;
    auditing:
        each_change_leaves_an_entry_and_nothing_else_does
        the_log_is_read_in_pages_and_goes_on_after_a_pause
        what_is_kept_of_the_log_fits_for_ever_and_only_this_log
        the_links_of_events_are_told_one_by_one
        nothing_is_wrong_with_what_is_changed_meanwhile
        a_ledger_knows_matches_that_nobody_listed
        many_at_once_make_one_chain;
    contents:
        contents_are_kept_once_and_read_back_by_their_hash
        the_last_link_stands_for_all_events;
    documents:
        a_document_is_read_back_with_its_revision
        a_stale_revision_is_a_conflict
        of_two_puts_with_one_revision_exactly_one_wins
        a_document_is_removed_by_who_has_read_it;
    models:
        a_model_is_written_found_changed_and_removed
        a_document_that_tells_something_else_is_named;
    querying:
        a_field_is_of_one_type_and_other_values_are_none
        filters_are_joined_and_turned_around
        patterns_tell_cases_apart_and_stars_from_texts
        documents_are_counted_and_added_up_in_groups
        pages_follow_each_other_by_any_field
        pages_follow_each_other_in_both_orders
        hostile_values_are_only_values;
    random:
        random_queries_are_answered_as_by_a_list_in_memory;
    removing:
        a_match_goes_with_its_header_and_leaves_an_entry
        a_match_that_was_changed_meanwhile_stays
        what_is_remembered_of_a_match_goes_with_it
        contents_are_forgotten_by_their_hash
        what_was_removed_comes_back
        nothing_is_wrong_with_what_is_removed_meanwhile
        a_long_match_goes_at_once;
    restoring:
        events_are_read_as_the_texts_that_are_stored
        hashes_of_contents_are_listed_in_pages
        what_stood_elsewhere_is_written_as_it_stood
        what_was_cut_off_is_restored_from_anywhere
        what_stands_and_is_another_is_named_and_nothing_is_written
        many_parts_at_once_are_all_restored;
    closing:
        a_closed_store_says_so
        closing_finishes_what_was_asked_before
        a_dropped_store_keeps_what_it_acknowledged;
}
