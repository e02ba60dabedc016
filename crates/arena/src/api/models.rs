//! `GET /models`, `GET /providers`: who can be asked, and what is missing for the others.

use arena_core::id::Seat;
use arena_core::name::Name;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::Query;
use super::problem::{self, Code, Problem};
use crate::access::{May, Scope, ToRead};
use crate::causes::in_one_line;
use crate::config::{Origin, Provider};
use crate::roster::Offer;

/// The routes of models and providers.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(models)).routes(routes!(providers))
}

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Parameters {
    /// Only of this provider, whether it can be asked or not.
    pub(crate) provider: Option<String>,
}

/// What can be named.
#[derive(Serialize, ToSchema)]
pub(crate) struct Offered {
    /// The day of the listed prices.
    #[schema(example = "2026-11-01")]
    pub(crate) prices_of: &'static str,
    /// The mock first.
    pub(crate) data: Vec<Model>,
}

/// A model that can be named.
#[derive(Serialize, ToSchema)]
pub(crate) struct Model {
    /// Its name, for `models` of a match.
    #[schema(example = "openai:gpt-5-mini")]
    pub(crate) name: String,
    /// Whether it can be asked as things are.
    pub(crate) ready: bool,
    /// US dollars a million tokens read; nothing if that is not known.
    pub(crate) input_usd_per_million: Option<f64>,
    /// The same for tokens that the provider has cached.
    pub(crate) cached_usd_per_million: Option<f64>,
    /// The same for tokens written.
    pub(crate) output_usd_per_million: Option<f64>,
    /// Tokens that it can take in.
    pub(crate) window_tokens: Option<u64>,
    /// Tokens of its longest answer.
    pub(crate) max_output_tokens: Option<u64>,
}

/// Providers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Providers {
    /// By name.
    pub(crate) data: Vec<ProviderResource>,
}

/// Who serves models. A key is never shown, and not where it is.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
pub(crate) struct ProviderResource {
    /// How its models begin.
    #[schema(example = "openai")]
    pub(crate) name: String,
    /// The API that it speaks.
    #[schema(example = "openai")]
    pub(crate) kind: &'static str,
    /// Whether it can be asked, with the key of all or of a seat.
    pub(crate) ready: bool,
    /// What is missing. Only for those who may see everything.
    pub(crate) problem: Option<String>,
    /// For whom there is a key: `all`, or a seat.
    pub(crate) keys: Vec<&'static str>,
    /// Where they are from; nothing if there is none.
    pub(crate) key_from: Option<KeyFrom>,
    /// Whether nothing can be asked without one.
    pub(crate) needs_key: bool,
    /// How many calls one of its models may have under way; nothing is as many as it likes.
    pub(crate) max_concurrent: Option<u32>,
}

/// Where a key is from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyFrom {
    /// Variables of the server's environment.
    Environment,
    /// Somebody gave it to the running server, which has it until it ends.
    Api,
}

/// List models
///
/// What can be named in a match, with price and window. Nobody is asked.
#[utoipa::path(
    get, path = "/models", tag = "models", operation_id = "list_models", params(Parameters),
    responses(
        (status = 200, description = "The models", body = Offered),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn models(
    State(app): State<App>,
    _: May<ToRead>,
    Query(Parameters { provider }): Query<Parameters>,
) -> Result<Json<Offered>, Problem> {
    let offered = match provider {
        None => app.roster().offered(),
        Some(name) => {
            let config = app.roster().config();
            let provider = name.parse::<Name>().ok().and_then(|name| config.providers.get(&name));
            let known = config.providers.keys().map(Name::as_str);
            let provider = provider.ok_or_else(|| {
                let detail = arena_core::problem::unknown("provider", &name, known);
                Problem::new(Code::InvalidParameter, format!("provider: {detail}"))
            })?;
            app.roster().offered_by(provider)
        }
    };
    let data = offered.into_iter().map(Model::from).collect();
    Ok(Json(Offered { prices_of: arena_models::catalog::date(), data }))
}

/// List providers
///
/// Those that the arena knows, and those of its configuration.
#[utoipa::path(
    get, path = "/providers", tag = "models", operation_id = "list_providers",
    responses((status = 200, description = "The providers", body = Providers))
)]
pub(crate) async fn providers(State(app): State<App>, caller: May<ToRead>) -> Result<Json<Providers>, Problem> {
    let config = app.roster().config();
    let sees_all = caller.may(Scope::Administer);
    let data = config.providers.values().map(|provider| ProviderResource::of(provider, sees_all)).collect();
    Ok(Json(Providers { data }))
}

impl From<Offer> for Model {
    fn from(offer: Offer) -> Self {
        Self {
            name: offer.model.to_string(),
            ready: offer.ready,
            input_usd_per_million: offer.input_usd_per_million,
            cached_usd_per_million: offer.cached_usd_per_million,
            output_usd_per_million: offer.output_usd_per_million,
            window_tokens: offer.window_tokens,
            max_output_tokens: offer.max_output_tokens,
        }
    }
}

impl ProviderResource {
    fn of(provider: &Provider, sees_all: bool) -> Self {
        let problem = provider.check().err();
        Self {
            name: provider.name.to_string(),
            kind: provider.kind.value.word(),
            ready: problem.is_none(),
            problem: problem.filter(|_| sees_all).map(|problem| in_one_line(&problem)),
            keys: provider.keys.found().map(|(seat, _)| seat.map_or("all", Seat::word)).collect(),
            key_from: provider.keys.found().next().map(|(_, key)| match key.origin {
                Origin::Api => KeyFrom::Api,
                Origin::Default | Origin::File { .. } | Origin::Variable(_) | Origin::Flag(_) => KeyFrom::Environment,
            }),
            needs_key: provider.keys.needed,
            max_concurrent: provider.max_concurrent.value,
        }
    }
}
