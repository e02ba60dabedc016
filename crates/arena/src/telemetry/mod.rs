//! What an operator's own tools see of a running arena: figures to scrape, and traces.
//!
//!
//! `spans` folds records into spans, `otlp` writes those as OpenTelemetry has them, `exporter` finds which, and
//! `collector` is sent them.
//!
//! Both are folds over what is durable already: the runner hands every batch of records on after it was appended, so that
//! nothing is counted that did not happen, and what happened twice in a log of ours would be counted twice.

mod collector;
mod exporter;
mod labels;
mod meter;
mod otlp;
mod spans;

pub use self::collector::NoExporter;
pub use self::exporter::Exporter;
pub use self::meter::Meter;
pub use self::spans::{Span, spans};
