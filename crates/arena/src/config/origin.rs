//! Where a setting comes from, so that whoever wonders about it can be told. Pure.

use std::fmt;
use std::sync::Arc;

/// Who said a setting. A request comes before a flag, a flag before a variable, a variable before the file, the file before the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody did.
    Default,
    /// A line of the configuration file, from 1.
    File {
        /// The file as it was named.
        file: Arc<str>,
        /// Where in it.
        line: usize,
    },
    /// An environment variable of this name.
    Variable(String),
    /// A flag on the command line.
    Flag(&'static str),
    /// A request to the running server.
    Api,
}

/// A value, and who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// What holds.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// What holds if nobody says otherwise.
    pub fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
            Self::Api => f.write_str("the API"),
        }
    }
}
