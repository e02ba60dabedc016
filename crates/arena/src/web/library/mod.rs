//! Agents and scenarios: looked through, shown with their revisions, and written.

mod agents;
mod editor;
mod revisions;
mod scenarios;

use arena_core::agent::Agent;
use arena_core::scenario::Scenario;
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

use crate::api::{App, Problem, ROOT};
use crate::catalog;
use crate::library::{self, Item, Kept};

/// More nobody looks through on a page; the API has them all, in pages.
const MAX_SHOWN: usize = 500;

/// An agent to begin with.
const NEW_AGENT: &str = r#"name = "my-attacker"
seat = "red"
summary = "What it is, in a line"
prompt = """
Try one way after another. Say what a user could say."""
"#;

/// The routes of these pages. What is written anew stands apart: an agent may be called "new".
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agents", get(agents::list))
        .route("/agents/{name}", get(agents::show))
        .route("/agents/{name}/edit", get(editor::edit::<Agent>))
        .route("/create/agent", get(editor::create::<Agent>))
        .route("/scenarios", get(scenarios::list))
        .route("/scenarios/{name}", get(scenarios::show))
        .route("/scenarios/{name}/edit", get(editor::edit::<Scenario>))
        .route("/create/scenario", get(editor::create::<Scenario>))
}

/// Agents and scenarios on pages.
pub(super) trait Shelf: Kept + Send + Sync + 'static {
    /// Where they are, here and in the API.
    const PLACE: &'static str;

    /// What a new one begins with.
    fn template() -> String;

    /// Fields from which a script writes the file of a new one, if it has few enough.
    fn fields() -> Markup {
        html! {}
    }

    /// A button that tries a file before it is kept, if it can be tried.
    fn check() -> Markup {
        html! {}
    }
}

impl Shelf for Agent {
    const PLACE: &'static str = "/agents";

    fn template() -> String {
        NEW_AGENT.to_owned()
    }

    fn fields() -> Markup {
        let field = |key: &str, label: &str, example: &str| {
            html! {
                div {
                    label for=(format!("field-{key}")) { (label) }
                    input id=(format!("field-{key}")) data-key=(key) placeholder=(example) autocomplete="off" spellcheck="false";
                }
            }
        };
        html! {
            fieldset #fields hidden {
                legend { "In short" }
                div.fields {
                    (field("name", "Name", "my-attacker"))
                    div {
                        label for="field-seat" { "Seat" }
                        select #field-seat data-key="seat" {
                            @for seat in ["red", "blue", "target", "judge"] { option value=(seat) { (seat) } }
                        }
                    }
                    (field("summary", "Summary", "What it is, in a line"))
                    (field("model", "Model", "whoever starts the match says"))
                }
                label for="field-prompt" { "Instructions" }
                textarea #field-prompt data-key="prompt" rows="4" {}
                p.small { "What is written here writes the file below, which can have more: docs/agents.md lists every key." }
            }
        }
    }
}

impl Shelf for Scenario {
    const PLACE: &'static str = "/scenarios";

    fn template() -> String {
        catalog::new_scenario("my-scenario")
    }

    fn check() -> Markup {
        html! {
            button type="submit" data-api=(format!("POST {ROOT}{}/check", Self::PLACE)) { "Check, and play the controls" }
        }
    }
}

/// All of them, sorted by name.
pub(super) async fn all<T: Kept>(app: &App) -> Result<Vec<Item<T>>, Problem> {
    let store = &**app.store();
    let mut items = Vec::new();
    for name in library::names::<T>(store, None, MAX_SHOWN).await? {
        // It may have been removed since the names were read.
        items.extend(library::find::<T>(store, &name).await?);
    }
    Ok(items)
}

/// Where one comes from.
fn origin<T>(item: &Item<T>) -> Markup {
    html! {
        @match &item.revision {
            None => span.chip { "built in" },
            Some(revision) => span.chip { "revision " (revision.rev.0) },
        }
    }
}
