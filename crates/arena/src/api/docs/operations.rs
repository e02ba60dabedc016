//! `/docs/api`: everything that can be asked, from the same document as `openapi.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::super::document::openapi_json;
use super::schema::{body, kind, limits};

/// One thing that can be asked.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    about: &'a Value,
}

/// The page.
pub(super) async fn page() -> Response {
    static CONTENT: OnceLock<String> = OnceLock::new();
    let content = CONTENT.get_or_init(|| {
        let document = serde_json::from_str(openapi_json()).expect("the document is JSON");
        content(&document).into_string()
    });
    super::page("API", &maud::PreEscaped(content.clone()))
}

fn content(document: &Value) -> Markup {
    let mut by_tag: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, about) in item.as_object().into_iter().flatten() {
            let tag = about["tags"][0].as_str().unwrap_or("other");
            by_tag.entry(tag).or_default().push(Operation { method, path, about });
        }
    }
    html! {
        p { "Every answer that is no success is a " a href="/docs/problems" { "problem document" }
            ". Programs read " a href="/api/v1/openapi.json" { "openapi.json" } ", from which this page is made." }
        nav aria-label="Operations" {
            @for (tag, operations) in &by_tag {
                h2 { (tag) }
                ul { @for operation in operations {
                    li { a href={ "#" (operation.id()) } { (operation.about["summary"].as_str().unwrap_or_default()) } }
                } }
            }
        }
        @for (tag, operations) in &by_tag {
            section aria-label=(tag) { h2 { (tag) } @for operation in operations { (operation.article()) } }
        }
        section aria-label="Schemas" {
            h2 { "Schemas" }
            @for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
                article id={ "schema-" (name) } { h3 { (name) } (body(schema)) }
            }
        }
        p.muted { "* is always there, or has to be." }
    }
}

impl Operation<'_> {
    fn id(&self) -> &str {
        self.about["operationId"].as_str().unwrap_or_default()
    }

    fn article(&self) -> Markup {
        let parameters = self.about["parameters"].as_array();
        html! {
            article id=(self.id()) {
                h3 { (self.about["summary"].as_str().unwrap_or_default()) }
                p { span.method { (self.method) } code { (self.path) } }
                @if let Some(text) = self.about["description"].as_str() { p { (text) } }
                @if let Some(parameters) = parameters { table {
                    caption { "Parameters" }
                    tbody { @for parameter in parameters { tr {
                        th scope="row" { code { (parameter["name"].as_str().unwrap_or_default()) }
                            @if parameter["required"] == true { " *" } }
                        td { (parameter["in"].as_str().unwrap_or_default()) }
                        td { (kind(&parameter["schema"])) }
                        td { (parameter["description"].as_str().unwrap_or_default()) " "
                            span.muted { (limits(&parameter["schema"])) } }
                    } } }
                } }
                @if let Some(content) = self.about["requestBody"]["content"].as_object() { table {
                    caption { "Body" }
                    tbody { @for (media_type, body) in content { tr {
                        th scope="row" { (media_type) } td { (kind(&body["schema"])) }
                    } } }
                } }
                @if let Some(responses) = self.about["responses"].as_object() { table {
                    caption { "Answers" }
                    tbody { @for (status, response) in responses { tr {
                        th scope="row" { (status) }
                        td { (response["description"].as_str().unwrap_or_default()) }
                        td { @for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                            (kind(&content["schema"])) " " span.muted { (media_type) } " "
                        } }
                    } } }
                } }
            }
        }
    }
}
