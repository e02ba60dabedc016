//! `arena completions`: a script that completes our words in somebody's shell.

use std::io::Write as _;

use clap::CommandFactory as _;

use super::args::{Args, Completions};
use super::exit::{Exit, Failure};

pub(super) fn complete(Completions { shell }: Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "arena", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Good)
}
