//! Cells in which agents' tools run: own namespaces, Landlock, seccomp, limits.
//!
//! This crate alone talks to the kernel. It is empty as long as every tool of a scenario is simulated: a
//! simulated tool is a pure function of the match's world (`arena_core::world`) and starts no process.
