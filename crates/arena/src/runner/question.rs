//! A question to a model outside of any match.

use std::time::Duration;

use arena_core::budget::{Price, Spent};
use arena_core::message::{ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use tokio::time::Instant;

use super::{Error, Runner};

impl Runner {
    /// Asks a model once, outside of any match. What that takes is taken out of what all matches share.
    ///
    /// # Errors
    /// [`Error::Spent`]; within, why there is no answer.
    pub async fn ask(
        &self,
        model: &ModelSpec,
        request: &Request,
        price: Option<Price>,
        patience: Duration,
    ) -> Result<Result<Reply, ModelFailure>, Error> {
        self.has_budget()?;
        let answer = self.shared.roster.ask(model, request, Instant::now() + patience, &|_| {}).await;
        let mut used = Spent::default();
        match &answer {
            Ok(reply) => used.add(reply, price),
            Err(failure) => used.add_attempts(&failure.attempts, price),
        }
        self.shared.purse.pay(&used);
        Ok(answer.map(Reply::cut))
    }
}
