//! What can be said of the audit trail.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use arena_store::Link;
use clap::{Parser, Subcommand};

use super::Database;
use crate::audit::PublicKey;

#[derive(Subcommand)]
pub(in crate::cli) enum Audit {
    /// List tool calls: what was asked, what was decided by which rule, how it ended
    List(AuditList),
    /// Show one tool call with all that is known of it
    Show(AuditShow),
    /// List the entries of the audit log: documents written and removed, matches, requests of the API
    Log(AuditLog),
    /// Check that nothing was changed, taken out or moved since it was written
    Verify(AuditVerify),
    /// Make a pair of keys to sign checkpoints with
    Keygen(AuditKeygen),
    /// Sign how far the audit log goes now
    Checkpoint(AuditCheckpoint),
}

#[derive(Parser)]
pub(in crate::cli) struct AuditList {
    /// Of which matches, by id or its beginning, or "last" [default: all]
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) matches: Vec<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
pub(in crate::cli) struct AuditShow {
    /// Which match, by id or its beginning, or "last"
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) id: String,
    /// An event of the call, as arena audit list has it
    #[arg(value_name = "EVENT")]
    pub(in crate::cli) seq: u64,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena audit log
  arena audit log --after 0 --limit 1000 --json")]
pub(in crate::cli) struct AuditLog {
    /// At most so many, in their order
    #[arg(long, value_name = "N", default_value = "50")]
    pub(in crate::cli) limit: NonZeroUsize,
    /// Those after this entry [default: the last]
    #[arg(long, value_name = "ENTRY")]
    pub(in crate::cli) after: Option<u64>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena audit verify
  arena audit verify --checkpoints audit.checkpoints --public-key ed25519:98ab...
  arena audit verify last --expect 5c0f...

Without a match it looks at everything: the records of all matches, all documents, and the audit log, which tells what
there should be. Checkpoints tell of it what a database cannot tell of itself: that the end was cut off, that all was
written anew, or that it is an older copy. Keep them, or the head of a match, where nobody can change them.

Exit code 1 if something was changed, or cannot be read.")]
pub(in crate::cli) struct AuditVerify {
    /// Only these matches, by id or its beginning, or "last", and not the rest of the database [default: everything]
    #[arg(value_name = "MATCH")]
    pub(in crate::cli) matches: Vec<String>,
    /// The head that the match has to have
    #[arg(long, value_name = "HEAD", requires = "matches")]
    pub(in crate::cli) expect: Option<Link>,
    /// The file with checkpoints that the audit log has to go through
    #[arg(long, value_name = "FILE", conflicts_with = "matches")]
    pub(in crate::cli) checkpoints: Option<PathBuf>,
    /// Whose checkpoints count, as arena audit keygen prints it
    #[arg(long, value_name = "KEY", requires = "checkpoints")]
    pub(in crate::cli) public_key: Option<PublicKey>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena audit keygen audit.key > audit.pub

The private key goes to the file, which its owner alone may read; a file that is there already is left as it is. The
public key is printed.")]
pub(in crate::cli) struct AuditKeygen {
    /// The new file
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena audit checkpoint --key audit.key >> audit.checkpoints

Prints one line of JSON. A server does so by itself with [audit] in arena.toml.")]
pub(in crate::cli) struct AuditCheckpoint {
    /// The private key, as arena audit keygen made it
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) key: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}
