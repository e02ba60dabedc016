//! What can be said of taking away what is old.

use clap::Parser;
use jiff::SignedDuration;

use super::super::values::age;
use super::Database;

#[derive(Parser)]
#[command(after_help = "\
Examples:
  arena prune --older-than 90d --dry-run
  arena prune --older-than 90d
  arena export --match 01kb3w match.jsonl      # keep one elsewhere, before it goes

Matches go that are completed, stopped or failed and whose last event is older; then refused requests and keys of repeated
requests that are older; then contents that nothing names any more. Matches that can be played on, agents, scenarios, tokens and
the audit log stay. The log tells of all that goes, and arena audit verify is good before and after. What may be damaged
stays, and is named.

Nobody else may write meanwhile: stop the server. Cut off anywhere, give the command again. A file keeps its size and uses
the room again; arena backup makes a small copy.

Exit codes:
    0  done, also if there was nothing to do
    1  something that is old stays, since it is not as it was written
    2  wrong usage or input, or another process has the database")]
pub(in crate::cli) struct Prune {
    /// What goes: 90d, 12w, 36h; with 0d all that is over
    #[arg(long, value_name = "SPAN", value_parser = age)]
    pub(in crate::cli) older_than: SignedDuration,
    /// Say what would go, and change nothing: works beside a server
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Who takes it away, for the audit log
    #[arg(long, value_name = "NAME", env = "USER", default_value = "somebody at the command line")]
    pub(in crate::cli) by: String,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: Database,
}
