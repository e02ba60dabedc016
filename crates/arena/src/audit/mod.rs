//! The audit trail of a match: what its tools were asked, and whether its record is whole.

mod trail;
mod wholeness;

pub use self::trail::{Returned, ToolUse, trail};
pub use self::wholeness::Wholeness;
