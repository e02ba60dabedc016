//! How this server was started, who can be asked, who may use it, and how its pages look.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};

use super::frame::Frame;
use super::words::when;
use crate::access::{May, Scope, ToAdminister, ToRead};
use crate::api::models::{KeyFrom, ProviderResource, providers};
use crate::api::settings::{Shown, settings};
use crate::api::tokens::{self, Tokens};
use crate::api::{App, Problem, ROOT};
use crate::look::said;

/// The themes: the value, and its label.
const THEMES: [(&str, &str); 3] = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")];

pub(super) async fn page(state: State<App>, caller: May<ToRead>, headers: HeaderMap) -> Result<Response, Problem> {
    let Json(found) = providers(state.clone(), caller.clone()).await?;
    let frame = Frame::new(&headers, "/settings", "Settings").running(&["tokens.js"]);
    let administers = May::<ToAdminister>::of((*caller).clone());
    let content = html! {
        div.heading { h1 { "Settings" } }
        (look(frame.theme()))
        (models(&found.data, administers.is_ok()))
        @match administers {
            Ok(caller) => {
                (access(&tokens::list(state.clone(), caller.clone()).await?.0))
                (server(&settings(state.clone(), caller).await?.0))
            }
            Err(_) => section {
                h2 { "Tokens and server" }
                p.muted { "Only for those with the scope administer." }
            },
        }
    };
    Ok(frame.around(&content))
}

fn look(theme: Option<&str>) -> Markup {
    html! {
        section aria-labelledby="look" {
            h2 #look { "Look" }
            fieldset {
                legend { "Theme" }
                @for (value, label) in THEMES {
                    label { input type="radio" name="theme" value=(value) checked[theme.unwrap_or("system") == value]; " " (label) } " "
                }
            }
        }
    }
}

fn models(providers: &[ProviderResource], administers: bool) -> Markup {
    html! {
        section aria-labelledby="providers" {
            h2 #providers { "Providers" }
            p.lead { "Keys come from the environment, or are given to the running server, which forgets them when it ends. None is ever shown." }
            div.scroll role="region" aria-label="Table of providers" tabindex="0" {
                table.rows {
                    thead { tr {
                        th scope="col" { "Provider" } th scope="col" { "State" } th scope="col" { "Key" }
                        th scope="col" { "Calls at once" }
                    } }
                    tbody {
                        @for provider in providers {
                            tr {
                                th scope="row" { (provider.name) @if provider.name != provider.kind { " " span.small { (provider.kind) } } }
                                td data-name="State" {
                                    @if provider.ready { "ready" } @else { span.muted { "not ready" } }
                                    @if let Some(problem) = &provider.problem { br; span.small.said { (said(problem)) } }
                                }
                                td data-name="Key" { (key(provider, administers)) }
                                td data-name="Calls at once" { @match provider.max_concurrent { Some(n) => (n), None => "any number" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether there is a key, and from where; one can be given, and taken away again.
fn key(provider: &ProviderResource, administers: bool) -> Markup {
    let api = format!("{ROOT}/providers/{}/key", provider.name);
    let id = format!("key-{}", provider.name);
    html! {
        @match provider.key_from {
            Some(KeyFrom::Api) => { "•••• given to this server" },
            Some(KeyFrom::Environment) => { "•••• from the environment, for " (provider.keys.join(", ")) },
            None if provider.needs_key => span.muted { "missing" },
            None => span.muted { "needs none" },
        }
        @if administers && provider.needs_key {
            details {
                summary { "Give a key" }
                form method="post" data-api=(format!("PUT {api}")) data-then="/settings" {
                    div.stack {
                        label for=(id) { "Key of " (provider.name) }
                        input id=(id) name="key" type="password" autocomplete="off" required;
                    }
                    div.actions { button type="submit" { "Give it" } }
                }
            }
            @if matches!(provider.key_from, Some(KeyFrom::Api)) {
                button type="button" data-api=(format!("DELETE {api}")) { "Take it away" }
            }
        }
    }
}

fn access(found: &Tokens) -> Markup {
    html! {
        section aria-labelledby="tokens" {
            h2 #tokens { "Tokens" }
            @if found.data.is_empty() { p.muted { "There are none. On this machine nobody needs one." } } @else {
                div.scroll role="region" aria-label="Table of tokens" tabindex="0" {
                    table.rows {
                        thead { tr {
                            th scope="col" { "Name" } th scope="col" { "Scopes" } th scope="col" { "Made" }
                            th scope="col" { "Ends" } th scope="col" { "Take back" }
                        } }
                        tbody { @for token in &found.data { (row(token)) } }
                    }
                }
            }
            form #token-form method="post" data-api=(format!("POST {ROOT}/tokens")) {
                fieldset {
                    legend { "New token" }
                    div.fields {
                        div { label for="token-name" { "Name" } input #token-name name="name" required autocomplete="off" spellcheck="false"; }
                        div {
                            label for="token-scopes" { "Scopes" }
                            input #token-scopes name="scopes" data-type="list" value="read" autocomplete="off" spellcheck="false"
                                aria-describedby="scopes-hint";
                            span.small #scopes-hint { (Scope::ALL.map(Scope::word).join(", ")) }
                        }
                        div {
                            label for="token-life" { "Ends after, seconds" }
                            input #token-life name="expires_in_s" data-type="number" inputmode="numeric" placeholder="never" autocomplete="off";
                        }
                    }
                }
                div #made aria-live="polite" {}
                div.actions { button type="submit" { "Make a token" } }
            }
        }
    }
}

fn row(token: &tokens::Resource) -> Markup {
    html! {
        tr {
            th scope="row" { (token.name) }
            td data-name="Scopes" { @for scope in &token.scopes { span.chip { (scope.word()) } " " } }
            td data-name="Made" { (when(token.created_at)) }
            td data-name="Ends" {
                @match (token.counts, token.revoked_at, token.expires_at) {
                    (_, Some(at), _) => { "taken back " (when(at)) },
                    (false, None, Some(at)) => { "ended " (when(at)) },
                    (_, None, Some(at)) => (when(at)),
                    (_, None, None) => "never",
                }
            }
            td data-name="Take back" {
                @if token.counts {
                    button.danger type="button" data-api=(format!("DELETE {ROOT}/tokens/{}", token.name))
                        data-confirm=(format!("Take the token {} back? Who uses it is refused from then on.", token.name)) { "Take back" }
                }
            }
        }
    }
}

fn server(shown: &Shown) -> Markup {
    let settings = &shown.settings;
    let limit = |limit: Option<u64>| limit.map_or("none".to_owned(), |limit| limit.to_string());
    html! {
        section aria-labelledby="server" {
            h2 #server { "Server" }
            p.lead { "It is changed by starting it otherwise: " code { "arena serve --help" } "." }
            dl.facts {
                dt { "Version" } dd { (settings.version) }
                dt { "Listens at" } dd { (settings.listen) }
                dt { "Configuration" } dd { (shown.config_file.as_deref().unwrap_or("none")) }
                dt { "Matches at once" } dd { (settings.concurrency) ", and " (settings.queue) " wait" }
                dt { "Requests a second" } dd { @if settings.rate == 0 { "any number" } @else { (settings.rate) " of each token and address" } }
                dt { "Waits for a person" } dd { (settings.wait_for_person) " s" }
                dt { "Calls of all matches" } dd { (limit(settings.total_calls)) }
                dt { "Tokens of all matches" } dd { (limit(settings.total_tokens)) }
                dt { "Cost of all matches" } dd {
                    @match settings.total_cost_microusd {
                        Some(cost) => { "US$ " (cost / 1_000_000) "." (format!("{:06}", cost % 1_000_000)) },
                        None => "none",
                    }
                }
            }
            p { a href="/docs/api" { "The API" } " · " a href="/docs/problems" { "What problems mean" } }
        }
    }
}
