//! A file that is there once it is whole and on the disk, and not before. Touches the file and its folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under way, beside its place. It goes away unless it is kept.
pub(super) struct NewFile {
    place: PathBuf,
    half: PathBuf,
    output: BufWriter<File>,
}

impl NewFile {
    /// Begins a file that will be at `place`, where nothing may be.
    pub(super) fn beside(place: &Path) -> io::Result<Self> {
        if place.try_exists()? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut half = place.as_os_str().to_owned();
        half.push(format!(".{}.partial", std::process::id()));
        let half = PathBuf::from(half);
        let output = BufWriter::new(File::options().write(true).create_new(true).open(&half)?);
        Ok(Self { place: place.to_owned(), half, output })
    }

    /// Puts it in its place.
    pub(super) fn keep(mut self) -> io::Result<()> {
        self.output.flush()?;
        self.output.get_ref().sync_all()?;
        // Unlike a rename, a link does not take the place of what somebody else has put there meanwhile.
        fs::hard_link(&self.half, &self.place)?;
        let folder = self.place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Under its own name it is half of a file, or one name too many.
        let _ = fs::remove_file(&self.half);
    }
}
