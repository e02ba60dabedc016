//! One call under way, as its tool sees it: the workspace of the round, commands in its cell, servers, and what is
//! written down of all that.

use arena_core::execution::Execution;
use arena_core::world::World;
use arena_sandbox::workspace::{self, Kind, Metadata, Permission, Walk};
use arena_sandbox::{Error, Exec, Outcome, RelPath, Workspace};

use super::entry_name::name_of;
use super::route::ByRules;
use super::{Bench, Failure};
use crate::causes::in_one_line;
use crate::egress::{Request, Response};
use crate::mcp::Servers;

/// The longest file that a tool takes into memory, bytes: as much as is edited.
pub(super) const MAX_FILE_BYTES: usize = arena_core::edit::MAX_FILE_BYTES;

/// Requests of one round.
const MAX_REQUESTS: u32 = 50;

/// What a tool works with.
pub struct Job<'a> {
    pub(super) bench: &'a mut Bench,
    pub(super) round: u32,
    pub(super) world: &'a World,
    /// What is written down of the call, beside what the Target is told.
    pub(super) execution: &'a mut Execution,
}

impl Job<'_> {
    /// The workspace, laid out.
    pub(super) async fn files(&mut self) -> Result<Workspace, Failure> {
        Ok(self.bench.laid(self.round, self.world).await?.cell.files().clone())
    }

    /// The servers of the configuration.
    pub(super) fn servers(&self) -> &Servers {
        self.bench.workshop.servers()
    }

    /// Sends a request through the gate.
    pub(super) async fn send(&mut self, tool: &str, request: &Request) -> Result<Response, Failure> {
        let n_sent = match self.bench.requests {
            (round, n_sent) if round == self.round => n_sent,
            _ => 0,
        };
        if n_sent >= MAX_REQUESTS {
            return Err(Failure::Told(format!("this round has sent {MAX_REQUESTS} requests, and may send no more")));
        }
        self.bench.requests = (self.round, n_sent + 1);
        let policy = self.bench.policy.as_ref().map_err(|why| Failure::Broken(why.clone()))?;
        let route = ByRules { policy, tool, world: self.world };
        let (response, exchanges) = self.bench.workshop.gate()?.send(request, &route).await;
        self.execution.exchanges.extend(exchanges);
        response.map_err(|error| Failure::Told(error.to_string()))
    }

    /// Runs a command in the cell.
    pub(super) async fn exec(&mut self, call: Exec) -> Result<Outcome, Failure> {
        let laid = self.bench.laid(self.round, self.world).await?;
        let ran = laid.cell.exec(call).await;
        self.execution.isolation = self.bench.workshop.isolation();
        ran.map_err(|error| match error {
            Error::Refused(_) | Error::NotStarted { .. } | Error::NoFolder { .. } => Failure::Told(in_one_line(&error)),
            // An agent can bring that about: it must not void a round with it.
            Error::Lost(_) => {
                self.bench.laid = None;
                let lost = in_one_line(&error);
                Failure::Told(format!("{lost}; another one is ready, with the files as they were before the command"))
            }
            Error::Unavailable { .. } | Error::Host { .. } => Failure::Broken(in_one_line(&error)),
        })
    }

    /// The bytes of a file.
    pub(super) async fn bytes(&mut self, path: &RelPath) -> Result<Vec<u8>, Failure> {
        self.files().await?.read_all(path, MAX_FILE_BYTES).map_err(Failure::of_file)
    }

    /// A file as text; nothing if it is not there.
    pub(super) async fn text(&mut self, path: &RelPath) -> Result<Option<String>, Failure> {
        match self.files().await?.read_all(path, MAX_FILE_BYTES) {
            Ok(bytes) => text(path, bytes).map(Some),
            Err(workspace::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Failure::of_file(error)),
        }
    }

    /// Writes a file. One that can be run stays one that can be run.
    pub(super) async fn write(&mut self, path: &RelPath, text: &str) -> Result<(), Failure> {
        self.files().await?.write(path, text.as_bytes(), Permission::Kept).map_err(Failure::of_file)
    }

    /// What is beneath `folder` and may be read, at most so many levels deep; by name. What a command put there, it could
    /// read as well; what the scenario put there and nobody may read is not there.
    pub(super) async fn found(&mut self, folder: &RelPath, depth: usize) -> Result<Vec<(RelPath, Metadata)>, Failure> {
        let walk = Walk { depth, ..Walk::default() };
        let found = self.files().await?.walk(folder, walk).map_err(Failure::of_file)?;
        let policy = self.bench.policy.as_ref().map_err(|why| Failure::Broken(why.clone()))?;
        let readable = |path: &RelPath| policy.readable(&name_of(path.as_os_str()));
        let mut found: Vec<(RelPath, Metadata)> = found
            .entries
            .into_iter()
            .map(|entry| (entry.path, entry.metadata))
            .filter(|(path, metadata)| metadata.kind == Kind::Folder || readable(path))
            .collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(found)
    }

    /// The bytes of an output that was cut.
    pub(super) async fn artifact(&mut self, hash: &str) -> Result<Vec<u8>, Failure> {
        match self.bench.contents.get(hash).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(Failure::Told(format!("no output is kept as {hash:?}"))),
            Err(error) => Err(Failure::Broken(in_one_line(&error))),
        }
    }
}

/// The text of a file.
pub(super) fn text(path: impl std::fmt::Display, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Told(format!("{path} is no text: it has bytes that are not UTF-8")))
}
