//! What is tried in a cell, and outside of it. Each act says what it got, or why not.

mod calls;
mod devices;
mod files;
mod kernel;
mod load;
mod processes;

use crate::half::Half;

/// The argument that makes this program a probe.
pub(crate) const WORD: &str = "probe";

/// What an act got, or why it got nothing.
pub(crate) type Got = Result<String, String>;

/// Who can do this outside of a cell. It is tried there, and has to succeed.
#[derive(Clone, Copy)]
pub(crate) enum Control {
    /// Whoever runs the tests.
    Anyone,
    /// Root. A cell of an ordinary user has one reason more to refuse it.
    Root,
    /// Who it is depends on what this machine has: this file, which is opened by root.
    RootIfThere(&'static str),
    /// It depends on this: on some machines, that it fails in a cell proves little.
    Varies(&'static str),
}

/// Something that must not succeed in a cell.
pub(crate) struct Probe {
    pub(crate) name: &'static str,
    pub(crate) act: fn(&Aim) -> Got,
    pub(crate) control: Control,
}

/// What an act is aimed at.
pub(crate) struct Aim {
    /// A process that is not the act's: the first of the cell, or outside the harness.
    pub(crate) process: i32,
    /// The harness, which a cell must not see.
    pub(crate) harness: i32,
    /// A port of 127.0.0.1 on which the harness listens.
    pub(crate) port: u16,
}

/// Exit codes that tell the harness what happened.
pub(crate) const GOT: u8 = 0;
pub(crate) const DENIED: u8 = 42;

impl Probe {
    pub(crate) const fn new(name: &'static str, control: Control, act: fn(&Aim) -> Got) -> Self {
        Self { name, act, control }
    }
}

impl Control {
    /// Whether the act has to succeed outside in this half.
    pub(crate) fn is_expected(self, half: Half) -> bool {
        match self {
            Self::Anyone => true,
            Self::Root => half == Half::Root,
            Self::RootIfThere(path) => half == Half::Root && std::path::Path::new(path).exists(),
            Self::Varies(_) => false,
        }
    }
}

pub(crate) fn all() -> Vec<Probe> {
    [files::probes(), devices::probes(), processes::probes(), kernel::probes(), calls::probes()]
        .into_iter()
        .flatten()
        .collect()
}

/// In the probe's process: tries one and exits.
pub(crate) fn run(name: &str, words: &[String]) -> ! {
    if let Some(code) = load::run(name, words) {
        std::process::exit(code);
    }
    let number = |at: usize| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(0);
    let aim = Aim { process: number(0), harness: number(1), port: u16::try_from(number(2)).unwrap() };
    let Some(probe) = all().into_iter().find(|probe| probe.name == name) else {
        eprintln!("there is no probe {name}");
        std::process::exit(2);
    };
    // The harness's own limits and mounts are not to be changed by a control.
    let code = match (probe.act)(&aim) {
        Ok(got) => {
            println!("got: {got}");
            GOT
        }
        Err(why) => {
            println!("denied: {why}");
            DENIED
        }
    };
    std::process::exit(code.into());
}

/// The text of an error.
fn why(error: impl std::fmt::Display) -> String {
    error.to_string()
}
