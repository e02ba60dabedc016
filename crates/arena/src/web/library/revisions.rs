//! The file of an agent or a scenario, as it is and as it was.

use arena_core::diff;
use arena_core::name::Name;
use arena_store::Rev;
use maud::{Markup, html};
use serde::Deserialize;

use super::Shelf;
use crate::access::{Caller, Scope};
use crate::api::{App, Problem, ROOT};
use crate::library::{self, Item, Kept, Revision};
use crate::look::said;
use crate::web::words::when;

/// Which revision is shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// One that was; else the one that stands.
    rev: Option<u64>,
    /// What it is compared with.
    against: Option<u64>,
}

impl Which {
    /// The thing of this name at that revision.
    pub(super) async fn find<T: Kept>(&self, app: &App, name: &Name) -> Result<Item<T>, Problem> {
        match self.rev {
            None => library::find(&**app.store(), name).await?.ok_or_else(|| Problem::no(T::KIND.word(), name)),
            Some(rev) => revision(app, name, rev).await,
        }
    }

    /// Whether it is the thing as it stands that is shown, not as it was.
    pub(super) fn stands(&self) -> bool {
        self.rev.is_none()
    }
}

async fn revision<T: Kept>(app: &App, name: &Name, rev: u64) -> Result<Item<T>, Problem> {
    let found = library::at(&**app.store(), name, Rev(rev)).await?;
    found.ok_or_else(|| Problem::no(&format!("revision {rev} of {}", T::KIND.word()), name))
}

/// What can be done with it, if it is shown as it stands; else where it does.
pub(super) fn actions<T: Shelf>(caller: &Caller, item: &Item<T>, which: &Which) -> Markup {
    let name = item.value.name();
    html! {
        @if !which.stands() {
            p.small { "As it was. " a href=(format!("{}/{name}", T::PLACE)) { "As it stands" } }
        } @else if caller.may(Scope::Administer) {
            div.actions {
                a.button href=(format!("{}/{name}/edit", T::PLACE)) {
                    @if item.revision.is_some() { "Edit" } @else { "Make one like it" }
                }
                @if let Some(revision) = &item.revision {
                    button.danger type="button" data-api=(format!("DELETE {ROOT}{}/{name}", T::PLACE))
                        data-if-match=(format!("\"{}\"", revision.rev.0)) data-then=(T::PLACE)
                        data-confirm=(format!("Remove {name}? Its revisions can still be read by their numbers.")) { "Remove" }
                }
            }
        }
    }
}

/// Its file, and the revisions that there are.
pub(super) async fn source<T: Shelf>(
    app: &App,
    caller: &Caller,
    item: &Item<T>,
    which: &Which,
) -> Result<Markup, Problem> {
    let name = item.value.name();
    let revisions = library::revisions::<T>(&**app.store(), name).await?;
    if !caller.may(Scope::Administer) {
        return Ok(html! {
            h2 { "File" }
            p.muted { "It says what is planted and who is told what: only for those who may see everything." }
        });
    }
    let before = match which.against {
        Some(rev) => Some(revision::<T>(app, name, rev).await?),
        None => None,
    };
    Ok(html! {
        @if let Some(before) = before { (compared(&before, item)) }
        h2 { "File" }
        pre.said tabindex="0" { (said(item.value.source())) }
        @if !revisions.is_empty() { (list::<T>(name, &revisions)) }
    })
}

fn compared<T: Kept>(before: &Item<T>, after: &Item<T>) -> Markup {
    let number = |item: &Item<T>| item.revision.as_ref().map_or(0, |revision| revision.rev.0);
    let diff = diff::unified(before.value.source(), after.value.source(), after.value.name().as_str());
    html! {
        h2 { "From revision " (number(before)) " to " (number(after)) }
        @if diff.is_empty() { p.muted { "Nothing differs." } } @else {
            pre.diff.said tabindex="0" {
                // The first two lines name what is compared; the heading has.
                @for line in diff.lines().skip(2) {
                    @match line.as_bytes().first() {
                        Some(b'+') => ins { (said(line)) "\n" },
                        Some(b'-') => del { (said(line)) "\n" },
                        _ => { (said(line)) "\n" },
                    }
                }
            }
        }
    }
}

fn list<T: Shelf>(name: &Name, revisions: &[Revision]) -> Markup {
    let address = |rev: u64| format!("{}/{name}?rev={rev}", T::PLACE);
    html! {
        h2 { "Revisions" }
        div.scroll role="region" aria-label="Revisions" tabindex="0" {
            table {
                thead { tr { th scope="col" { "Revision" } th scope="col" { "Made" } th scope="col" { "By" } th scope="col" { "Changes" } } }
                tbody {
                    @for (i, revision) in revisions.iter().enumerate().rev() {
                        @let rev = revision.rev.0;
                        tr {
                            th scope="row" { a href=(address(rev)) { (rev) } }
                            td { (when(revision.at)) }
                            td { (revision.by) }
                            td {
                                @if let Some(before) = i.checked_sub(1).and_then(|i| revisions.get(i)) {
                                    a href=(format!("{}&against={}", address(rev), before.rev.0)) { "since " (before.rev.0) }
                                } @else { span.muted { "the first" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
