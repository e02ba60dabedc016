//! What was meant as a call and is none, said so that a model can write it again.

use std::fmt;

use super::{MAX_CALL_BYTES, MAX_CALLS};

/// Why something that looks like a call is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The answer ended in it; it is in the text.
    Unfinished {
        /// The tool.
        tool: String,
        /// The parameter whose value does not end.
        parameter: String,
    },
    /// It can be read in two ways: a parameter is given twice, or in the text after it stands another end of it, so that
    /// its value may be longer than it seems. It is left out; so are, in the second case, the calls after it.
    Unclear {
        /// The tool.
        tool: String,
    },
    /// It is longer than [`MAX_CALL_BYTES`]; it and the rest of the answer are left out.
    TooLong {
        /// The tool.
        tool: String,
    },
    /// There are more than [`MAX_CALLS`]; those beyond are left out.
    TooMany,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished { tool, parameter } => write!(
                f,
                "the call of {tool} has no end: after the value of {parameter}, `</{parameter}>` has to be followed by \
                 another of its parameters or by `</{tool}>`; nothing was run, write the whole call again"
            ),
            Self::Unclear { tool } => write!(
                f,
                "a call of {tool} can be read in two ways: a parameter or the end is there twice; neither it nor calls \
                 between its two ends were run"
            ),
            Self::TooLong { tool } => {
                write!(f, "the call of {tool} is longer than {MAX_CALL_BYTES} bytes; it and what follows was left out")
            }
            Self::TooMany => write!(f, "one answer may have {MAX_CALLS} calls; those after them were not run"),
        }
    }
}
