//! The pages for people, one file a page. They are read from the API's own handlers, so that a page shows what a program is
//! answered, to the same eyes; what a page changes it changes over the API, too. What people read needs no script.

mod approvals;
mod assets;
mod audit;
mod choice;
mod compare;
mod dashboard;
mod figures;
mod frame;
mod library;
mod matches;
mod problem;
mod reports;
mod settings;
mod words;

use axum::Router;
use axum::routing::get;

pub(crate) use self::problem::told_to_people;
use crate::api::App;

/// The routes of the pages.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(dashboard::page))
        .route("/leaderboard", get(figures::leaderboard))
        .route("/heatmap", get(figures::heatmap))
        .route("/compare", get(compare::page))
        .route("/reports", get(reports::page))
        .route("/approvals", get(approvals::page))
        .route("/audit", get(audit::page))
        .route("/settings", get(settings::page))
        .merge(matches::routes())
        .merge(library::routes())
        .merge(assets::routes())
}
