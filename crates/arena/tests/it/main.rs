//! The program as its users meet it: matches on a real database, and the real binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod access;
mod asides;
mod backup;
mod bad_input;
mod cassette;
mod chains;
mod commands;
mod compare;
mod configuration;
mod crash_anywhere;
mod doctor;
mod guards;
mod kept;
mod kill;
mod live;
mod live_kill;
mod lobby;
mod mangled;
mod mcp;
mod pages;
mod playing;
mod provider_keys;
mod real_tools;
mod redaction;
mod reloading;
mod repeatable;
mod reports;
mod secrets;
mod serve;
mod server;
mod support;
mod telemetry;
mod tidy;
mod told;
mod traces;
