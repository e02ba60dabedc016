//! What all pages have around them: the bar with the places to go, the theme, and what a browser is allowed.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets;

/// A page loads and asks nothing of other hosts, and no text becomes markup or code: scripts build what they show of text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// A theme that was chosen, told by every request so that no page appears in another one first.
const THEME: &str = "arena_theme=";

/// The places to go, and their names.
const PLACES: [(&str, &str); 10] = [
    ("/", "Dashboard"),
    ("/matches", "Matches"),
    ("/leaderboard", "Leaderboard"),
    ("/heatmap", "Heatmap"),
    ("/compare", "Compare"),
    ("/agents", "Agents"),
    ("/scenarios", "Scenarios"),
    ("/approvals", "Approvals"),
    ("/reports", "Reports"),
    ("/audit", "Audit"),
];

/// A page to be.
pub(super) struct Frame<'a> {
    title: &'a str,
    place: &'a str,
    scripts: &'a [&'a str],
    theme: Option<&'static str>,
}

impl<'a> Frame<'a> {
    /// A page of this title at one of the places.
    pub(super) fn new(headers: &HeaderMap, place: &'a str, title: &'a str) -> Self {
        Self { title, place, scripts: &[], theme: theme(headers) }
    }

    /// The same, with a script that it needs.
    pub(super) fn running(self, scripts: &'a [&'a str]) -> Self {
        Self { scripts, ..self }
    }

    /// The theme that was chosen, if one was.
    pub(super) fn theme(&self) -> Option<&'static str> {
        self.theme
    }

    /// The page around `content`, which has the one heading.
    pub(super) fn around(&self, content: &Markup) -> Response {
        self.answer(StatusCode::OK, content)
    }

    /// The same, with another status.
    pub(super) fn answer(&self, status: StatusCode, content: &Markup) -> Response {
        let page = html! {
            (DOCTYPE)
            html lang="en" data-theme=[self.theme] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · AI Arena" }
                    link rel="icon" href=(assets::address("icon.svg"));
                    link rel="stylesheet" href=(assets::address(assets::STYLE));
                    script type="module" src=(assets::address("page.js")) {}
                    @for script in self.scripts { script type="module" src=(assets::address(script)) {} }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        a.brand href="/" { "AI Arena" }
                        nav aria-label="Main" {
                            @for (address, name) in PLACES {
                                a href=(address) aria-current=[(self.place == address).then_some("page")] { (name) }
                            }
                        }
                        span.room {}
                        a.button href="/settings" aria-current=[(self.place == "/settings").then_some("page")] { "Settings" }
                        button.quiet #help type="button" aria-haspopup="dialog" { "Keys " kbd { "?" } }
                    }
                    main #main tabindex="-1" { (content) }
                    div #toasts role="status" aria-live="polite" {}
                }
            }
        };
        let headers = [
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        ];
        (status, headers, Html(page.into_string())).into_response()
    }
}

fn theme(headers: &HeaderMap) -> Option<&'static str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    let mut themes =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().strip_prefix(THEME));
    match themes.next()? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}
