//! The response cache: a model that looks whether its answer is there already before it asks. Touches files.
//!
//! [`Cached`] stands around one model, below retries and chains, so that its key names who really answers. `folder`
//! finds and keeps the files, `entry` is what stands in one, `flight` lets equal questions share one call. No trouble
//! with files stops a match: it is counted in [`Stats`], and the model is asked.

mod entry;
mod flight;
mod folder;

use std::sync::Arc;

use arena_core::message::{Reply, Request};
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use tokio::time::Instant;

use self::flight::{Boarding, Flight, Landing};
pub use self::folder::{CacheFolder, Stats};
use crate::{Answered, Deltas, Error, Identity, Model, RequestKey};

/// A model whose answers are kept.
///
/// Of equal questions at the same time one is asked. The others get its answer, kept or not, as they would get one from
/// the folder: at no cost. If it fails, each of them asks for itself and at once: a line of calls that wait for each
/// other to time out would be slower than no cache. If who asks it is dropped, one of the others takes its place.
#[derive(Debug)]
pub struct Cached {
    inner: Arc<dyn Model>,
    identity: Identity,
    folder: Arc<CacheFolder>,
}

impl Cached {
    /// `inner`, whose answers are those of `identity`, with `folder` before it. Many models may share a folder.
    pub fn new(inner: Arc<dyn Model>, identity: Identity, folder: Arc<CacheFolder>) -> Self {
        Self { inner, identity, folder }
    }

    /// Answers a question that nobody else asks: from the folder, or by asking.
    async fn lead(
        &self,
        flight: Flight<'_>,
        key: RequestKey,
        request: &Request,
        deltas: Deltas<'_>,
    ) -> Result<Answered, Error> {
        let began = Instant::now();
        if let Some(reply) = self.folder.find(key).await {
            let reply = Arc::new(reply);
            flight.land(Landing::Answered(Arc::clone(&reply)));
            return Ok(again(&reply, began, deltas));
        }
        let asked = self.inner.ask(request, deltas).await;
        flight.land(match &asked {
            Ok(answered) => Landing::Answered(Arc::new(answered.reply.clone())),
            Err(_) => Landing::Failed,
        });
        let answered = asked?;
        // The flight goes on until the file is there, so that nobody asks between the two.
        self.folder.keep(key, &answered.reply).await;
        Ok(answered)
    }
}

#[async_trait]
impl Model for Cached {
    fn spec(&self) -> &ModelSpec {
        self.inner.spec()
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        let key = RequestKey::of(&self.identity, request);
        let began = Instant::now();
        loop {
            let follower = match self.folder.flights().board(key) {
                Boarding::Lead(flight) => return self.lead(flight, key, request, deltas).await,
                Boarding::Follow(follower) => follower,
            };
            match follower.landing().await {
                Some(Landing::Answered(reply)) => {
                    self.folder.count(|stats| stats.hits += 1);
                    return Ok(again(&reply, began, deltas));
                }
                Some(Landing::Failed) => {
                    self.folder.count(|stats| stats.misses += 1);
                    let answered = self.inner.ask(request, deltas).await?;
                    self.folder.keep(key, &answered.reply).await;
                    return Ok(answered);
                }
                // Given up by who asked: the question is free again.
                None => {}
            }
        }
    }
}

/// An answer that was given before, given again: nothing is asked and nothing spent, and who listens hears it.
fn again(reply: &Reply, began: Instant, deltas: Deltas<'_>) -> Answered {
    for word in reply.text.split_inclusive(char::is_whitespace) {
        deltas(word);
    }
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let reply = reply.clone();
    Reply { cached: true, cost_nanousd: Some(0), elapsed_ms, waited_ms: 0, attempts: vec![], ..reply }.into()
}
