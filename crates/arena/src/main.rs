//! `arena`: reads the command line, does what it says, ends with a documented exit code.

use std::process::ExitCode;

/// A match makes and drops many small texts on several threads: the system's allocator takes a sixth of all CPU time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else: the sandbox starts this program anew, as something much smaller.
    arena_sandbox::become_launcher_if_asked();
    // The allocator asks for pages of 2 MiB, of which a match uses little: with them an idle server holds 10 MiB more, and a
    // thousand matches a third more, for nothing that was found. A kernel that knows no such thing gives none.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    arena::cli::main()
}
