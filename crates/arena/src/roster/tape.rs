//! A cassette beside the models, or in their place.

use arena_core::message::{FailureClass, ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use arena_models::{Cassette, Recorder};

/// What is done with turns, beside playing them.
#[derive(Debug)]
pub(super) enum Tape {
    /// Nothing.
    Absent,
    /// They are written down.
    Recording(Recorder),
    /// They are not played: what was written down is.
    Played(Cassette),
}

/// What the cassette has for the question. Nothing ends the match: it is of another, and guessing on would mix the two.
pub(super) fn play(cassette: &Cassette, spec: &ModelSpec, request: &Request) -> Result<Reply, ModelFailure> {
    cassette.play(spec, request).unwrap_or_else(|| {
        let missing = cassette.missing(spec, request).to_string();
        Err(ModelFailure::unasked(FailureClass::Misconfigured, missing))
    })
}

/// Writes the turn down before it is played on. If that fails the match ends: what is recorded would be no recording of it.
pub(super) fn record(
    recorder: &Recorder,
    spec: &ModelSpec,
    request: &Request,
    outcome: &Result<Reply, ModelFailure>,
) -> Result<(), ModelFailure> {
    let written = recorder.record(spec, request, outcome);
    written.map_err(|cause| {
        let message = format!("the cassette cannot be written: {cause}");
        ModelFailure::unasked(FailureClass::Misconfigured, message)
    })
}
