//! What a source file defines, by the grammars of tree-sitter and the queries that come with them.
//!
//! The grammars are C code that reads hostile text in this process: files are bounded, and so is the time.

use std::ops::ControlFlow;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, Parser, Query, QueryCursor, QueryCursorOptions, StreamingIterator as _};

/// For one file, to read it and to look through it.
const MAX_TIME: Duration = Duration::from_millis(200);

/// Definitions of one file.
const MAX_DEFINITIONS: usize = 500;

/// A longer line is shown in part, bytes.
const MAX_LINE_BYTES: usize = 200;

/// The languages that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    C,
    Go,
    Java,
    JavaScript,
    Python,
    Rust,
    TypeScript,
    Tsx,
}

/// A grammar and the query for its definitions.
struct Grammar {
    language: tree_sitter::Language,
    query: Query,
}

impl Language {
    /// By the ending of a file's name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name.rsplit_once('.')?.1 {
            "c" | "h" => Self::C,
            "go" => Self::Go,
            "java" => Self::Java,
            "js" | "jsx" | "mjs" | "cjs" => Self::JavaScript,
            "py" => Self::Python,
            "rs" => Self::Rust,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            _ => return None,
        })
    }

    fn grammar(self) -> &'static Grammar {
        macro_rules! grammar {
            ($language:expr, $query:expr) => {{
                static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
                    let language = tree_sitter::Language::new($language);
                    let query = Query::new(&language, &$query).expect("a grammar's own query fits it");
                    Grammar { language, query }
                });
                &GRAMMAR
            }};
        }
        /// TypeScript's query has what JavaScript does not, and leaves the rest to that.
        fn typescript() -> String {
            format!("{}\n{}", tree_sitter_javascript::TAGS_QUERY, tree_sitter_typescript::TAGS_QUERY)
        }
        match self {
            Self::C => grammar!(tree_sitter_c::LANGUAGE, tree_sitter_c::TAGS_QUERY),
            Self::Go => grammar!(tree_sitter_go::LANGUAGE, tree_sitter_go::TAGS_QUERY),
            Self::Java => grammar!(tree_sitter_java::LANGUAGE, tree_sitter_java::TAGS_QUERY),
            Self::JavaScript => grammar!(tree_sitter_javascript::LANGUAGE, tree_sitter_javascript::TAGS_QUERY),
            Self::Python => grammar!(tree_sitter_python::LANGUAGE, tree_sitter_python::TAGS_QUERY),
            Self::Rust => grammar!(tree_sitter_rust::LANGUAGE, tree_sitter_rust::TAGS_QUERY),
            Self::TypeScript => grammar!(tree_sitter_typescript::LANGUAGE_TYPESCRIPT, typescript()),
            Self::Tsx => grammar!(tree_sitter_typescript::LANGUAGE_TSX, typescript()),
        }
    }
}

/// The number and the text of each line that begins a definition, in order.
pub(super) fn definitions(language: Language, source: &[u8]) -> Vec<(usize, String)> {
    let grammar = language.grammar();
    let until = Instant::now() + MAX_TIME;
    let mut parser = Parser::new();
    if parser.set_language(&grammar.language).is_err() {
        return Vec::new();
    }
    let mut in_time = |_: &_| if Instant::now() < until { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let options = ParseOptions::new().progress_callback(&mut in_time);
    let Some(tree) = parser.parse_with_options(&mut |at, _| &source[at.min(source.len())..], None, Some(options))
    else {
        return Vec::new();
    };
    let mut in_time = |_: &_| if Instant::now() < until { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let options = QueryCursorOptions::new().progress_callback(&mut in_time);
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches_with_options(&grammar.query, tree.root_node(), source, options);
    let names = grammar.query.capture_names();
    let mut rows = Vec::new();
    while let Some(found) = matches.next() {
        let defines = found.captures().iter().any(|capture| names[capture.index as usize].starts_with("definition."));
        let name = found.captures().iter().find(|capture| names[capture.index as usize] == "name");
        if let Some(name) = name.filter(|_| defines && rows.len() < MAX_DEFINITIONS) {
            rows.push(name.node.start_position().row);
        }
    }
    rows.sort_unstable();
    rows.dedup();
    let lines: Vec<&[u8]> = source.split(|byte| *byte == b'\n').collect();
    let text = |row: usize| {
        let line = lines.get(row).copied().unwrap_or_default();
        String::from_utf8_lossy(&line[..line.len().min(MAX_LINE_BYTES)]).trim_end().to_owned()
    };
    rows.into_iter().map(|row| (row + 1, text(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(name: &str, source: &str) -> Vec<usize> {
        definitions(Language::of(name).unwrap(), source.as_bytes()).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn each_language_has_its_definitions_found() {
        for (name, source, expected) in [
            ("a.rs", "struct A;\n\nimpl A {\n    fn b(&self) { c() }\n}\nfn c() {}\n", vec![1, 4, 6]),
            ("a.py", "class A:\n    def b(self):\n        pass\n\ndef c():\n    A()\n", vec![1, 2, 5]),
            ("a.js", "class A {\n  b() {}\n}\nfunction c() { d() }\n", vec![1, 2, 4]),
            ("a.ts", "interface A { b: string }\nclass C {\n  d(): void {}\n}\nfunction e() {}\n", vec![1, 2, 3, 5]),
            ("a.tsx", "function A() { return <b>c</b> }\n", vec![1]),
            ("a.go", "package a\n\nfunc B() { C() }\n\ntype D struct{}\n", vec![3, 5]),
            ("a.c", "struct a { int b; };\nint c(void) { return d(); }\n", vec![1, 2]),
            ("A.java", "class A {\n  void b() { c(); }\n}\n", vec![1, 2]),
        ] {
            assert_eq!(lines(name, source), expected, "{name}");
        }
    }

    #[test]
    fn a_definition_is_shown_as_its_line_stands() {
        let found = definitions(Language::Rust, b"    pub fn f(\n        a: u8,\n    ) {}\n");
        assert_eq!(found, [(1, "    pub fn f(".to_owned())]);
    }

    #[test]
    fn what_is_no_source_does_no_harm() {
        let deep = "(".repeat(100_000);
        for source in [&b"\xff\xfe\0"[..], b"", deep.as_bytes(), "fn ".repeat(50_000).as_bytes()] {
            for name in ["a.rs", "a.py", "a.ts", "a.go", "a.c", "A.java"] {
                assert!(lines_of(name, source) <= MAX_DEFINITIONS);
            }
        }
    }

    fn lines_of(name: &str, source: &[u8]) -> usize {
        definitions(Language::of(name).unwrap(), source).len()
    }
}
