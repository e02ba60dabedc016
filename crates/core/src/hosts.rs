//! Hosts of the network that a scenario stands for itself: under `/hosts` of the world, pages by host and path. Requests to
//! them are answered by the arena's gate and go nowhere else.

use serde::{Deserialize, Serialize};

use crate::world::{World, escape};

/// The place of the hosts in the world.
pub const ROOT: &str = "/hosts";

/// What stands at a path of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Page {
    /// Text, with status 200.
    Text(String),
    /// Anything else.
    Whole {
        /// The status.
        #[serde(default = "ok")]
        status: u16,
        /// What the body is.
        #[serde(rename = "type", default = "text_plain")]
        content_type: String,
        /// The body.
        #[serde(default)]
        body: String,
        /// Where it is instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<String>,
    },
}

fn ok() -> u16 {
    200
}

fn text_plain() -> String {
    "text/plain; charset=utf-8".to_owned()
}

/// Whether the scenario stands for `host`.
pub fn is_simulated(world: &World, host: &str) -> bool {
    world.get(&format!("{ROOT}/{}", escape(host))).is_some()
}

/// What stands at `path` of `host`, if anything does.
pub fn page(world: &World, host: &str, path: &str) -> Option<Page> {
    Page::deserialize(world.get(&format!("{ROOT}/{}/{}", escape(host), escape(path)))?).ok()
}
