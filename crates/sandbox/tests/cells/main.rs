//! Cells of the real kernel: what a command must not be able to do, what it must, and what is left of it. As root and as
//! an ordinary user.
//!
//! This program plays every part. As the test harness it opens cells, copies itself into them and runs there as
//! `/work/probe NAME`. Outside, `probe NAME` is the control: what a cell must prevent has to be possible without one. As
//! root it runs the second half of the tests in a copy of itself that is `nobody`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program, and tells what it found")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]
#![expect(clippy::exit, reason = "its parts end with the code that the harness reads")]

mod deaths;
mod escapes;
mod faults;
mod files;
mod half;
mod inside;
mod limits;
mod neighbours;
mod probe;
mod raw;
mod refusals;
mod soak;
mod streams;

use libtest_mimic::Arguments;

use half::Half;

fn main() {
    arena_sandbox::become_launcher_if_asked();
    let words: Vec<String> = std::env::args().collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, probe::WORD, name, ..] => probe::run(name, &words[3..]),
        [_, deaths::WORD] => deaths::hold_a_cell(),
        [_, refusals::WORD, ref more @ ..] => refusals::try_to_start(more == [refusals::FORBIDDEN]),
        _ => {}
    }
    let mut arguments = Arguments::from_args();
    // They count the processes and descriptors of this one.
    arguments.test_threads = Some(1);
    let halves: &[Half] = if rustix::process::geteuid().is_root() { &[Half::Root, Half::User] } else { &[Half::User] };
    if halves.len() == 1 && !arguments.list && arguments.filter.is_none() {
        eprintln!("these are the tests as an ordinary user; run them as root for the other half");
    }
    let trials = halves.iter().flat_map(|half| half.trials()).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// All tests, once for each half.
fn tests() -> Vec<(String, half::Test)> {
    [
        escapes::tests(),
        limits::tests(),
        streams::tests(),
        inside::tests(),
        neighbours::tests(),
        files::tests(),
        deaths::tests(),
        faults::tests(),
        refusals::tests(),
        soak::tests(),
    ]
    .concat()
}

/// For a table of tests.
fn named(area: &str, tests: &[(&str, half::Test)]) -> Vec<(String, half::Test)> {
    tests.iter().map(|(name, test)| (format!("{area}::{name}"), test.clone())).collect()
}
