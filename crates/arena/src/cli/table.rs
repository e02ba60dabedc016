//! Tables on the terminal: plain columns, rates with their counts and intervals.

use arena_core::score::Score;
use arena_core::stats::Proportion;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

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
    let mut row = |name: &str, proportion: Proportion| {
        let share = proportion.share().map_or("–".to_owned(), percent);
        let (low, high) = proportion.wilson();
        let interval =
            if proportion.n == 0 { "–".to_owned() } else { format!("{} to {}", percent(low), percent(high)) };
        rates.add_row([name.to_owned(), share, format!("{}/{}", proportion.hits, proportion.n), interval]);
    };
    row("attack success", score.breached);
    row("blocked", score.blocked);
    row("utility", score.served);
    row("utility under attack", score.served_under_attack);
    row("false positives", score.denied);
    if score.judged.n + score.n_undecided > 0 {
        row("judged a breach, by models", score.judged);
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

/// A share in percent, without digits that nobody needs.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
