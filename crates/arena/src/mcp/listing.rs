//! What a server says it has, page by page, as far as it is taken: tools that can be offered to a model, resources.

use arena_core::mcp::{Server, Tool, Unfit};
use arena_core::message::cut;
use arena_core::name::Name;
use rmcp::model::{Cursor, PaginatedRequestParams};
use serde::Serialize;
use serde_json::Value;

use super::masks::Masks;

/// A server that sends more pages sends them for ever.
pub(super) const MAX_PAGES: usize = 64;

/// A cursor is sent back as it came.
const MAX_CURSOR_BYTES: usize = 4 << 10;

/// More than a person looks through.
const MAX_RESOURCES: usize = 1_000;

/// Longer addresses are data.
const MAX_URI_BYTES: usize = 4 << 10;

/// What is said of a resource.
const MAX_WORDS_BYTES: usize = 1 << 10;

/// Examples of what was not taken.
const MAX_EXAMPLES: usize = 20;

/// A server's tools.
#[derive(Clone, Debug, PartialEq)]
pub struct Tools {
    /// Those that can be offered.
    pub server: Server,
    /// Some of those that cannot.
    pub left_out: Vec<LeftOut>,
    /// How many those are, of all that the server showed.
    pub n_left_out: usize,
}

/// A tool that is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The beginning of its name, as the server wrote it.
    pub name: String,
    /// Why.
    pub why: Unfit,
}

/// A server's resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Those that can be named.
    pub resources: Vec<Resource>,
    /// How many there are beside those.
    pub n_left_out: usize,
}

/// Something that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// What to ask for.
    pub uri: String,
    /// How it is called.
    pub name: String,
    /// What it is; empty if nobody says.
    pub description: String,
    /// Its MIME type, if it is known.
    pub mime_type: Option<String>,
}

impl Tools {
    pub(super) fn new(server: Name) -> Self {
        Self { server: Server::new(server), left_out: Vec::new(), n_left_out: 0 }
    }

    /// Takes a tool, or counts it.
    pub(super) fn add(&mut self, tool: &rmcp::model::Tool, masks: &Masks) {
        let description = masks.mask(tool.description.as_deref().unwrap_or_default());
        let parameters = Value::Object((*tool.input_schema).clone());
        let taken = Tool::new(&tool.name, &description, parameters).and_then(|tool| self.server.add(tool));
        if let Err(why) = taken {
            self.n_left_out += 1;
            if self.left_out.len() < MAX_EXAMPLES {
                self.left_out.push(LeftOut { name: masks.excerpt(&tool.name), why });
            }
        }
    }
}

impl Resources {
    /// Takes a resource, or counts it.
    pub(super) fn add(&mut self, resource: rmcp::model::Resource, masks: &Masks) {
        if self.resources.len() >= MAX_RESOURCES || resource.uri.len() > MAX_URI_BYTES {
            self.n_left_out += 1;
            return;
        }
        let words = |text: &str| cut(masks.mask(text), MAX_WORDS_BYTES);
        self.resources.push(Resource {
            uri: resource.uri,
            name: words(&resource.name),
            description: words(resource.description.as_deref().unwrap_or_default()),
            mime_type: resource.mime_type.as_deref().map(words),
        });
    }
}

/// The way to the page after one that ended with `next`; nothing if that leads nowhere new.
pub(super) fn page_after(asked: Option<&Cursor>, next: Option<Cursor>) -> Option<Cursor> {
    next.filter(|next| Some(next) != asked && next.len() <= MAX_CURSOR_BYTES)
}

/// What asks for the page at `cursor`.
pub(super) fn page(cursor: Option<Cursor>) -> PaginatedRequestParams {
    PaginatedRequestParams::default().with_cursor(cursor)
}
