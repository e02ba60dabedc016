//! The program: it wires the rules, the models and the store into matches that are played, and the command line to them.
//!
//! The flow is one way: a command or an answer becomes an event, [`arena_core::engine::step`] takes it, the store makes
//! it durable, and only then is the next thing done. Whoever watches ([`feed`]) reads the store after the bell ([`bus`]).

pub mod access;
pub mod api;
pub mod approval;
pub mod audit;
pub mod bus;
pub mod cassette;
pub mod catalog;
mod causes;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod config;
pub mod drafts;
pub mod egress;
pub mod feed;
pub mod header;
pub mod library;
pub mod lineup;
pub mod live;
pub mod lobby;
mod look;
mod markdown;
pub mod mcp;
pub mod mock_llm;
pub mod moving;
pub mod policy;
pub mod pruning;
pub mod report;
pub mod roster;
pub mod runner;
pub mod server;
pub mod site;
pub mod telemetry;
pub mod tools;
pub mod transcript;
pub mod verify;
mod visible;
mod web;
