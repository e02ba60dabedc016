//! The cassette that a command is told to write or to read.

use std::io::Write as _;
use std::path::Path;

use arena_models::Cassette;

use super::args::Tape;
use super::exit::Failure;
use super::visible::visible;
use crate::causes::in_one_line;
use crate::roster::Roster;

/// `roster` with the cassette beside its models, or in their place. A new file is made here, before any match is.
pub(super) fn with_tape(roster: Roster, tape: &Tape) -> Result<Roster, Failure> {
    match (&tape.record, &tape.cassette) {
        (Some(path), _) => {
            let recorder = Cassette::create(path).map_err(|cause| {
                Failure::usage(format!("the cassette {} cannot be recorded: {cause}", path.display()))
            })?;
            Ok(roster.recorded_by(recorder))
        }
        (None, Some(path)) => Ok(roster.played_from(read(path)?)),
        (None, None) => Ok(roster),
    }
}

/// Deletes the cassette that was begun: nothing will be played into it, and the next try wants a new file.
pub(super) fn take_back(tape: &Tape) {
    if let Some(path) = tape.record.as_deref().filter(|path| path.is_file()) {
        // If it cannot be deleted, the next try says that it is not empty.
        let _ = std::fs::remove_file(path);
    }
}

/// The cassette in a file. That a kill cut its last line short is said.
pub(super) fn read(path: &Path) -> Result<Cassette, Failure> {
    let cassette = Cassette::open(path).map_err(|error| Failure::usage(in_one_line(&error)))?;
    if let Some(line) = cassette.torn() {
        let file = path.display().to_string();
        writeln!(anstream::stderr(), "{}: line {line} is cut short, and left out", visible(&file))?;
    }
    Ok(cassette)
}
