//! One event of a streamed answer, or a whole answer, as servers of the Messages API write it. Types only.
//!
//! Its kind is read before the rest, and so is the kind of a block: nothing is expected of the shape of what is not
//! known. What is known may be missing or null.

use std::borrow::Cow;

use arena_core::message::Usage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::answer::counts;

/// What can be told of any event.
#[derive(Debug, Deserialize)]
pub(super) struct Kind<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Option<Cow<'a, str>>,
    /// Only whether it is there; its shape is for [`Said`](crate::refusal::Said) to find out.
    #[serde(default)]
    pub(super) error: Option<IgnoredAny>,
}

/// `message_start`.
#[derive(Debug, Deserialize)]
pub(super) struct MessageStart<'a> {
    #[serde(borrow)]
    pub(super) message: Message<'a>,
}

/// A message: as it starts, without content and reason, or the whole of it.
#[derive(Debug, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    pub(super) model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) content: Option<Vec<Block<'a>>>,
    #[serde(borrow, default)]
    pub(super) stop_reason: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "counts")]
    pub(super) usage: Option<Tokens>,
}

/// `content_block_start`.
#[derive(Debug, Deserialize)]
pub(super) struct BlockStart<'a> {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(borrow)]
    pub(super) content_block: Block<'a>,
}

/// A part of the content: where it starts, or the whole of it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    Text {
        #[serde(borrow, default)]
        text: Option<Cow<'a, str>>,
    },
    ToolUse {
        #[serde(borrow, default)]
        id: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        name: Option<Cow<'a, str>>,
        #[serde(default)]
        input: Option<Value>,
    },
    /// From here on another model answers.
    Fallback {
        #[serde(borrow, default)]
        to: Option<Successor<'a>>,
    },
    /// Thoughts, the provider's own tools and what they brought, and whatever there will be.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Successor<'a> {
    #[serde(borrow, default)]
    pub(super) model: Option<Cow<'a, str>>,
}

/// `content_block_delta`.
#[derive(Debug, Deserialize)]
pub(super) struct BlockDelta<'a> {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(borrow)]
    pub(super) delta: Delta<'a>,
}

/// A piece of a block.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Delta<'a> {
    #[serde(rename = "text_delta")]
    Text {
        #[serde(borrow, default)]
        text: Option<Cow<'a, str>>,
    },
    #[serde(rename = "input_json_delta")]
    Input {
        #[serde(borrow, default)]
        partial_json: Option<Cow<'a, str>>,
    },
    /// Thoughts, signatures, citations, and whatever there will be.
    #[serde(other)]
    Other,
}

/// `message_delta`.
#[derive(Debug, Deserialize)]
pub(super) struct MessageDelta<'a> {
    #[serde(borrow, default)]
    pub(super) delta: Option<Ending<'a>>,
    #[serde(default, deserialize_with = "counts")]
    pub(super) usage: Option<Tokens>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Ending<'a> {
    #[serde(borrow, default)]
    pub(super) stop_reason: Option<Cow<'a, str>>,
}

/// Tokens so far. Those that went into the provider's cache, and came out of it, are not among the input's.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Tokens {
    #[serde(default, rename = "input_tokens")]
    input: Option<u64>,
    #[serde(default, rename = "cache_creation_input_tokens")]
    cache_creation: Option<u64>,
    #[serde(default, rename = "cache_read_input_tokens")]
    cache_read: Option<u64>,
    #[serde(default, rename = "output_tokens")]
    output: Option<u64>,
}

impl Tokens {
    /// These, now that `later` are told: each count is of the whole answer so far, and a later one replaces it.
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            input: later.input.or(self.input),
            cache_creation: later.cache_creation.or(self.cache_creation),
            cache_read: later.cache_read.or(self.cache_read),
            output: later.output.or(self.output),
        }
    }

    /// `None` if nothing was counted.
    pub(super) fn usage(self) -> Option<Usage> {
        if self.input.is_none() && self.output.is_none() {
            return None;
        }
        let cached_tokens = self.cache_read.unwrap_or(0);
        let of_cache = cached_tokens.saturating_add(self.cache_creation.unwrap_or(0));
        Some(Usage {
            input_tokens: self.input.unwrap_or(0).saturating_add(of_cache),
            cached_tokens,
            output_tokens: self.output.unwrap_or(0),
            estimated: false,
        })
    }
}
