//! Models that answer. One trait, and behind it the vendors' HTTP; touches the network and the clock, and the files of
//! the response cache and of cassettes.
//!
//! The runner asks with an [`arena_core::message::Request`] and gets a finished reply or an [`Error`] that says what
//! can be done about it. A [`Model`] asks once; the one place that asks again, or asks another, is the [`Chain`].

mod answer;
mod anthropic;
pub mod cache;
mod calls;
pub mod cassette;
pub mod catalog;
mod chain;
mod decoder;
mod dialect;
mod endpoint;
mod error;
mod excerpt;
mod gemini;
mod heard;
mod http;
mod key;
mod mock;
mod openai;
mod refusal;
mod request_key;
mod retry_after;
mod room;
mod secrets;
mod sse;
mod template;
mod timeouts;
mod veil;
mod vendor;

use arena_core::message::{Reply, Request};
use arena_core::model::ModelSpec;
use async_trait::async_trait;

pub use anthropic::Anthropic;
pub use cache::{CacheFolder, Cached};
pub use cassette::{Cassette, Recorder};
pub use chain::{Chain, Heard, Hears, Rules, Standing, Target, Terms};
pub use endpoint::{Endpoint, NotAnEndpoint};
pub use error::{Error, Refusal, Scope};
pub use gemini::Gemini;
pub use http::{Http, NoClient};
pub use key::{Key, NotAKey};
pub use mock::Mock;
pub use openai::OpenAi;
pub use request_key::{Identity, NotARequestKey, RequestKey};
pub use reqwest::header::{HeaderName, HeaderValue};
pub use room::Room;
pub use template::{HttpAgent, Mistake, NotATemplate, StreamDraft, Template, TemplateDraft};
pub use timeouts::{Phase, Timeouts};

/// Receives an answer's text as it is written, for those who watch.
///
/// What it gets is never the answer: a stream may break after any piece, and the pieces are then void. Pieces are
/// not empty and end between characters. It is called on the task that asks, so it must not block.
pub type Deltas<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// An answer, and what the provider says beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The answer. Its cost is set where the provider says it itself.
    pub reply: Reply,
    /// What is left of the rate limit.
    pub room: Option<Room>,
}

impl From<Reply> for Answered {
    fn from(reply: Reply) -> Self {
        Self { reply, room: None }
    }
}

/// Something that answers a [`Request`]: a vendor's model or the arena's mock.
#[async_trait]
pub trait Model: Send + Sync + std::fmt::Debug {
    /// The model as files and flags name it.
    fn spec(&self) -> &ModelSpec;

    /// Asks once, and waits for the whole answer; `deltas` hears it being written.
    ///
    /// Dropping the future gives the question up: the connection is closed and nothing keeps running.
    ///
    /// # Errors
    /// [`Error`], a variant for each thing that the caller can do next.
    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error>;
}
