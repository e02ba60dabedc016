//! What the SQLite store promises beyond the contract: about files, processes, damage and disks.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod crash;
mod damage;
mod foreign;
mod full;
mod grouping;
mod histories;
mod migration;
mod sample;
mod sharing;
mod tampering;
mod torn;
