//! What can be said of reports: on matches that are there, and beside matches that are played.

use clap::Parser;

use super::super::reports::ReportFile;
use super::super::values::{location, report_file, report_format};
use super::Database;
use crate::report::{Format, Location};

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena report last
  arena report last -o report.html -o report.sarif
  arena report 01kanp8m 01kanp9q --format markdown > comment.md
  arena report last --format sarif --anchor agents/support.toml:12

No report holds a planted flag or a guard's reason. It holds what agents said, unless --no-texts is given.")]
pub(in crate::cli) struct Report {
    /// Which matches, by id or its beginning, or "last": one report on all of them
    #[arg(value_name = "MATCH", required = true)]
    pub(in crate::cli) ids: Vec<String>,
    /// What is printed: text, json, markdown, junit, sarif or html [default: text, or nothing beside files]
    #[arg(long, value_name = "FORMAT", value_parser = report_format)]
    pub(in crate::cli) format: Option<Format>,
    #[command(flatten)]
    pub(in crate::cli) files: ReportFiles,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(next_help_heading = "Reports")]
pub(in crate::cli) struct ReportFiles {
    #[arg(
        short = 'o',
        long = "output",
        value_name = "FILE",
        value_parser = report_file,
        help = "Write a report; how the name ends says which: .html, .json, .md, .sarif, .txt, or .xml for JUnit. May be repeated"
    )]
    pub(in crate::cli) files: Vec<ReportFile>,
    /// The file of yours that findings point at, instead of the scenario's: a prompt, a policy
    #[arg(long, value_name = "FILE[:LINE]", value_parser = location)]
    pub(in crate::cli) anchor: Option<Location>,
    /// Leave out of reports what agents said
    #[arg(long)]
    pub(in crate::cli) no_texts: bool,
}
