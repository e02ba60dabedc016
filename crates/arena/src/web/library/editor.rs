//! The file of an agent or a scenario, to be written. Who changes what somebody else has changed meanwhile loses nothing: both
//! are shown.

use arena_core::name::Name;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;

use super::Shelf;
use crate::access::{May, ToAdminister};
use crate::api::extract::Named;
use crate::api::{App, Problem, ROOT};
use crate::library::{self, Item};
use crate::web::frame::Frame;

/// A file to be.
struct Draft<'a> {
    heading: &'a str,
    text: &'a str,
    /// The method and the address that keep it.
    api: String,
    /// The revision that it changes.
    based_on: Option<u64>,
}

pub(super) async fn create<T: Shelf>(_: May<ToAdminister>, headers: HeaderMap) -> Response {
    let heading = format!("New {}", T::KIND.word());
    let api = format!("POST {ROOT}{}", T::PLACE);
    page::<T>(&headers, &Draft { heading: &heading, text: &T::template(), api, based_on: None })
}

pub(super) async fn edit<T: Shelf>(
    State(app): State<App>,
    _: May<ToAdminister>,
    headers: HeaderMap,
    Named(name): Named<Name>,
) -> Result<Response, Problem> {
    let found = library::find::<T>(&**app.store(), &name).await?;
    let Item { value, revision } = found.ok_or_else(|| Problem::no(T::KIND.word(), &name))?;
    let place = T::PLACE;
    let heading = match &revision {
        Some(_) => format!("Edit {name}"),
        // What is built in stays; who wants another one begins with its text.
        None => format!("New {} like {name}", T::KIND.word()),
    };
    let api = match &revision {
        Some(_) => format!("PUT {ROOT}{place}/{name}"),
        None => format!("POST {ROOT}{place}"),
    };
    let based_on = revision.map(|revision| revision.rev.0);
    Ok(page::<T>(&headers, &Draft { heading: &heading, text: value.source(), api, based_on }))
}

fn page<T: Shelf>(headers: &HeaderMap, draft: &Draft<'_>) -> Response {
    let Draft { heading, text, api, based_on } = draft;
    let content = html! {
        div.heading { h1 { (heading) } }
        form #editor method="post" data-api=(api) data-then=(format!("{}/{{name}}", T::PLACE))
            data-if-match=[based_on.map(|rev| format!("\"{rev}\""))] {
            @if based_on.is_none() { (T::fields()) }
            div {
                label for="source" { "File (TOML); its name is in it" }
                textarea #source name="source" data-type="text" rows="18" spellcheck="false" autocomplete="off" autocapitalize="off" {
                    // A browser drops a first line feed.
                    "\n" (text)
                }
            }
            div #conflict {}
            div #checked aria-live="polite" {}
            div.actions {
                button.primary type="submit" { @if based_on.is_some() { "Keep as a new revision" } @else { "Keep" } }
                (T::check())
                a.button.quiet href=(T::PLACE) { "Cancel" }
            }
        }
    };
    Frame::new(headers, T::PLACE, heading).running(&["editor.js", "fields.js"]).around(&content)
}
