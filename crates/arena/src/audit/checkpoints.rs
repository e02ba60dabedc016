//! A file of checkpoints: a line each, only added to. Touches the file it is told of.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use arena_store::audit::Kept;

use super::checkpoint::Checkpoint;
use super::keys::PublicKey;

/// A longer line is no checkpoint.
const MAX_LINE_BYTES: u64 = 4_096;

/// A file of checkpoints to which some are added.
#[derive(Debug)]
pub struct Checkpoints {
    file: File,
}

/// What a file of checkpoints says.
#[derive(Debug, Default)]
pub struct Found {
    /// Of the log.
    pub kept: Vec<Kept>,
    /// Who has signed, each once, in the order in which they did.
    pub keys: Vec<PublicKey>,
    /// Lines that do not count, by their number from 1, and why.
    pub problems: Vec<(usize, String)>,
}

impl Checkpoints {
    /// Opens the file; makes it, if there is none. What an end of power has left half written is taken away.
    ///
    /// # Errors
    /// Whatever the system has against it, and [`io::ErrorKind::InvalidData`] for a file that begins with something else: it
    /// is left as it is.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut first = String::new();
        BufReader::new(&file).take(MAX_LINE_BYTES).read_line(&mut first).map_err(|_| other())?;
        let is_whole = first.ends_with('\n');
        if is_whole && Checkpoint::read(&first, None).is_err()
            || !is_whole && !first.is_empty() && !first.starts_with("{\"checkpoint\":")
        {
            return Err(other());
        }
        let size = file.metadata()?.len();
        let from = size.saturating_sub(MAX_LINE_BYTES);
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut end)?;
        let whole = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole < end.len() {
            file.set_len(from + whole as u64)?;
        }
        Ok(Self { file })
    }

    /// Adds one. Returns once it is on the disk; after an error it is not there.
    ///
    /// # Errors
    /// Whatever the system has against it.
    pub fn add(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        let size = self.file.metadata()?.len();
        let line = checkpoint.line() + "\n";
        self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data()).inspect_err(|_| {
            // If this fails too, the next start takes half a line away.
            let _ = self.file.set_len(size);
        })
    }
}

impl Found {
    /// Reads a whole file, and compares every signature; with `key`, each must be of this one.
    ///
    /// # Errors
    /// Whatever the system has against it.
    pub fn read(path: &Path, key: Option<&PublicKey>) -> io::Result<Self> {
        let mut found = Self::default();
        let mut file = BufReader::new(File::open(path)?);
        for number in 1.. {
            let mut line = Vec::new();
            if file.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            match Checkpoint::read(String::from_utf8_lossy(&line).trim_end(), key) {
                Ok(checkpoint) => {
                    found.kept.push(checkpoint.kept());
                    if !found.keys.contains(&checkpoint.public_key()) {
                        found.keys.push(checkpoint.public_key());
                    }
                }
                Err(error) => found.problems.push((number, error.to_string())),
            }
        }
        Ok(found)
    }
}

fn other() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is there already and holds something else than checkpoints")
}

#[cfg(test)]
mod tests {
    use arena_store::Link;

    use super::*;
    use crate::audit::PrivateKey;

    #[test]
    fn lines_are_added_and_read_back_also_after_an_end_of_power() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        let (key, other) = (PrivateKey::new().unwrap(), PrivateKey::new().unwrap());
        let of =
            |key: &PrivateKey, seq| Checkpoint::sign(key, (seq, Link::of_empty_log()), jiff::Timestamp::UNIX_EPOCH);
        for seq in 1..=3 {
            Checkpoints::open(&path).unwrap().add(&of(&key, seq)).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        for cut in [1, 20] {
            let mut half = whole.clone();
            half.extend(&whole[..cut]);
            std::fs::write(&path, half).unwrap();
            assert_eq!(Found::read(&path, None).unwrap().problems.len(), 1);
            Checkpoints::open(&path).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole);
        }
        Checkpoints::open(&path).unwrap().add(&of(&other, 4)).unwrap();
        let found = Found::read(&path, None).unwrap();
        assert_eq!(found.kept.iter().map(|kept| kept.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!((found.keys, found.problems.len()), (vec![key.public(), other.public()], 0));
        let found = Found::read(&path, Some(&key.public())).unwrap();
        assert_eq!((found.kept.len(), found.problems[0].0), (3, 4));
    }

    #[test]
    fn a_file_of_another_sort_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arena.toml");
        for text in ["[gates]\nmax_asr = 1", "x", "\n", "{}\n", "\u{1}\n\n"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Checkpoints::open(&path).unwrap_err().kind(), io::ErrorKind::InvalidData, "{text:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
