//! `arena`: reads the command line, does what it says, ends with a documented exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    arena::cli::main()
}
