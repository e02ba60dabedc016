//! What goes out to those who watch, by two transports with the same frames: server-sent events, and `WebSockets`.

mod pulse;
mod socket;
mod socket_words;
mod stream;

use arena_core::id::Seq;
use arena_core::view::Audience;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::problem::{Code, Problem};
use crate::access::{Caller, Scope};
use crate::live::{Subscription, Topic};

/// Topics that one connection may watch.
const MAX_TOPICS: usize = 64;

/// The routes of the live feed.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream::stream)).routes(routes!(socket::socket))
}

/// Lets `caller` watch `topic` from after `after`.
///
/// # Errors
/// [`Code::NotFound`] if there is no such match, [`Code::InvalidParameter`] if it has not come as far as `after`,
/// [`Code::Forbidden`] if the caller may not see it so.
async fn subscribe(
    app: &App,
    caller: &Caller,
    topic: Topic,
    audience: Option<Audience>,
    after: Seq,
) -> Result<Subscription, Problem> {
    let audience = match topic {
        Topic::Match(id) => {
            let audience = caller.audience(audience)?;
            let head = app.last_of(id).await?;
            if after > head {
                let detail = format!("match {id} has {head} events, and {after} of them are said to be known");
                return Err(Problem::new(Code::InvalidParameter, detail));
            }
            audience
        }
        Topic::Matches | Topic::Approvals | Topic::System => {
            caller.needs(Scope::Read)?;
            Audience::Spectator
        }
    };
    Ok(app.live().subscribe(topic, audience, after))
}
