//! Matches: begun, listed, shown, watched, paused, resumed and stopped.

pub(crate) mod audit;
mod control;
mod create;
mod events;
pub(crate) mod list;
mod rendered;
pub(crate) mod resource;
mod rounds;
mod show;
mod transcript;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(in crate::api) use self::control::reason;
pub(in crate::api) use self::events::Eyes;
pub(in crate::api) use self::list::{Sort, Status};
pub(in crate::api) use self::rendered::Rendered;
pub(in crate::api) use self::transcript::Wanted as TranscriptFormat;
use super::app::App;

/// The routes of matches.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(show::show))
        .routes(routes!(events::events))
        .routes(routes!(rounds::rounds))
        .routes(routes!(transcript::transcript))
        .routes(routes!(audit::calls))
        .routes(routes!(audit::verification))
        .routes(routes!(control::pause))
        .routes(routes!(control::resume))
        .routes(routes!(control::stop))
}
