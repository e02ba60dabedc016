//! Recorded exchanges of real providers, served again. Runs where `ARENA_WIRE_DIR` names their folder (rig's cassettes).

use std::path::{Path, PathBuf};

use arena_models::{Http, Model};

use crate::case::{generous, model_at, question};
use crate::fault_server::{FaultServer, Step, http};

/// The response of one exchange.
struct Recorded {
    status: u16,
    body: String,
}

#[tokio::test]
async fn recorded_answers_are_taken_and_recorded_refusals_are_errors() {
    let Some(folder) = std::env::var_os("ARENA_WIRE_DIR") else {
        println!("skipped: ARENA_WIRE_DIR is not set");
        return;
    };
    let client = Http::new(generous()).unwrap();
    let (mut n_answers, mut n_refusals, mut wrong) = (0, 0, Vec::new());
    for path in cassettes(Path::new(&folder)) {
        let text = std::fs::read_to_string(&path).unwrap();
        for recorded in text.split("\n---").filter_map(chat_completion) {
            let server = FaultServer::start(vec![Step::Send(http(recorded.status, "", &recorded.body))]).await;
            let result = model_at(&server.base_url(), &client).ask(&question(), &|_| {}).await;
            if recorded.status == 200 {
                n_answers += 1;
            } else {
                n_refusals += 1;
            }
            if result.is_ok() != (recorded.status == 200) {
                wrong.push(format!("{}: {} {result:?}", path.display(), recorded.status));
            }
        }
    }
    println!("{n_answers} answers, {n_refusals} refusals");
    assert!(n_answers > 0, "no recorded answers in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cassettes(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path());
    entries
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => cassettes(&path),
            Some(extension) if extension == "yaml" => vec![path],
            _ => vec![],
        })
        .collect()
}

/// The response in one document of a cassette, if it is one of chat completions. Reads the YAML that these files
/// have, not YAML.
fn chat_completion(document: &str) -> Option<Recorded> {
    let (when, then) = document.split_once("\nthen:\n")?;
    when.lines().find(|line| line.starts_with("  path: ") && line.ends_with("/chat/completions"))?;
    let status = then.lines().find_map(|line| line.strip_prefix("  status: "))?.parse().ok()?;
    let (_, body) = then.split_once("\n  body: ")?;
    let body = if body.starts_with('|') {
        let lines = body.lines().skip(1).map(|line| line.strip_prefix("    ").unwrap_or(line));
        lines.flat_map(|line| [line, "\n"]).collect()
    } else if body.starts_with('"') {
        serde_json::from_str(body.lines().next()?).ok()?
    } else {
        body.lines().next()?.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'")
    };
    Some(Recorded { status, body })
}
