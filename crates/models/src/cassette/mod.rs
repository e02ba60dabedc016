//! A match's model traffic in a file, to be played again without a network. Touches that file.
//!
//! A cassette holds whole turns: what was asked, as a key, and what came of it after every retry and fallback. So it
//! plays on any machine, with no key and no provider configured. `recorder` writes it, `line` is its form.

mod line;
mod recorder;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arena_core::id::Seat;
use arena_core::message::{ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use serde::Deserialize;

use self::line::{Header, Turn, VERSION};
pub use self::recorder::Recorder;
use crate::RequestKey;

/// A recorded match, to be played.
#[derive(Debug)]
pub struct Cassette {
    /// Turn `i` stands in line `i + 2`, after the header.
    turns: Vec<Turn>,
    /// The turns of each question, in the order of the file.
    of_question: HashMap<RequestKey, Vec<usize>>,
    torn: Option<usize>,
    played: Mutex<BTreeSet<usize>>,
}

/// The file cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read. Name another, or make it readable.
    #[error("could not read cassette {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is something else. Name another.
    #[error("{}:1: this is no cassette: its first line is not {{\"arena_cassette\":1,…}}", path.display())]
    NotACassette {
        /// The file.
        path: PathBuf,
    },
    /// Another version of the arena recorded it. Record it anew.
    #[error("{}:1: another version of the arena recorded it: {what} {found}, not {expected}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// What has a version.
        what: &'static str,
        /// Which the file has.
        found: u32,
        /// Which can be played.
        expected: u32,
    },
    /// A line is damaged. Take a copy that is not.
    #[error("{}:{line}: this line is no turn of a match", path.display())]
    NotATurn {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
}

/// A cassette has no answer to a question that the match asks: it is of another match, or played to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Missing {
    /// Who asks.
    pub seat: Seat,
    /// What is asked.
    pub requested: ModelSpec,
    /// How often this very question was answered before.
    pub n_played: usize,
    /// The seat's next turn in the cassette: its line, and what was asked.
    pub next: Option<(usize, ModelSpec)>,
}

impl Cassette {
    /// Begins a recording in a new or empty file.
    ///
    /// # Errors
    /// The file cannot be written, or is not empty, or is being recorded into.
    pub fn create(path: &Path) -> io::Result<Recorder> {
        Recorder::create(path)
    }

    /// Reads a cassette. A last line that is cut short, as a kill during its recording leaves it, is left out:
    /// [`torn`](Self::torn) tells.
    ///
    /// # Errors
    /// [`Error`], with the file and the line.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bytes = read(path).map_err(|cause| Error::Unreadable { path: path.to_owned(), cause })?;
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        check(path, lines.next().unwrap_or_default())?;
        let mut turns: Vec<Turn> = Vec::new();
        let mut torn = None;
        for line in lines {
            match serde_json::from_slice(line) {
                Ok(read) => turns.push(read),
                // Only the last line can be without an end.
                Err(_) if !line.ends_with(b"\n") => torn = Some(line_of(turns.len())),
                Err(cause) => return Err(Error::NotATurn { path: path.to_owned(), line: line_of(turns.len()), cause }),
            }
        }
        let mut of_question: HashMap<RequestKey, Vec<usize>> = HashMap::new();
        for (i, turn) in turns.iter().enumerate() {
            of_question.entry(turn.key).or_default().push(i);
        }
        Ok(Self { turns, of_question, torn, played: Mutex::default() })
    }

    /// The line that was cut short and left out, if one was.
    pub fn torn(&self) -> Option<usize> {
        self.torn
    }

    /// What came of this question, the first time that it is played the first time that it was asked, and so on. `None`
    /// if it was not asked so often: [`missing`](Self::missing) says more.
    pub fn play(&self, requested: &ModelSpec, request: &Request) -> Option<Result<Reply, ModelFailure>> {
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.of(requested, request).iter().copied().find(|turn| !played.contains(turn))?;
        played.insert(turn);
        Some(self.turns[turn].outcome.clone().into())
    }

    /// Why [`play`](Self::play) has nothing for this question.
    pub fn missing(&self, requested: &ModelSpec, request: &Request) -> Missing {
        let played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let n_played = self.of(requested, request).iter().filter(|turn| played.contains(turn)).count();
        let turns = self.turns.iter().enumerate();
        let mut unplayed = turns.filter(|(i, turn)| turn.seat == request.seat && !played.contains(i));
        let next = unplayed.next().map(|(i, turn)| (line_of(i), turn.requested.clone()));
        Missing { seat: request.seat, requested: requested.clone(), n_played, next }
    }

    /// Everything that came of this question, in the order of the file, with its line; played or not.
    pub fn outcomes(
        &self,
        requested: &ModelSpec,
        request: &Request,
    ) -> impl Iterator<Item = (usize, Result<Reply, ModelFailure>)> {
        self.of(requested, request).iter().map(|turn| (line_of(*turn), self.turns[*turn].outcome.clone().into()))
    }

    /// The turns of this question.
    fn of(&self, requested: &ModelSpec, request: &Request) -> &[usize] {
        self.of_question.get(&RequestKey::of_turn(requested, request)).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seat, requested, n_played, next } = self;
        match n_played {
            0 => write!(f, "the cassette does not have this question of {seat} to {requested}")?,
            n => write!(f, "the cassette has no further answer to this question of {seat} to {requested}: {n} played")?,
        }
        match next {
            None => write!(f, "; every turn of {seat} in it is played"),
            Some((line, asked)) if asked == requested => write!(f, "; the next turn of {seat} in it is line {line}"),
            Some((line, asked)) => write!(f, "; the next turn of {seat} in it is line {line}, to {asked}"),
        }
    }
}

/// The bytes of a file. Devices and pipes are not read: they may have no end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    /// Hundreds of the longest answers; a match has a few MiB.
    const MAX_BYTES: u64 = 1 << 30;
    let file = std::fs::metadata(path)?;
    if !file.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if file.len() > MAX_BYTES {
        return Err(io::Error::other(format!("it has more than {MAX_BYTES} bytes")));
    }
    std::fs::read(path)
}

/// Whether this version plays what has this first line.
fn check(path: &Path, first: &[u8]) -> Result<(), Error> {
    /// What a cassette of any version has.
    #[derive(Deserialize)]
    struct Versioned {
        arena_cassette: u32,
    }
    let not = |_| Error::NotACassette { path: path.to_owned() };
    let other = |what, found, expected| Err(Error::Version { path: path.to_owned(), what, found, expected });
    let Versioned { arena_cassette } = serde_json::from_slice(first).map_err(not)?;
    if arena_cassette != VERSION {
        return other("form", arena_cassette, VERSION);
    }
    let Header { request_key, .. } = serde_json::from_slice(first).map_err(not)?;
    if request_key != RequestKey::VERSION {
        return other("keys", request_key, RequestKey::VERSION);
    }
    Ok(())
}

/// The line of a turn, from 1; the header is before the first.
fn line_of(turn: usize) -> usize {
    turn + 2
}
