//! A match as the API shows it.

use arena_core::id::{MatchId, Seq};
use arena_store::{Document, Repository, Rev};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::app::App;
use super::super::etag::ETag;
use super::super::problem::Problem;
use crate::access::{Caller, Scope};
use crate::header::{Header, Sitting};
use crate::report::Rates;

/// A match: who plays what, and how far it is.
#[derive(Serialize, ToSchema)]
#[schema(as = Match)]
pub(crate) struct Resource {
    /// 26 characters that sort by the moment of creation.
    #[schema(example = "01kanp8m6s1x3f0v9h2r7c4d5e")]
    pub(crate) id: String,
    /// The scenario.
    #[schema(example = "support-desk")]
    pub(crate) scenario: String,
    /// `pending`, `running`, `paused`, `completed`, `stopped` or `failed`.
    pub(crate) status: String,
    pub(crate) red: Seated,
    /// Nothing if the guards are off.
    pub(crate) blue: Option<Seated>,
    pub(crate) target: Seated,
    /// What it is a part of.
    pub(crate) label: Option<String>,
    /// What chance is derived from.
    pub(crate) seed: String,
    /// How many rounds; nothing is until stopped.
    pub(crate) n_rounds: Option<u32>,
    /// Rounds judged.
    pub(crate) n_judged: u32,
    /// Whether a mock has a part: then the figures say nothing about a model.
    pub(crate) mock: bool,
    /// Whether it waits for a person to decide: see `approvals`.
    pub(crate) awaits_person: bool,
    /// `red`, `blue`, `draw` or `void`, once completed.
    pub(crate) winner: Option<String>,
    pub(crate) rates: Rates,
    /// Rounds that count for nobody: void, or undecided.
    pub(crate) n_inconclusive: u64,
    /// Why it failed, was stopped or cut short. Only for those who may see everything.
    pub(crate) reason: Option<String>,
    /// Why it could not be played on by this server. Only for those who may see everything.
    pub(crate) problem: Option<String>,
    /// The last event, from which to watch it.
    pub(crate) position: Position,
    /// When it was created, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: jiff::Timestamp,
    /// When the last event that changed this was written, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) updated_at: jiff::Timestamp,
}

/// Who sits in a seat.
#[derive(Serialize, ToSchema)]
pub(crate) struct Seated {
    /// The agent.
    pub(crate) agent: String,
    /// Its model.
    pub(crate) model: String,
}

/// A place in a match.
#[derive(Serialize, ToSchema)]
pub(crate) struct Position {
    /// The number of the last event.
    #[schema(value_type = u64)]
    pub(crate) seq: Seq,
}

impl From<Sitting> for Seated {
    fn from(sitting: Sitting) -> Self {
        Self { agent: sitting.agent.to_string(), model: sitting.model.to_string() }
    }
}

impl Resource {
    /// The match in `document`, as `caller` may see it.
    ///
    /// # Errors
    /// If its id is none of a match.
    pub(crate) fn of(app: &App, caller: &Caller, document: Document<Header>) -> Result<Self, Problem> {
        let header = document.body;
        let id: MatchId = document.id.parse().map_err(|error| Problem::internal(&error))?;
        let sees_all = caller.may(Scope::Administer);
        let winner = header.winner.and_then(|winner| serde_json::to_value(winner).ok());
        Ok(Self {
            id: document.id,
            scenario: header.scenario.to_string(),
            status: header.status,
            red: header.red.into(),
            blue: header.blue.map(Seated::from),
            target: header.target.into(),
            label: header.label.map(|label| label.to_string()),
            seed: header.seed.to_string(),
            n_rounds: header.n_rounds,
            n_judged: header.n_judged,
            mock: header.mock,
            awaits_person: header.awaits_person,
            winner: winner.and_then(|winner| winner.as_str().map(str::to_owned)),
            rates: Rates::of(&header.score),
            n_inconclusive: header.score.n_void + header.score.n_undecided,
            reason: header.reason.filter(|_| sees_all),
            problem: app.lobby().failure(id).filter(|_| sees_all),
            position: Position { seq: header.last },
            created_at: id.created_at(),
            updated_at: header.at,
        })
    }

    /// The match `id` as `caller` may see it, with its last event as it is now.
    ///
    /// # Errors
    /// [`super::super::Code::NotFound`] if there is none.
    pub(crate) async fn read(app: &App, caller: &Caller, id: MatchId) -> Result<(Self, ETag), Problem> {
        Self::at(app, caller, id, app.last_of(id).await?).await
    }

    /// The same with `seq`, which was its last event just now. A header that is newer than the position is harmless, the other
    /// way round it is not: so the events are looked at first.
    ///
    /// # Errors
    /// As for [`Resource::read`].
    pub(super) async fn at(app: &App, caller: &Caller, id: MatchId, seq: Seq) -> Result<(Self, ETag), Problem> {
        let document = Repository::of(&**app.store()).get(&id.to_string()).await?;
        let document = document.ok_or_else(|| Problem::no("match", id))?;
        let Rev(rev) = document.rev;
        let resource = Self { position: Position { seq }, ..Self::of(app, caller, document)? };
        // Who sees less, and a problem that came without an event, make another body.
        let sees = if caller.may(Scope::Administer) { "-all" } else { "" };
        let problem = resource.problem.as_deref().map(|problem| blake3::hash(problem.as_bytes()).to_hex());
        let problem = problem.map(|hash| format!("-{}", &hash[..8])).unwrap_or_default();
        Ok((resource, ETag::of(format!("{rev}-{seq}{sees}{problem}"))))
    }
}
