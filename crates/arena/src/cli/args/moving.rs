//! What can be said of moving: a whole arena or one match into a file, out of it, into another database.

use std::path::PathBuf;

use clap::Parser;

use super::super::location::Location;
use super::Database;

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena export arena.jsonl
  arena export - | zstd > arena.jsonl.zst
  arena export --match last match.jsonl

The same arena gives the same bytes. A file that is there already is left as it is. An export shows flags, prompts and all
that was said, and of tokens their hashes: keep it as you keep the database.")]
pub(in crate::cli) struct Export {
    /// The new file, or - for stdout
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Only this match, which is over, by id or its beginning, or "last": to hand around
    #[arg(long = "match", value_name = "MATCH")]
    pub(in crate::cli) id: Option<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena import match.jsonl
  arena import arena.jsonl --database new.db
  zstd -d < arena.jsonl.zst | arena import - --database postgres://arena@db.example/arena

The file is read to its end before anything is written: one that was cut off or changed is refused. A whole arena needs a
database that is empty; single matches go into any. What is there already is left as it is, so that the same file may
be imported again.")]
pub(in crate::cli) struct Import {
    /// A file that arena export has written, or - for stdin
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena migrate --from arena.db --to postgres://arena@db.example/arena
  arena migrate --from postgres://arena@db.example/arena --to arena.db

Nobody may write to either meanwhile; reading the one that is moved goes on. What was cut off is gone on with by the same
command. In the end both sides are read and compared; the one that was moved stays as it was.")]
pub(in crate::cli) struct Migrate {
    /// The database that is moved: an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) from: Location,
    /// Where to: an empty database, or one that is not there yet
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) to: Location,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
