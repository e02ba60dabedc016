//! Tables on the terminal: plain columns, rates with their counts and intervals.

use arena_core::score::Score;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::report::Rates;

/// A table without lines, as wide as the terminal.
pub(super) fn table(header: &[&str]) -> Table {
    /// In a terminal that is narrower, or says that it has no width, cells would be letters below each other.
    const MIN_WIDTH: u16 = 60;
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_some_and(|width| width < MIN_WIDTH) {
        table.set_width(MIN_WIDTH);
    }
    if !header.is_empty() {
        table.set_header(header);
    }
    table
}

/// The rates of a score, a row each.
pub(super) fn rates(score: &Score) -> Table {
    let mut rates = table(&["rate", "share", "count", "95 % interval"]);
    for (name, rate) in Rates::of(score).rows() {
        rates.add_row([name.to_owned(), rate.percent(), rate.count(), rate.interval()]);
    }
    if score.n_undecided > 0 {
        rates.add_row(["undecided rounds", "", &score.n_undecided.to_string(), ""]);
    }
    rates.add_row(["void rounds", "", &score.n_void.to_string(), ""]);
    for column in 1..=3 {
        if let Some(column) = rates.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    rates
}
