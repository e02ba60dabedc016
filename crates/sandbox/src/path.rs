//! A path beneath a cell's workspace, parsed once. Touches nothing.

use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// A relative path without `..`, NUL and empty parts. Not always UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Vec<u8>);

/// The text is not a path beneath a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBeneath {
    /// There is nothing, or nothing between two slashes.
    #[error("the path has an empty part")]
    Empty,
    /// It begins at the root.
    #[error("the path is absolute; give one beneath the workspace")]
    Absolute,
    /// It climbs.
    #[error("the path has a part \"..\"")]
    Climbs,
    /// It holds a NUL byte.
    #[error("the path holds a NUL byte")]
    Nul,
}

impl RelPath {
    /// The workspace itself, written `.`.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a path. Parts that are `.` are left out.
    pub fn parse(text: impl AsRef<OsStr>) -> Result<Self, NotBeneath> {
        let bytes = text.as_ref().as_bytes();
        if bytes.starts_with(b"/") {
            return Err(NotBeneath::Absolute);
        }
        let mut parts = Vec::new();
        for part in bytes.split(|byte| *byte == b'/') {
            match part {
                b"" => return Err(NotBeneath::Empty),
                b"." => {}
                b".." => return Err(NotBeneath::Climbs),
                part if part.contains(&0) => return Err(NotBeneath::Nul),
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join(&b'/')))
    }

    /// This path with one more part.
    pub fn join(&self, name: impl AsRef<OsStr>) -> Result<Self, NotBeneath> {
        let mut longer = self.clone();
        longer.push(&Self::parse(name)?);
        Ok(longer)
    }

    /// As the system takes it; `.` is the workspace.
    pub fn as_os_str(&self) -> &OsStr {
        if self.0.is_empty() { OsStr::new(".") } else { OsStr::from_bytes(&self.0) }
    }

    /// The folder that it is in, and its last part. `None` for the workspace itself.
    pub fn split(&self) -> Option<(Self, &OsStr)> {
        if self.0.is_empty() {
            return None;
        }
        let at = self.0.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = at.map_or((&b""[..], &self.0[..]), |at| (&self.0[..at], &self.0[at + 1..]));
        Some((Self(folder.to_vec()), OsStr::from_bytes(name)))
    }

    /// Its parts, from the workspace on.
    pub fn parts(&self) -> impl Iterator<Item = &OsStr> {
        self.0.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).map(OsStr::from_bytes)
    }

    /// As the cell sees it: beneath `/work`.
    pub(crate) fn inside(&self) -> CString {
        let mut path = b"/work".to_vec();
        if !self.0.is_empty() {
            path.push(b'/');
            path.extend_from_slice(&self.0);
        }
        CString::new(path).expect("a path holds no NUL: parse checks it")
    }

    fn push(&mut self, more: &Self) {
        if !self.0.is_empty() && !more.0.is_empty() {
            self.0.push(b'/');
        }
        self.0.extend_from_slice(&more.0);
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_os_str().display(), f)
    }
}

impl From<RelPath> for OsString {
    fn from(path: RelPath) -> Self {
        if path.0.is_empty() { ".".into() } else { Self::from_vec(path.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: Result<&str, NotBeneath>) {
        let path = RelPath::parse(OsStr::from_bytes(text));
        assert_eq!(path.map(|path| path.to_string()), expected.map(str::to_owned), "{}", text.escape_ascii());
    }

    #[test]
    fn a_path_is_relative_and_never_climbs() {
        check(b"src/main.rs", Ok("src/main.rs"));
        check(b"./src/./main.rs", Ok("src/main.rs"));
        check(b".", Ok("."));
        check(b"...", Ok("..."));
        check(b"a..b", Ok("a..b"));
        check(b"line\nbreak", Ok("line\nbreak"));
        check(b"", Err(NotBeneath::Empty));
        check(b"a//b", Err(NotBeneath::Empty));
        check(b"a/", Err(NotBeneath::Empty));
        check(b"/", Err(NotBeneath::Absolute));
        check(b"/etc/shadow", Err(NotBeneath::Absolute));
        check(b"..", Err(NotBeneath::Climbs));
        check(b"a/../b", Err(NotBeneath::Climbs));
        check(b"a\0b", Err(NotBeneath::Nul));
    }

    #[test]
    fn a_path_that_is_no_text_is_kept() {
        let path = RelPath::parse(OsStr::from_bytes(b"a/\xff\xfe")).unwrap();
        assert_eq!(path.as_os_str().as_bytes(), b"a/\xff\xfe");
        assert_eq!(path.inside().as_bytes(), b"/work/a/\xff\xfe");
    }
}
