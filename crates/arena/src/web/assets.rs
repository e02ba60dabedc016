//! Style sheet and scripts, in the program. An address names them by their content, so that a browser asks once for each.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use crate::api::{App, Code, Problem};
use crate::look::TOKENS;

/// While the program is built for debugging they are read from the folder, each time.
#[derive(RustEmbed)]
#[folder = "src/web/assets"]
struct Assets;

/// The one style sheet.
pub(super) const STYLE: &str = "style.css";

/// The hash of all of them together: scripts name each other without one.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    hasher.update(TOKENS.as_bytes());
    for file in Assets::iter() {
        hasher.update(file.as_bytes());
        hasher.update(&content(&file).unwrap_or_default());
    }
    hasher.finalize().to_hex()[..16].to_owned()
});

/// The routes of the files.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/assets/{version}/{file}", get(file))
}

/// The address of `file`.
pub(super) fn address(file: &str) -> String {
    format!("/assets/{}/{file}", *VERSION)
}

/// The style of all pages together: it is small, and one request.
fn style() -> Option<Vec<u8>> {
    Some([TOKENS.as_bytes(), &content("base.css")?, &content("match.css")?].concat())
}

fn content(file: &str) -> Option<Vec<u8>> {
    Some(Assets::get(file)?.data.into_owned())
}

async fn file(Path((version, file)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let no_file = || Problem::new(Code::NotFound, "there is no such file; load the page again");
    if version != *VERSION {
        return Err(no_file());
    }
    let media_type = match file.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => return Err(no_file()),
    };
    let bytes = if file == STYLE { style() } else { content(&file) }.ok_or_else(no_file)?;
    // One who changes a file of the folder wants to see it.
    let caching = if cfg!(debug_assertions) { "no-cache" } else { "public, max-age=31536000, immutable" };
    let mut response = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]
    .into_response();
    let takes_gzip = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let body = if takes_gzip.is_some_and(|value| value.contains("gzip")) {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes).and_then(|()| encoder.finish()).map_err(|error| Problem::internal(&error))?
    } else {
        bytes
    };
    *response.body_mut() = body.into();
    Ok(response)
}
