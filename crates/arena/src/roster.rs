//! The models that can be asked, each built once: from what a spec names and the environment configures.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arena_core::id::Seat;
use arena_core::model::ModelSpec;
use arena_core::spec::Spec;
use arena_models::{Endpoint, Http, Key, Mock, Model, NoClient, NotAKey, NotAnEndpoint, OpenAi, Timeouts};

/// Where the OpenAI API is, unless `OPENAI_BASE_URL` says otherwise.
const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// What the environment says about providers. Read once, at the start; looked at when a model is first asked for.
#[derive(Debug, Default)]
pub struct Environment {
    /// `OPENAI_BASE_URL`.
    pub openai_base_url: Option<String>,
    /// `OPENAI_API_KEY`, or why it is none.
    pub openai_api_key: Option<Result<Key, NotAKey>>,
}

/// A model cannot be asked as things are set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key in the environment is unusable.
    #[error("OPENAI_API_KEY cannot be used")]
    Key(#[source] NotAKey),
    /// A base URL in the environment is unusable.
    #[error("OPENAI_BASE_URL cannot be used")]
    BaseUrl(#[source] NotAnEndpoint),
    /// No provider is configured by this name.
    #[error("{model} is not configured: write PROVIDER:MODEL with one of: mock, openai")]
    Unknown {
        /// The model.
        model: ModelSpec,
    },
    /// A vendor that wants a key.
    #[error(
        "{model} needs a key: set OPENAI_API_KEY, or set OPENAI_BASE_URL to a server of your own (usually ending in /v1)"
    )]
    NoKey {
        /// The model.
        model: ModelSpec,
    },
    /// HTTP is not to be had.
    #[error("no HTTP client could be built")]
    Http(#[source] NoClient),
}

impl Environment {
    /// Reads the process's environment. What is wrong with it matters to who needs it.
    pub fn read() -> Self {
        // What is no Unicode stays wrong after this, and is refused like anything else that is wrong.
        let set = |name| {
            let value = std::env::var_os(name)?.to_string_lossy().into_owned();
            (!value.trim().is_empty()).then_some(value)
        };
        Self {
            openai_base_url: set("OPENAI_BASE_URL"),
            openai_api_key: set("OPENAI_API_KEY").map(|key| Key::new(&key)),
        }
    }
}

/// Models by spec.
#[derive(Debug)]
pub struct Roster {
    environment: Environment,
    built: Mutex<Built>,
}

/// What was asked for so far.
#[derive(Debug, Default)]
struct Built {
    models: HashMap<ModelSpec, Arc<dyn Model>>,
    /// One client for all, so that they share its connections.
    http: Option<Http>,
}

impl Roster {
    /// The models that `environment` configures.
    pub fn new(environment: Environment) -> Self {
        Self { environment, built: Mutex::default() }
    }

    /// Whether every model of a match is to be had.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self, spec: &Spec) -> Result<(), Error> {
        for contestant in Seat::ALL.into_iter().filter_map(|seat| spec.contestant(seat)) {
            self.model(&contestant.model)?;
        }
        Ok(())
    }

    /// The model that `spec` names. Asked twice, it is the same one, with the same connections.
    ///
    /// # Errors
    /// [`Error`] if the environment does not configure its provider.
    pub fn model(&self, spec: &ModelSpec) -> Result<Arc<dyn Model>, Error> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = built.models.get(spec) {
            return Ok(Arc::clone(model));
        }
        let model: Arc<dyn Model> = match spec {
            ModelSpec::Mock { latency_ms } => Arc::new(Mock::new(*latency_ms)),
            ModelSpec::Of { provider, model } if provider.as_str() == "openai" => {
                let endpoint = self.openai(spec)?;
                let http = match &built.http {
                    Some(http) => http.clone(),
                    None => built.http.insert(Http::new(Timeouts::default()).map_err(Error::Http)?).clone(),
                };
                Arc::new(OpenAi::new(spec.clone(), model.clone(), endpoint, http, true))
            }
            ModelSpec::Of { .. } | ModelSpec::Chain(_) => return Err(Error::Unknown { model: spec.clone() }),
        };
        built.models.insert(spec.clone(), Arc::clone(&model));
        Ok(model)
    }

    fn openai(&self, spec: &ModelSpec) -> Result<Endpoint, Error> {
        let key = self.environment.openai_api_key.clone().transpose().map_err(Error::Key)?;
        let base_url = match (&self.environment.openai_base_url, &key) {
            (None, None) => return Err(Error::NoKey { model: spec.clone() }),
            (None, Some(_)) => OPENAI_BASE_URL,
            (Some(base_url), _) => base_url,
        };
        Endpoint::parse(base_url, key).map_err(Error::BaseUrl)
    }
}
