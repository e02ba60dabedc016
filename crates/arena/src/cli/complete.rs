//! `arena completions`: a script that completes our words in somebody's shell.

use clap::CommandFactory as _;

use super::args::{Args, Completions};
use super::exit::{Exit, Failure};

#[expect(clippy::unnecessary_wraps, reason = "commands end alike")]
pub(super) fn complete(Completions { shell }: Completions) -> Result<Exit, Failure> {
    clap_complete::generate(shell, &mut Args::command(), "arena", &mut std::io::stdout());
    Ok(Exit::Good)
}
