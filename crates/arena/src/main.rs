//! `arena`: reads the command line, does what it says, ends with a documented exit code.

use std::process::ExitCode;

/// A match makes and drops many small texts on several threads: the system's allocator takes a sixth of all CPU time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    arena::cli::main()
}
