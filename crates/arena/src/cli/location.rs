//! Where a database is: a file, or a database of a PostgreSQL server. Touches the file system to look whether a file is there.

use std::env;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use arena_store::postgres::{Address, NotAnAddress};

/// Where a database is. Shown without a password.
#[derive(Clone, Debug)]
pub(super) enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// On a PostgreSQL server.
    Server(Address),
}

/// The text names neither.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotALocation {
    /// An address that is none.
    #[error(transparent)]
    Address(#[from] NotAnAddress),
    /// Some other database.
    #[error(
        "{0}:// is no database of the arena: give the path of an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Scheme(String),
    /// Nothing.
    #[error("give the path of an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Empty,
}

impl FromStr for Location {
    type Err = NotALocation;

    fn from_str(text: &str) -> Result<Self, NotALocation> {
        let path = match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => return Ok(Self::Server(Address::parse(text)?)),
            Some((scheme, _)) if !scheme.contains('/') => return Err(NotALocation::Scheme(scheme.to_owned())),
            _ => text.strip_prefix("sqlite:").unwrap_or(text),
        };
        if path.is_empty() { Err(NotALocation::Empty) } else { Ok(Self::File(path.into())) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(address) => address.fmt(f),
        }
    }
}

impl Location {
    /// Whether there is a file; a server's database is made by others.
    pub(super) fn exists(&self) -> bool {
        match self {
            Self::File(path) => path.exists(),
            Self::Server(_) => true,
        }
    }

    /// Which file it is: its device and number. Nothing of a server.
    pub(super) fn file(&self) -> Option<(u64, u64)> {
        use std::os::unix::fs::MetadataExt as _;
        match self {
            Self::File(path) => std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino())),
            Self::Server(_) => None,
        }
    }

    /// Whether both are one database. Of a server by its address: it may have several.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(two)) => {
                one == two || self.file().is_some_and(|file| other.file() == Some(file))
            }
            (Self::Server(one), Self::Server(two)) => one.to_string() == two.to_string(),
            (Self::File(_), Self::Server(_)) | (Self::Server(_), Self::File(_)) => false,
        }
    }

    /// What it is called wherever one stands: a whole path, or the address without the password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string(),
            Self::Server(address) => address.to_string(),
        }
    }

    /// How people remove all that is there.
    pub(super) fn removal(&self) -> String {
        match self {
            Self::File(path) => format!("remove the file {}", path.display()),
            Self::Server(_) => "DROP SCHEMA arena CASCADE in that database".to_owned(),
        }
    }

    /// Where the process that writes it listens to others of the same machine and user; `None` if there is no place for that.
    pub(super) fn door(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => {
                let mut path = path.as_os_str().to_owned();
                path.push(".sock");
                Some(path.into())
            }
            Self::Server(address) => {
                // A folder that nobody else can write to.
                let folder = env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty())?;
                let name = blake3::hash(address.to_string().as_bytes()).to_hex();
                Some(PathBuf::from(folder).join(format!("ai-arena-{}.sock", &name[..16])))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_file_or_a_server_and_is_shown_without_a_password() {
        for (text, expected) in [
            ("arena.db", Ok("File(\"arena.db\") arena.db")),
            ("sqlite:arena.db", Ok("File(\"arena.db\") arena.db")),
            ("/a/b c.db", Ok("File(\"/a/b c.db\") /a/b c.db")),
            ("./http://x", Ok("File(\"./http://x\") ./http://x")),
            (
                "postgres://me:hunter2@db.example:5433/arena",
                Ok("Server(Address(postgres://db.example:5433/arena)) postgres://db.example:5433/arena"),
            ),
            (
                "postgresql://me@db.example/arena?sslmode=require",
                Ok("Server(Address(postgres://db.example:5432/arena)) postgres://db.example:5432/arena"),
            ),
            (
                "postgres://me:hunter2@[::1/",
                Err("must be the address of a PostgreSQL database: postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
            ),
            (
                "mysql://x",
                Err(
                    "mysql:// is no database of the arena: give the path of an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
                ),
            ),
            ("", Err("give the path of an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE")),
        ] {
            let found = text.parse::<Location>().map(|it| format!("{it:?} {it}")).map_err(|error| error.to_string());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
