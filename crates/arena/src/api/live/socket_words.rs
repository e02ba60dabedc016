//! What is said on a WebSocket beside frames. Pure.

use arena_core::id::Seq;
use serde::{Deserialize, Serialize};

use super::super::matches::Eyes;
use super::super::problem::Code;

/// What a client says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Said {
    /// Watch a topic.
    Sub {
        /// Which.
        topic: String,
        /// Of a match, only events after this number.
        #[serde(default)]
        since: u64,
        /// As whom.
        audience: Option<Eyes>,
    },
    /// Watch it no longer.
    Unsub {
        /// Which.
        topic: String,
    },
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
}

/// What the server says.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub(super) enum Says<'a> {
    /// The topic is watched; of a match, events come from after this number.
    Subscribed {
        topic: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Seq>,
    },
    /// It is watched no longer.
    Unsubscribed { topic: &'a str },
    /// The match is over, and everything of it was sent.
    Ended { topic: &'a str },
    /// The client was too slow, and the topic is watched no longer: read on from after this number over HTTP, then come back.
    Resync { topic: &'a str, from: Seq },
    /// Something was not done.
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<&'a str>,
        code: Code,
        detail: String,
    },
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_is_read_strictly() {
        let sub = |audience| Said::Sub { topic: "matches".to_owned(), since: 0, audience };
        for (text, expected) in [
            (r#"{"t":"sub","topic":"matches"}"#, Some(sub(None))),
            (r#"{"t":"sub","topic":"matches","audience":"red"}"#, Some(sub(Some(Eyes::Red)))),
            (r#"{"t":"unsub","topic":"x"}"#, Some(Said::Unsub { topic: "x".to_owned() })),
            (r#"{"t":"ping"}"#, Some(Said::Ping)),
            (r#"{"t":"sub","topic":"matches","sinse":1}"#, None),
            (r#"{"t":"sub","topic":"matches","since":-1}"#, None),
            (r#"{"t":"dance"}"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(serde_json::from_str(text).ok(), expected, "{text}");
        }
    }
}
