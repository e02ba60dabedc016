//! What the architecture promises, checked: which crate may reach for what, and how files look.

use std::path::{Path, PathBuf};

/// A file longer than this is two rooms.
const MAX_LINES: usize = 500;

/// What each crate may depend on, beside its own tests. A new name here needs a reason in `docs/adr/`.
const MAY_USE: [(&str, &[&str]); 5] = [
    (
        "core",
        &[
            "blake3",
            "data-encoding",
            "jiff",
            "jsonschema",
            "regex",
            "serde",
            "serde_json",
            "similar",
            "strsim",
            "thiserror",
            "toml",
            "ulid",
            "unicode-normalization",
            "unicode-security",
        ],
    ),
    (
        "models",
        &[
            "arena-core",
            "async-trait",
            "blake3",
            "data-encoding",
            "jiff",
            "regex",
            "reqwest",
            "rustls",
            "rustls-native-certs",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
        ],
    ),
    ("sandbox", &["async-trait", "libc", "rustix", "thiserror", "tokio"]),
    (
        "store",
        &[
            "arena-core",
            "async-trait",
            "blake3",
            "futures-util",
            "jiff",
            "rusqlite",
            "serde",
            "serde_json",
            "sqlx",
            "thiserror",
            "tokio",
            "tracing",
        ],
    ),
    (
        "arena",
        &[
            "anstream",
            "anstyle",
            "arena-core",
            "arena-models",
            "arena-sandbox",
            "arena-store",
            "async-trait",
            "axum",
            "blake3",
            "brush-parser",
            "cedar-policy",
            "clap",
            "clap_complete",
            "comfy-table",
            "csv",
            "data-encoding",
            "ed25519-dalek",
            "flate2",
            "futures-util",
            "getrandom",
            "globset",
            "hyper",
            "hyper-util",
            "indicatif",
            "jiff",
            "maud",
            "mimalloc",
            "prometheus-client",
            "prost",
            "quick-junit",
            "regex",
            "reqwest",
            "rmcp",
            "rust-embed",
            "rustix",
            "serde",
            "serde_html_form",
            "serde_json",
            "serde_path_to_error",
            "thiserror",
            "tokio",
            "tokio-util",
            "toml",
            "tracing",
            "tracing-subscriber",
            "tree-sitter",
            "tree-sitter-c",
            "tree-sitter-go",
            "tree-sitter-java",
            "tree-sitter-javascript",
            "tree-sitter-python",
            "tree-sitter-rust",
            "tree-sitter-typescript",
            "url",
            "utoipa",
            "utoipa-axum",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Rust file of the project with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("crates")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    assert!(sources.len() > 100, "only {} files found", sources.len());
    sources
}

#[test]
fn a_crate_reaches_only_for_what_it_may() {
    for (name, may_use) in MAY_USE {
        let manifest = std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
        let used: Vec<&str> = dependencies
            .lines()
            .filter_map(|line| Some(line.split_once(['.', '='])?.0.trim()))
            .filter(|name| !name.starts_with('#'))
            .collect();
        assert_eq!(used, may_use, "crates/{name}/Cargo.toml");
    }
}

#[test]
fn every_file_says_what_it_is_and_has_one_subject() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} has no header", path.display());
        let n_lines = text.lines().count();
        assert!(n_lines <= MAX_LINES, "{} has {n_lines} lines, more than {MAX_LINES}", path.display());
    }
}

#[test]
fn sql_is_spoken_in_the_store_alone() {
    // Put together here, so that this file does not hold them.
    let words =
        [["SELECT", " "].concat(), ["INSERT", " INTO"].concat(), ["rus", "qlite"].concat(), ["sq", "lx"].concat()];
    let store = root().join("crates/store");
    for (path, text) in sources().into_iter().filter(|(path, _)| !path.starts_with(&store)) {
        for word in &words {
            let found = text.contains(word.as_str()) && !path.ends_with("tests/it/tidy.rs");
            assert!(!found, "{} speaks SQL: {word}", path.display());
        }
    }
}
