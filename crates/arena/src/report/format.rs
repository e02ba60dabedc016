//! The formats of a report: their words, their files' endings, and which renderer makes them.

use std::path::Path;

use super::{Report, html, junit, markdown, sarif, text};

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// Everything, for programs.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// For test reports of CI.
    Junit,
    /// For code scanning.
    Sarif,
    /// One page for people, which needs nothing else.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Text, Self::Json, Self::Markdown, Self::Junit, Self::Sarif, Self::Html];

    /// The word in flags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Html => "html",
        }
    }

    /// How names of such files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Junit => "xml",
            Self::Sarif => "sarif",
            Self::Html => "html",
        }
    }

    /// The format of a file, by the end of its name.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }

    /// The report in this format. Text holds ANSI colours; nothing else does.
    pub fn render(self, report: &Report) -> String {
        match self {
            Self::Text => text::render(report),
            Self::Json => {
                serde_json::to_string_pretty(report).expect("a report is plain data: names, numbers, texts") + "\n"
            }
            Self::Markdown => markdown::render(report),
            Self::Junit => junit::render(report),
            Self::Sarif => sarif::render(report),
            Self::Html => html::render(report),
        }
    }
}
