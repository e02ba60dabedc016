//! Generated content, as Gemini has it.

mod answer;
mod question;
mod refusal;

pub(super) use self::answer::{models, write};
pub(super) use self::question::read;
pub(super) use self::refusal::refuse;
