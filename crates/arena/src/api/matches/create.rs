//! `POST /matches`.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;

use arena_core::budget::Budget;
use arena_core::id::Seat;
use arena_core::name::Name;
use arena_core::spec::Mode as SpecMode;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::app::App;
use super::super::extract::Body;
use super::super::once::{self, Once};
use super::super::problem::{self, Problem};
use super::resource::Resource;
use crate::access::{May, ToRun};
use crate::library::{self, Kept};
use crate::lineup::{self, Answers, SeatModel, Wanted};

/// A match to be played.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Create {
    /// Which scenario.
    #[schema(example = "support-desk")]
    scenario: String,
    /// Who attacks.
    #[schema(default = "attacker")]
    red: Option<String>,
    /// Who defends; `none` plays with the guards off.
    #[schema(default = "guard")]
    blue: Option<String>,
    /// Who is under test.
    #[schema(default = "assistant")]
    target: Option<String>,
    /// Who is asked what facts cannot decide, if the scenario asks for that.
    #[serde(default)]
    judges: Vec<String>,
    /// Which models speak, such as `mock` or `openai:gpt-5-mini`; else what an agent says itself, or the mock.
    #[serde(default)]
    models: Models,
    /// How long: 5, 20 or 50 rounds, or until stopped. Without it `rounds` counts, or it is `quick`.
    mode: Option<Mode>,
    /// How many rounds, instead of a mode; at most a million.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    rounds: Option<NonZeroU32>,
    /// Rest between rounds, milliseconds; at most a day.
    #[serde(default)]
    #[schema(maximum = 86_400_000)]
    delay_ms: u64,
    /// The same seed and the same answers give the same match; without it one is drawn.
    seed: Option<String>,
    /// What it is a part of, to find and compare it by.
    label: Option<String>,
    /// What it may use.
    #[serde(default)]
    budget: Limits,
}

/// Models by seat.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Models {
    /// For seats of which nothing else is said.
    all: Option<String>,
    red: Option<String>,
    blue: Option<String>,
    target: Option<String>,
    judge: Option<String>,
}

/// How long a match is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum Mode {
    /// 5 rounds.
    Quick,
    /// 20 rounds.
    Standard,
    /// 50 rounds.
    Deep,
    /// Until stopped.
    Continuous,
}

/// A match ends when one of these is used up.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Limits {
    /// Model calls.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 1_000_000_000_000_u64)]
    calls: Option<NonZeroU64>,
    /// Tokens, read and written.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 1_000_000_000_000_u64)]
    tokens: Option<NonZeroU64>,
    /// Millionths of a US dollar; the price of every model must be known.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 1_000_000_000_000_u64)]
    cost_microusd: Option<NonZeroU64>,
    /// Seconds.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 1_000_000_000_000_u64)]
    seconds: Option<NonZeroU64>,
}

/// More rounds nobody waits for; what shall go on until it is stopped is continuous.
const MAX_ROUNDS: u32 = 1_000_000;

/// A larger limit binds nothing.
const MAX_LIMIT: u64 = 1_000_000_000_000;

/// A longer rest is a mistake.
const MAX_DELAY_MS: u64 = 86_400_000;

/// Begin a match
///
/// It is played when its turn comes; the answer does not wait for that. Who is not sure whether a request arrived sends it
/// again with the same `idempotency-key`: within 24 hours it begins one match, and the answer shows that match.
#[utoipa::path(
    post, path = "/matches", tag = "matches", operation_id = "create_match", request_body = Create,
    params(("idempotency-key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        description = "The same for all attempts of one request, and for no other")),
    responses(
        (status = 201, description = "It waits for its turn", body = Resource,
            headers(("location" = String, description = "Where it is"), ("etag" = String, description = "Its revision"))),
        problem::OfBody,
        (status = 409, description = "A request with this key is under way", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
        (status = 503, description = "Too many wait", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn create(
    State(app): State<App>,
    caller: May<ToRun>,
    once: Option<once::Key>,
    Body(create): Body<Create>,
) -> Result<Response, Problem> {
    let once = once.map(|key| Once::new(&caller.name, &key, &create)).transpose()?;
    let spec = lineup::spec(create.wanted(&app).await?, app.roster(), app.runner().workshop(), Answers::Asked).await?;
    let spec = Arc::new(spec);
    let (id, is_replayed) = match once {
        None => (app.lobby().start(&caller.name, spec).await?, false),
        Some(once) => once.start(&app, &caller.name, spec).await?,
    };
    let (resource, tag) = Resource::read(&app, &caller, id).await?;
    let location = format!("{}/matches/{id}", super::super::ROOT);
    let mut response =
        (StatusCode::CREATED, [tag.header()], [(header::LOCATION, location)], Json(resource)).into_response();
    if is_replayed {
        response.headers_mut().insert(once::REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

impl Create {
    async fn wanted(self, app: &App) -> Result<Wanted, Problem> {
        if self.mode.is_some() && self.rounds.is_some() {
            return Err(Problem::field("#/rounds", "give mode or rounds, not both"));
        }
        if self.rounds.is_some_and(|rounds| rounds.get() > MAX_ROUNDS) {
            return Err(Problem::field(
                "#/rounds",
                format!("it may be at most {MAX_ROUNDS}; mode continuous has no end"),
            ));
        }
        if self.delay_ms > MAX_DELAY_MS {
            return Err(Problem::field("#/delay_ms", format!("it may be at most {MAX_DELAY_MS}, a day")));
        }
        let n_rounds = match (self.rounds, self.mode) {
            (Some(rounds), _) => Some(rounds),
            (None, mode) => SpecMode::from(mode.unwrap_or(Mode::Quick)).n_rounds(),
        };
        let mut judges = Vec::new();
        for (i, name) in self.judges.iter().enumerate() {
            judges.push(named(app, &format!("#/judges/{i}"), name).await?);
        }
        Ok(Wanted {
            scenario: named(app, "#/scenario", &self.scenario).await?,
            red: named(app, "#/red", self.red.as_deref().unwrap_or("attacker")).await?,
            blue: match self.blue.as_deref().unwrap_or("guard") {
                "none" => None,
                name => Some(named(app, "#/blue", name).await?),
            },
            target: named(app, "#/target", self.target.as_deref().unwrap_or("assistant")).await?,
            judges,
            models: self.models.seats()?,
            label: parsed("#/label", self.label)?,
            seed: parsed("#/seed", self.seed)?,
            n_rounds,
            delay_ms: self.delay_ms,
            budget: self.budget.budget()?,
        })
    }
}

impl Limits {
    fn budget(self) -> Result<Budget, Problem> {
        let limit = |name: &str, limit: Option<NonZeroU64>| match limit.map(NonZeroU64::get) {
            Some(limit) if limit > MAX_LIMIT => {
                Err(Problem::field(&format!("#/budget/{name}"), format!("it may be at most {MAX_LIMIT}")))
            }
            limit => Ok(limit),
        };
        Ok(Budget {
            calls: limit("calls", self.calls)?,
            tokens: limit("tokens", self.tokens)?,
            cost_microusd: limit("cost_microusd", self.cost_microusd)?,
            seconds: limit("seconds", self.seconds)?,
        })
    }
}

impl Models {
    fn seats(self) -> Result<Vec<SeatModel>, Problem> {
        let Self { all, red, blue, target, judge } = self;
        [
            ("#/models/all", None, all),
            ("#/models/red", Some(Seat::Red), red),
            ("#/models/blue", Some(Seat::Blue), blue),
            ("#/models/target", Some(Seat::Target), target),
            ("#/models/judge", Some(Seat::Judge), judge),
        ]
        .into_iter()
        .filter_map(|(pointer, seat, text)| match parsed(pointer, text) {
            Ok(model) => Some(Ok(SeatModel { seat, model: model? })),
            Err(problem) => Some(Err(problem)),
        })
        .collect()
    }
}

impl From<Mode> for SpecMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Quick => Self::Quick,
            Mode::Standard => Self::Standard,
            Mode::Deep => Self::Deep,
            Mode::Continuous => Self::Continuous,
        }
    }
}

/// The value of a field that is written as text.
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    pointer: &str,
    text: Option<String>,
) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(|error: T::Err| Problem::field(pointer, error.to_string()))).transpose()
}

/// The agent or scenario of this name. No path: a client of the server reads none of its files.
async fn named<T: Kept>(app: &App, pointer: &str, name: &str) -> Result<Arc<T>, Problem> {
    /// So many names are looked through for one that was meant.
    const MAX_NAMES: usize = 1_000;
    let store = &**app.store();
    let found = match name.parse() {
        Ok(parsed) => library::find::<T>(store, &parsed).await?,
        Err(_) => None,
    };
    if let Some(item) = found {
        return Ok(item.value);
    }
    let names = library::names::<T>(store, None, MAX_NAMES).await?;
    let detail = arena_core::problem::unknown(T::KIND.word(), name, names.iter().map(Name::as_str));
    Err(Problem::field(pointer, detail))
}
