//! Calls of tools as tags in an answer's text, for models that have no function calling: the format of Cline. Pure.
//!
//! ```text
//! <tool_name>
//! <parameter>value</parameter>
//! </tool_name>
//! ```
//!
//! There are no escapes: a value may hold anything, tags among it. So where it ends follows from what stands around:
//!
//! * A call begins where nothing but space is between a tool's tag and the tag of one of its parameters, or its own end.
//! * A value ends at its closing tag if that is followed by the end of the call, or by a parameter that was not yet given;
//!   pairs of its own tags within it, and whole calls of the same tool, are part of it.
//! * Parameters that the tool does not have may follow after its own; the call has them, for its schema to refuse.
//! * Everything else is text, tags of unknown names too.
//!
//! What can be read in two ways is not run: a call that does not end, or whose end comes twice, becomes a [`Problem`]. That
//! is known when the answer is whole, so [`Parser::push`] gives text at once and [`Parser::finish`] the calls. The work is
//! linear in the answer, whatever its pieces.

mod describe;
mod open;
mod parser;
mod problem;
mod speech;
mod tag;
mod value;
mod vocabulary;

pub use describe::{describe, result, written};
pub use parser::{Answer, Parser, read};
pub use problem::Problem;
pub use speech::{asked, heard};

/// What an answer asks beyond is not looked at: as many as a recorded reply keeps.
pub const MAX_CALLS: usize = 16;

/// Longer calls are refused, bytes: the size of the largest edit, and its tags.
pub const MAX_CALL_BYTES: usize = crate::edit::MAX_EDIT_BYTES + (64 << 10);

/// Space between two tags that belong together, bytes; with more they are text. Keeps what is held back short.
const MAX_GAP_BYTES: usize = 256;

#[cfg(test)]
mod tests;
