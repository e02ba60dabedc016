//! A guard without a model: fixed rules on a text, and what an external classifier answers, read. Pure.
//!
//! ```text
//! Inspected ──▶ Rules::rule ──▶ each check: Hits ──▶ Ruling: allow, mark, rewrite or block
//!                    └── `encodings`: the same checks on each Reading of the text
//!
//! a classifier's JSON ──▶ Classifier::read ──▶ Ruling
//! ```
//!
//! One file a check: `phrases`, `invisible`, `canaries`, `entropy`, `tools`, `spotlight`; `rules` asks them in turn,
//! `sought` those that are asked again for what is encoded.
//! `docs/guards.md` says what each of them finds, where, and how surely.

mod canaries;
mod check;
mod classifier;
mod draft;
mod entropy;
mod hit;
mod invisible;
mod phrases;
mod reading;
mod rules;
mod sought;
mod spotlight;
#[cfg(test)]
mod tests;
mod texts;
mod tools;
mod written;

pub use classifier::{Classifier, DraftClassifier};
pub use draft::DraftRules;
pub use phrases::version as phrases_version;
pub use rules::Rules;

use crate::ruling::Checkpoint;

/// What a guard looks at.
#[derive(Clone, Copy, Debug)]
pub struct Inspected<'a> {
    /// Where.
    pub checkpoint: Checkpoint,
    /// The tool that is called, or that answered; `None` at the other checkpoints.
    pub tool: Option<&'a str>,
    /// What passes. At a tool call it is the arguments, as JSON.
    pub text: &'a str,
    /// Letters and digits that whoever wrote the text cannot have known.
    pub mark: &'a str,
    /// The planted flags.
    pub secrets: &'a [&'a str],
}
