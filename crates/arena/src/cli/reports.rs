//! Reports in files: which were asked for, whether they can be written, and writing them whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::ReportFiles;
use super::exit::Failure;
use super::visible::visible;
use crate::report::{Anchor, Format, Location, Report};

/// A file that somebody asked for.
#[derive(Clone, Debug)]
pub(super) struct ReportFile {
    pub(super) path: PathBuf,
    pub(super) format: Format,
}

impl ReportFiles {
    /// Whether the files can be written, as far as that can be told before: nobody shall play for nothing.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for ReportFile { path, .. } in &self.files {
            let folder = folder(path);
            if !folder.is_dir() {
                let (path, folder) = (path.display(), folder.display());
                return Err(Failure::usage(format!("report {path} cannot be written: there is no folder {folder}")));
            }
            if path.is_dir() {
                return Err(Failure::usage(format!("report {} cannot be written: it is a folder", path.display())));
            }
        }
        Ok(())
    }

    /// What findings point at: what was said, or else the scenario's file.
    pub(super) fn anchor(&self, scenario_file: Option<&Path>) -> Anchor {
        let place = self.anchor.clone().map(|place| Location { file: from_here(Path::new(&place.file)), ..place });
        Anchor { scenario_file: scenario_file.map(from_here), place }
    }

    /// Writes every file, and says so.
    pub(super) fn write(&self, report: &Report) -> Result<(), Failure> {
        for ReportFile { path, format } in &self.files {
            let rendered = format.render(report);
            // Colours are for terminals.
            let rendered =
                if *format == Format::Text { anstream::adapter::strip_str(&rendered).to_string() } else { rendered };
            replace(path, rendered.as_bytes()).map_err(|cause| {
                Failure::infrastructure(&format!("report {} cannot be written", path.display()), &cause)
            })?;
            writeln!(anstream::stderr(), "report: {}", visible(&path.display().to_string()))?;
        }
        Ok(())
    }
}

/// The file with these contents. Whoever reads it meanwhile sees the one before, or none.
fn replace(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let name = path.file_name().ok_or_else(|| std::io::Error::other("it has no name"))?;
    let unfinished = folder(path).join(format!(".{}.{}.unfinished", name.to_string_lossy(), std::process::id()));
    let write = || {
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&unfinished)))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// The path as seen from this folder, if it is within it.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let within = here.and_then(|here| path.strip_prefix(here).ok());
    let path = within.unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
