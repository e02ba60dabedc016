//! What an operator's own tools see of a running arena: figures to scrape, and traces.
//!
//! Both are folds over what is durable already: the runner hands every batch of records on after it was appended, so that
//! nothing is counted that did not happen, and what happened twice in a log of ours would be counted twice.

mod labels;
mod meter;

pub use self::meter::Meter;
