//! An MCP server as it is configured: a program that is started, or an address that is asked. Holds secrets.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use arena_core::name::Name;
use arena_models::{Endpoint, HeaderName, HeaderValue};

use super::origin::Origin;
use super::provider::UnsetHeader;

/// A server that agents may get tools of.
#[derive(Clone, Debug)]
pub struct McpServer {
    /// How it is called here; what it calls itself does not count.
    pub name: Name,
    /// Where it is.
    pub reach: Reach,
    /// How long one request may take.
    pub timeout: Duration,
    /// How long it may take until it is there.
    pub connect_timeout: Duration,
    /// Whether it is used.
    pub enabled: bool,
    /// Where the file speaks of it.
    pub origin: Origin,
}

/// Where a server is.
#[derive(Clone, Debug)]
pub enum Reach {
    /// A program of this machine, which speaks on its standard input and output.
    Program(Program),
    /// Streamable HTTP.
    Address(Box<Address>),
}

/// A program that is a server.
#[derive(Clone)]
pub struct Program {
    /// An absolute path, or a name that is looked for in `PATH`.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it runs; nothing is where the arena runs.
    pub cwd: Option<PathBuf>,
    /// All of its environment.
    pub variables: Vec<Variable>,
    /// Variables that it is to get, and that are not set.
    pub unset: Vec<String>,
}

/// A variable of a program's environment.
#[derive(Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether the file asks for it: then its value may be a key, and is not shown.
    pub is_secret: bool,
}

/// An address that is a server.
#[derive(Clone)]
pub struct Address {
    /// Its URL.
    pub url: String,
    /// The same without what may be secret, for people.
    pub shown: Endpoint,
    /// What is sent with each request.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Headers that want a variable which is not set.
    pub unset: Vec<UnsetHeader>,
}

impl McpServer {
    /// The variables without which it cannot be used.
    pub fn missing(&self) -> Vec<&str> {
        match &self.reach {
            Reach::Program(program) => program.unset.iter().map(String::as_str).collect(),
            Reach::Address(address) => address.unset.iter().map(|unset| unset.variable.as_str()).collect(),
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(program) => f.write_str(&program.command),
            Self::Address(address) => address.shown.fmt(f),
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.variables.iter().map(|variable| variable.name.as_str()).collect();
        f.debug_struct("Program")
            .field("command", &self.command)
            .field("args", &self.args)
            .field("cwd", &self.cwd)
            .field("variables", &names)
            .field("unset", &self.unset)
            .finish()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Address").field("shown", &self.shown).field("headers", &headers).finish_non_exhaustive()
    }
}
