//! For tests: the step that fails in the next cell, whatever the kernel says. In the launcher and what it forks only.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::step::Step;

const NONE: u64 = u64::MAX;

static FAULT: AtomicU64 = AtomicU64::new(NONE);

/// As it goes over the wire.
pub(crate) fn to_number(fault: Option<Step>) -> u64 {
    fault.map_or(NONE, Step::number)
}

pub(crate) fn set(number: u64) {
    FAULT.store(number, Ordering::Relaxed);
}

pub(crate) fn is_at(step: Step) -> bool {
    FAULT.load(Ordering::Relaxed) == step.number()
}
