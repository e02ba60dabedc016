//! One tiny question to every provider that is ready, all at once: does it answer, how fast, and if not, why.

use std::time::{Duration, Instant};

use arena_core::attempt::Class;
use arena_core::id::Seat;
use arena_core::message::{FailureClass, Message, Request, Sampling};
use arena_core::model::ModelSpec;
use arena_models::catalog;
use serde::Serialize;
use tokio::task::JoinSet;

use super::super::exit::{Exit, Failure};
use crate::causes::in_one_line;
use crate::config::{Config, Kind, Provider};
use crate::roster::Roster;

/// Longer than any provider that is well takes for a word; the doctor's patient waits.
const LIMIT: Duration = Duration::from_secs(15);

/// Some providers refuse less.
const MAX_OUTPUT_TOKENS: u32 = 16;

/// What came of one question.
#[derive(Serialize)]
pub(super) struct Ping {
    provider: String,
    /// Who was asked; nothing if no model is known.
    model: Option<ModelSpec>,
    answered_by: Option<ModelSpec>,
    elapsed_ms: Option<u64>,
    /// Why there is no answer.
    problem: Option<String>,
    /// What kind of failure that is.
    class: Option<Class>,
}

/// Asks every provider that is ready, and those of `named`, each by one of its models.
pub(super) async fn all(roster: &Roster, named: &[ModelSpec]) -> Result<Vec<Ping>, Failure> {
    let config = roster.config();
    let mut pings = Vec::new();
    let mut asking = JoinSet::new();
    for spec in named {
        let of = config.providers.values().find(|provider| is_of(spec, provider));
        let seat = of.and_then(|provider| provider.keys.somebody());
        asking.spawn(ask(roster.model(spec, seat)?, spec.clone()));
    }
    let is_named = |provider: &Provider| named.iter().any(|spec| is_of(spec, provider));
    for provider in config.ready().filter(|provider| !is_named(provider)) {
        match model_of(&config, provider) {
            Some(spec) => drop(asking.spawn(ask(roster.model(&spec, provider.keys.somebody())?, spec))),
            None => pings.push(Ping::without_model(provider)),
        }
    }
    while let Some(ping) = asking.join_next().await {
        pings.push(ping.map_err(|cause| Failure::infrastructure("a question was not asked", &cause))?);
    }
    pings.sort_by(|one, other| one.provider.cmp(&other.provider));
    Ok(pings)
}

/// The first that the user named in a chain or a price, else the cheapest that is known. A user's own agent needs no name.
fn model_of(config: &Config, provider: &Provider) -> Option<ModelSpec> {
    let in_chains = config.chains.values().flat_map(|chain| &chain.value.models);
    let named = in_chains.chain(config.terms.iter().map(|(model, _)| model));
    if let Some(model) = named.into_iter().find(|model| is_of(model, provider)) {
        return Some(model.clone());
    }
    if let Kind::Http(_) = provider.kind.value {
        return Some(ModelSpec::Of { provider: provider.name.clone(), model: String::new() });
    }
    let known = catalog::known_of(provider.vendor()?.name);
    let priced = known.filter_map(|known| Some((known.price?, known)));
    let cheapest = priced.min_by_key(|(price, _)| price.input_picousd.saturating_add(price.output_picousd));
    cheapest.map(|(_, known)| ModelSpec::Of { provider: provider.name.clone(), model: known.name.to_owned() })
}

fn is_of(model: &ModelSpec, provider: &Provider) -> bool {
    matches!(model, ModelSpec::Of { provider: of, .. } if *of == provider.name)
}

async fn ask(model: std::sync::Arc<dyn arena_models::Model>, spec: ModelSpec) -> Ping {
    let request = Request {
        seat: Seat::Target,
        messages: vec![Message::User { text: "Answer with the one word: pong".to_owned() }],
        tools: Vec::new(),
        schema: None,
        sampling: Sampling { temperature: None, max_output_tokens: MAX_OUTPUT_TOKENS },
        seed: 1,
    };
    let began = Instant::now();
    let answer = tokio::time::timeout(LIMIT, model.ask(&request, &|_| {})).await;
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).ok();
    let provider = spec.to_string().split(':').next().unwrap_or_default().to_owned();
    let asked = Ping { provider, model: Some(spec), answered_by: None, elapsed_ms, problem: None, class: None };
    match answer {
        Ok(Ok(answered)) => Ping { answered_by: Some(answered.reply.answered_by), ..asked },
        Ok(Err(error)) => Ping { problem: Some(in_one_line(&error)), class: Some(error.class()), ..asked },
        Err(_) => {
            let problem = format!("no answer within {} s", LIMIT.as_secs());
            Ping { problem: Some(problem), class: Some(Class::Timeout), ..asked }
        }
    }
}

impl Ping {
    fn without_model(provider: &Provider) -> Self {
        let name = provider.name.to_string();
        let problem = format!("not asked: no model of it is known; name one with --ping-model {name}:MODEL");
        Self { provider: name, model: None, answered_by: None, elapsed_ms: None, problem: Some(problem), class: None }
    }

    pub(super) fn who(&self) -> String {
        self.model.as_ref().map_or_else(|| self.provider.clone(), ToString::to_string)
    }

    /// The answer in words.
    pub(super) fn answer(&self) -> String {
        let class = self.class.map(|class| format!("{}: ", class.word().replace('_', " "))).unwrap_or_default();
        match (&self.problem, &self.answered_by) {
            (Some(problem), _) => format!("{class}{problem}"),
            (None, Some(model)) => format!("by {model}"),
            (None, None) => "yes".to_owned(),
        }
    }

    pub(super) fn time(&self) -> String {
        self.elapsed_ms.map_or("–".to_owned(), |ms| format!("{ms} ms"))
    }

    /// Who was not asked is not broken.
    pub(super) fn exit(&self) -> Exit {
        match self.class.map(Class::failure) {
            Some(FailureClass::Misconfigured | FailureClass::Rejected) => Exit::Usage,
            Some(FailureClass::Unavailable) => Exit::Infrastructure,
            None => Exit::Good,
        }
    }
}
