//! Messages, as Anthropic has them.

mod answer;
mod question;
mod refusal;

pub(super) use self::answer::{models, write};
pub(super) use self::question::read;
pub(super) use self::refusal::refuse;
