//! Writes a cassette while a match is played. Touches its one file.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arena_core::message::{ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use serde::Serialize;

use super::line::{Header, Turn};
use crate::RequestKey;

/// The one writer of a cassette.
#[derive(Debug)]
pub struct Recorder {
    /// `None` once a line could not be written: a cassette with a hole would give the wrong answer to a question that
    /// is asked twice, one that ends early says so.
    file: Mutex<Option<File>>,
}

impl Recorder {
    /// Begins a cassette in a new or empty file, for its owner alone.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        const OWNER_ONLY: u32 = 0o600;
        let mut file = OpenOptions::new().append(true).create(true).mode(OWNER_ONLY).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another process records into it"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let metadata = file.metadata()?;
        if metadata.len() > 0 {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not empty: record into a new file"));
        }
        // An empty file that was there has its own mode. What is no file, such as a pipe, keeps it.
        if metadata.is_file() {
            file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
        }
        file.write_all(&line(&Header::CURRENT))?;
        Ok(Self { file: Mutex::new(Some(file)) })
    }

    /// Records what came of asking `requested`. When this returns, the line is with the system: a kill of the process
    /// loses no turn, a power cut may.
    ///
    /// # Errors
    /// The line could not be written. The cassette ends before it, and everything recorded later fails too.
    pub fn record(
        &self,
        requested: &ModelSpec,
        request: &Request,
        outcome: &Result<Reply, ModelFailure>,
    ) -> io::Result<()> {
        let key = RequestKey::of_turn(requested, request);
        let turn = Turn { key, seat: request.seat, requested: requested.clone(), outcome: outcome.clone().into() };
        let line = line(&turn);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut open) = file.take() else {
            return Err(io::Error::other("the recording has ended: an earlier turn could not be written"));
        };
        // One write, without a buffer between: a line is there whole, or torn and the last.
        open.write_all(&line)?;
        *file = Some(open);
        Ok(())
    }
}

fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("strings, numbers and JSON values always serialize");
    line.push(b'\n');
    line
}
