//! The marks of a page: a side is told by hue, shape and word together, a severity by fill and word.

use arena_core::scenario::Severity;
use maud::{Markup, html};

use crate::report::{Outcome, Rate, State};
use crate::transcript::Who;
use crate::visible::{Piece, pieces};

/// A mark's shape. It says nothing that the word beside it does not.
pub(crate) fn shape(side: &str) -> Markup {
    html! {
        svg.mark.(side) viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" focusable="false" {
            @match side {
                "red" => path d="M5 .8 9.6 9.2H.4Z" {},
                "blue" => rect x="1" y="1" width="8" height="8" {},
                "odd" => { circle cx="5" cy="5" r="3.8" {} path d="M2.4 7.6 7.6 2.4" {} },
                _ => circle cx="5" cy="5" r="3.6" {},
            }
        }
    }
}

pub(crate) fn outcome_mark(outcome: Outcome) -> Markup {
    shape(match outcome {
        Outcome::Breached => "red",
        Outcome::NotBreached => "blue",
        Outcome::Inconclusive => "odd",
    })
}

pub(crate) fn state_mark(state: State) -> Markup {
    let side = match state {
        State::Reached => "red",
        State::NotReached => "blue",
        State::Inconclusive => "odd",
        State::NotTried => "plain",
    };
    html! { span.state.(side) { (shape(side)) (state.words()) } }
}

pub(crate) fn severity(severity: Severity) -> Markup {
    html! { span.severity.(severity.word()) { (severity.word()) } }
}

pub(crate) fn who(who: Who) -> Markup {
    let side = match who {
        Who::Red => "red",
        Who::Blue => "blue",
        Who::User | Who::Target | Who::Rules | Who::Judge | Who::Person | Who::Tool | Who::Out | Who::Arena => "plain",
    };
    html! { strong.state.(side) { (shape(side)) (who.word()) } }
}

/// What others wrote: text, and what would hide or act as a box with its number. Pictures of control characters are in few
/// fonts.
pub(crate) fn said(text: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Plain(text) => (text),
                Piece::Acting(c) => span.acting { (format!("U+{:04X}", u32::from(c))) },
            }
        }
    }
}

/// The interval as a line from 0 to 100 %, the share as a point on it. The numbers stand beside it.
pub(crate) fn interval(rate: Rate, side: &str) -> Markup {
    let at = |share: f64| format!("{:.1}", 2.0 + share * 116.0);
    html! {
        svg.interval.(side) viewBox="0 0 120 14" width="120" height="14" aria-hidden="true" focusable="false" {
            path.track d="M2 2V12M2 7H118M118 2V12" {}
            @if let Some(share) = rate.share {
                path.range d=(format!("M{} 7H{}", at(rate.low), at(rate.high))) {}
                circle.point cx=(at(share)) cy="7" r="3.5" {}
            }
        }
    }
}
