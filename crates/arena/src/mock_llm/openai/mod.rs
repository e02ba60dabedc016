//! Chat completions, as OpenAI and all who speak like it do.

mod answer;
mod question;
mod refusal;

pub(super) use self::answer::{models, write};
pub(super) use self::question::read;
pub(super) use self::refusal::refuse;
