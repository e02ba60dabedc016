//! What host, launcher and cells say to each other: one datagram each, over sockets that no command can reach.
//!
//! The host writes requests, which may allocate; reading one and writing an answer does not.

mod answer;
mod request;
mod socket;

pub(crate) use answer::{Answer, How};
pub(crate) use request::{MAX_BYTES, Open, Request, Run, Writables};
pub(crate) use socket::{Fds, receive, send};
