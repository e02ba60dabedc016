//! The engine from outside: what is put in is records, what is looked at is matches, effects, verdicts and views.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod any_event;
mod any_events;
mod corners;
mod evidence;
mod indirect_rounds;
mod plans;
mod players;
mod prompts;
mod rounds;
mod script;
mod spending;
mod stories;
mod stories_of_failure;
mod stories_of_guards;
mod stories_of_hardening;
mod stories_of_real_tools;
mod stories_of_strategies;
mod stories_of_talk;
mod table;
mod views;
