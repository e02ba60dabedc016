//! What the server has done so far: counted as requests come and go, shown at `/stats` and at the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// What the server has done since its start, or since somebody reset it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// All requests but those for `/stats` itself.
    pub requests: u64,
    /// Requests by what they were for; `other` has no such path.
    pub by_path: BTreeMap<&'static str, u64>,
    /// Faults that happened, by kind.
    pub by_fault: BTreeMap<&'static str, u64>,
    /// Requests that are being answered now.
    pub in_flight: u64,
    /// The most that were at once.
    pub max_in_flight: u64,
    /// Tokens of answered questions.
    pub input_tokens: u64,
    /// Tokens of answers.
    pub output_tokens: u64,
}

/// Where the counts are.
#[derive(Clone, Debug, Default)]
pub(super) struct Book(Arc<Mutex<Page>>);

#[derive(Debug, Default)]
struct Page {
    stats: Stats,
    /// Questions so far: their numbers decide which faults they meet.
    n_questions: u64,
}

/// A request that is being answered; it has gone when this is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    book: Book,
    /// Its number among all requests, from 1.
    pub(super) place: u64,
}

impl Book {
    fn page(&self) -> MutexGuard<'_, Page> {
        // Counts are right after each statement, so that a panic elsewhere leaves no half of one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stats(&self) -> Stats {
        self.page().stats.clone()
    }

    /// Begins anew; what is in flight still is.
    pub(super) fn reset(&self) {
        let mut page = self.page();
        let in_flight = page.stats.in_flight;
        *page = Page { stats: Stats { in_flight, max_in_flight: in_flight, ..Stats::default() }, n_questions: 0 };
    }

    /// A request came, for `path`.
    pub(super) fn enter(&self, path: &'static str) -> Visit {
        let mut page = self.page();
        let stats = &mut page.stats;
        stats.requests += 1;
        *stats.by_path.entry(path).or_default() += 1;
        stats.in_flight += 1;
        stats.max_in_flight = stats.max_in_flight.max(stats.in_flight);
        Visit { book: self.clone(), place: stats.requests }
    }
}

impl Visit {
    /// It is a question: its number, from 1.
    pub(super) fn question_number(&self) -> u64 {
        let mut page = self.book.page();
        page.n_questions += 1;
        page.n_questions
    }

    /// It met this fault.
    pub(super) fn met(&self, fault: &'static str) {
        *self.book.page().stats.by_fault.entry(fault).or_default() += 1;
    }

    /// It is answered, with so many tokens.
    pub(super) fn took(&self, input_tokens: u64, output_tokens: u64) {
        let mut page = self.book.page();
        let stats = &mut page.stats;
        stats.input_tokens += input_tokens;
        stats.output_tokens += output_tokens;
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.book.page().stats.in_flight -= 1;
    }
}
