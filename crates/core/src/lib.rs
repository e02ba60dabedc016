//! The rules of AI Arena. Touches nothing: no clock, no chance, no I/O.
//!
//! A match is a list of [`event::Record`]s; everything else is a fold over it. [`engine::step`] takes the match
//! one record further and says what has to be done next ([`effect::Effect`]); [`engine::unanswered`] says it again
//! for whoever takes the match over. Live play, replay and recovery run the same function at different speeds.
//!
//! Where to look:
//!
//! * what is played: [`scenario`], [`agent`], [`spec`]; with which tools: [`tool`], [`real_tool`], on what: [`world`],
//!   [`files`]
//! * what happened: [`event`], and what each audience may see of it: [`view`]
//! * what happens next: [`engine`], [`effect`], [`prompt`]
//! * who won: [`referee`], [`score`], [`stats`]; what a defence costs: [`comparison`]
//! * how Red attacks: [`strategy`], [`converter`]
//! * how Blue guards without a model: [`guard`]; how it changes the Target: [`hardening`]
//! * how models write down what their tools shall do: [`edit`], [`xml_calls`]

pub mod agent;
pub mod attempt;
pub mod budget;
pub mod closing;
pub mod comparison;
pub mod converter;
pub mod diff;
pub mod edit;
pub mod effect;
pub mod engine;
pub mod event;
pub mod execution;
pub mod files;
pub mod flag;
pub mod guard;
pub mod hardening;
pub mod hosts;
pub mod id;
mod interned;
pub mod json;
pub mod mcp;
pub mod message;
pub mod model;
pub mod name;
pub mod permissions;
pub mod predicate;
pub mod problem;
pub mod prompt;
pub mod real_tool;
pub mod referee;
pub mod ruling;
pub mod scenario;
pub mod score;
pub mod seed;
pub mod spec;
pub mod stats;
pub mod strategy;
pub mod tool;
pub mod view;
pub mod world;
pub mod xml_calls;
