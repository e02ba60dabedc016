//! The chain against models that do what a test writes: cases one by one, and properties of any schedule. The clock is
//! paused: time passes only where somebody waits.

mod accounts;
mod cases;
mod health;
mod lap;
mod properties;
mod script;
mod stories;
