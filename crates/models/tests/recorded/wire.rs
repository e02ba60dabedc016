//! Recorded exchanges of real providers, as several projects keep them: out of files, the API, the status and the body.
//! Reads a folder.
//!
//! Understood are rig's cassettes and pydantic-ai's, a JSON object a file and a chunk a line as the Vercel AI SDK has
//! them, and plain event streams.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cassette;

/// What a provider answered once.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// Where it is kept: the file, beneath the folder.
    pub(crate) file: String,
    pub(crate) api: Api,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// In which words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Api {
    ChatCompletions,
    AnthropicMessages,
    GeminiGenerateContent,
    /// Something that no client here speaks: responses, completions, lists of models, Ollama's own.
    Other,
}

impl Api {
    /// The API behind a URL's path.
    fn at(path: &str) -> Self {
        if path.ends_with("/chat/completions") {
            Self::ChatCompletions
        } else if path.ends_with("/v1/messages") {
            Self::AnthropicMessages
        } else if path.ends_with(":generateContent") || path.ends_with(":streamGenerateContent") {
            Self::GeminiGenerateContent
        } else {
            Self::Other
        }
    }

    /// The API of a file that does not say what was asked, by the folders it is in.
    fn of_file(file: &str) -> Self {
        let is_in = |folders: &[&str]| folders.iter().any(|folder| file.contains(folder));
        if is_in(&["/responses/", "/completion/", "/embedding/"]) {
            Self::Other
        } else if is_in(&["anthropic/", "anthropic-sdk"]) {
            Self::AnthropicMessages
        } else if is_in(&["google/"]) {
            Self::GeminiGenerateContent
        } else if is_in(&["/chat/", "groq/", "mistral/"]) {
            Self::ChatCompletions
        } else {
            Self::Other
        }
    }
}

/// Everything beneath `folder`, in the order of the files' names.
pub(crate) fn read(folder: &Path) -> Vec<Recorded> {
    let mut files = files(folder);
    files.sort();
    files
        .into_iter()
        .flat_map(|path| {
            let file = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("yaml") => {
                    cassette::documents(&text).iter().flat_map(|document| of_cassette(&file, document)).collect()
                }
                Some("json") => vec![of_json(file, text)],
                Some("txt" | "sse") => vec![of_stream(file, &text)],
                _ => vec![],
            }
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder stays").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// rig's has one exchange a document, pydantic-ai's a list of them.
fn of_cassette(file: &str, document: &Value) -> Vec<Recorded> {
    let exchange = |path: &str, status: &Value, body: String| Recorded {
        file: file.to_owned(),
        api: Api::at(path),
        status: status.as_u64().and_then(|status| status.try_into().ok()).unwrap_or_else(|| panic!("{file}: {status}")),
        body,
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match document.get("interactions").and_then(Value::as_array) {
        None => vec![exchange(
            &text(&document["when"]["path"]),
            &document["then"]["status"],
            text(&document["then"]["body"]),
        )],
        Some(interactions) => interactions
            .iter()
            .map(|one| {
                let response = &one["response"];
                exchange(
                    &text(&one["request"]["uri"]),
                    &response["status"]["code"],
                    response["parsed_body"].to_string(),
                )
            })
            .collect(),
    }
}

fn of_json(file: String, text: String) -> Recorded {
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{file}: {why}"));
    let status = match body.get("error") {
        None | Some(Value::Null) => 200,
        Some(error) => error["code"].as_u64().and_then(|code| code.try_into().ok()).unwrap_or(400),
    };
    Recorded { api: Api::of_file(&file), file, status, body: text }
}

/// A stream of events as it was, or the data of one event a line.
fn of_stream(file: String, text: &str) -> Recorded {
    let is_framed = ["event:", "data:", ":"].iter().any(|start| text.starts_with(start));
    let body =
        if is_framed { text.to_owned() } else { text.lines().flat_map(|line| ["data: ", line, "\n\n"]).collect() };
    Recorded { api: Api::of_file(&file), file, status: 200, body }
}
