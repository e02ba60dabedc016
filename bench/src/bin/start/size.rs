//! How large the program is.

use std::path::Path;
use std::process::Command;

/// As it was built, MiB.
#[expect(clippy::cast_precision_loss, reason = "a file of less than 2^52 bytes")]
pub(crate) fn of(path: &Path) -> f64 {
    std::fs::metadata(path).expect("arena is built beside this").len() as f64 / f64::from(1 << 20)
}

/// Without its names, MiB. Nothing where there is no `strip`.
pub(crate) fn stripped(path: &Path) -> Option<f64> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stripped = folder.path().join("arena");
    let ended = Command::new("strip").arg("-s").arg("-o").arg(&stripped).arg(path).status().ok()?;
    ended.success().then(|| of(&stripped))
}
