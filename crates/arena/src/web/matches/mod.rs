//! The pages of matches: the list, and one as it is played or was.

mod list;
mod new;
mod show;

pub(super) use self::list::table;
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

use crate::api::App;
use crate::api::matches::resource::Resource;
use crate::look::shape;

/// The routes of these pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/matches", get(list::page))
        .route("/matches/new", get(new::page))
        .route("/matches/{id}", get(show::page))
}

/// How a match ended, or how far it is: a mark, and the words.
pub(super) fn result(game: &Resource) -> Markup {
    let side = match game.winner.as_deref() {
        Some("red") => "red",
        Some("blue") => "blue",
        Some(_) => "odd",
        None => "plain",
    };
    html! { span.state.(side) { (shape(side)) span.words { (standing(game)) } } }
}

/// How a match ended, or how far it is.
fn standing(game: &Resource) -> String {
    let rounds = match game.n_rounds {
        Some(n) => format!("{} of {n}", game.n_judged),
        None => format!("{} rounds", game.n_judged),
    };
    let word = match game.winner.as_deref() {
        Some("red") => "Red won",
        Some("blue") => "Blue held",
        Some("draw") => "draw",
        Some(_) => "void",
        None if game.awaits_person => "waits for a person",
        None => &game.status,
    };
    format!("{word} · {rounds}")
}
