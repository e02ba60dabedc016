//! Figures and moments as people read them.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::look::interval;
use crate::report::Rate;

/// A moment. A script tells it in the reader's own time.
pub(super) fn when(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%Y-%m-%d %H:%M UTC")) } }
}

/// A share in percent with its interval and how many it is of; a word if nothing was measured.
pub(super) fn rate(rate: Rate, side: &str) -> Markup {
    html! {
        @if rate.n == 0 { span.muted { "not measured" } } @else {
            span.number { (rate.percent()) } " " span.small { (rate.interval()) ", n " (rate.n) }
            (interval(rate, side))
        }
    }
}
