//! `arena`: reads the command line, does what it says, ends with a documented exit code.

use std::process::ExitCode;

/// A match makes and drops many small texts on several threads: the system's allocator takes a sixth of all CPU time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else: the sandbox starts this program anew, as something much smaller.
    arena_sandbox::become_launcher_if_asked();
    arena::cli::main()
}
