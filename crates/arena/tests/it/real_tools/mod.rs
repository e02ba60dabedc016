//! Tools that really run, from a model's call to the record: with the real binary, its sandbox, and a scripted model.

mod approvals;
mod bench;
mod commands;
mod files;
mod record;
mod rules;
mod script;
mod servers;
mod tags;
