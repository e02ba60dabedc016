//! What the doctor found, as data: it is printed as text or as JSON. Holds no key, only what may be shown of one.

use arena_core::model::ModelSpec;
use serde::Serialize;

use super::super::exit::Exit;
use super::mcp::{self, ServerFound};
use super::ping::Ping;
use super::places;
use super::sandbox::{self, SandboxFound};
use crate::causes::in_one_line;
use crate::cli::location::Location;
use crate::config::{Audit, Config, KNOWN, Limits, Provider, Setting};
use crate::roster::Roster;

/// Everything that was found.
#[derive(Serialize)]
pub(super) struct Report {
    schema_version: u32,
    pub(super) version: &'static str,
    /// The file; nothing if there is none.
    pub(super) config: Option<Said>,
    pub(super) database: Database,
    /// Those that somebody set up.
    pub(super) providers: Vec<ProviderFound>,
    /// Those that the arena knows and nobody set up.
    pub(super) not_set_up: Vec<NotSetUp>,
    pub(super) chains: Vec<ChainFound>,
    pub(super) mcp: Vec<ServerFound>,
    pub(super) sandbox: SandboxFound,
    /// In the order of a call, seconds.
    pub(super) timeouts: Vec<Timeout>,
    pub(super) cache: Cache,
    /// What signs the audit log; nothing if nothing does.
    pub(super) audit: Option<AuditFound>,
    /// What came of `--ping`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pings: Option<Vec<Ping>>,
}

/// A value and who said it.
#[derive(Serialize)]
pub(super) struct Said {
    pub(super) value: String,
    pub(super) origin: String,
}

#[derive(Serialize)]
pub(super) struct Database {
    pub(super) path: String,
    pub(super) exists: bool,
    /// Why no match can be kept there; nothing if one can.
    pub(super) problem: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ProviderFound {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) base_url: Option<Said>,
    pub(super) keys: Vec<KeyFound>,
    /// Why it cannot be asked; nothing if it can.
    pub(super) problem: Option<String>,
}

#[derive(Serialize)]
pub(super) struct KeyFound {
    /// Whose; nothing is everybody's.
    pub(super) seat: Option<&'static str>,
    /// As much of it as may be shown.
    pub(super) shown: String,
    pub(super) origin: String,
}

#[derive(Serialize)]
pub(super) struct NotSetUp {
    pub(super) name: &'static str,
    /// One of these would do.
    pub(super) variables: &'static [&'static str],
}

#[derive(Serialize)]
pub(super) struct ChainFound {
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) models: Vec<ModelSpec>,
    pub(super) fallback: &'static str,
    pub(super) attempts: u32,
    /// Why it cannot be asked; nothing if it can.
    pub(super) problem: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Timeout {
    pub(super) name: &'static str,
    pub(super) seconds: f64,
    pub(super) origin: String,
}

#[derive(Serialize)]
pub(super) struct Cache {
    pub(super) enabled: bool,
    pub(super) folder: String,
    pub(super) ttl_hours: u64,
    pub(super) origin: String,
    /// Why no answer can be kept; nothing if one can, or none is to be.
    pub(super) problem: Option<String>,
}

#[derive(Serialize)]
pub(super) struct AuditFound {
    pub(super) key: String,
    /// What the key's signatures are compared with; nothing if it cannot be read.
    pub(super) public_key: Option<String>,
    pub(super) checkpoints: String,
    /// Why nothing can be signed, or kept of it; nothing if it can.
    pub(super) problem: Option<String>,
}

impl Report {
    pub(super) async fn of(config: &Config, roster: &Roster, database: &Location) -> Self {
        Self {
            schema_version: 1,
            version: env!("CARGO_PKG_VERSION"),
            config: config
                .file
                .as_ref()
                .map(|file| Said { value: file.value.display().to_string(), origin: file.origin.to_string() }),
            database: Database {
                path: database.to_string(),
                exists: database.exists(),
                problem: places::database(database).await,
            },
            providers: config.providers.values().filter(|provider| provider.is_wanted()).map(found).collect(),
            not_set_up: not_set_up(config),
            chains: chains(config, roster),
            mcp: mcp::configured(config),
            sandbox: sandbox::tried().await,
            timeouts: timeouts(&config.limits),
            cache: Cache {
                enabled: config.cache.enabled.value,
                folder: config.cache.folder.value.display().to_string(),
                ttl_hours: config.cache.ttl_hours.value,
                origin: config.cache.enabled.origin.to_string(),
                problem: places::cache(&config.cache),
            },
            audit: config.audit.as_ref().map(audit),
            pings: None,
        }
    }

    /// Good, if nothing that is configured is broken.
    pub(super) fn exit(&self) -> Exit {
        let is_broken = self.providers.iter().any(|provider| provider.problem.is_some())
            || self.chains.iter().any(|chain| chain.problem.is_some())
            || self.database.problem.is_some()
            || self.cache.problem.is_some()
            || self.audit.as_ref().is_some_and(|audit| audit.problem.is_some());
        let configured = if is_broken { Exit::Usage } else { Exit::Good };
        let asked = self.pings.iter().flatten().map(Ping::exit).chain(self.mcp.iter().map(ServerFound::exit));
        asked.fold(configured, Exit::max)
    }
}

fn found(provider: &Provider) -> ProviderFound {
    let base_url = provider
        .address
        .value
        .as_ref()
        .ok()
        .map(|endpoint| Said { value: endpoint.to_string(), origin: provider.address.origin.to_string() });
    let keys = provider.keys.found().map(|(seat, Setting { value, origin })| KeyFound {
        seat: seat.map(arena_core::id::Seat::word),
        shown: match value {
            Ok(key) => key.to_string(),
            Err(error) => error.to_string(),
        },
        origin: origin.to_string(),
    });
    ProviderFound {
        name: provider.name.to_string(),
        kind: provider.kind.value.word(),
        base_url,
        keys: keys.collect(),
        problem: provider.check().err().map(|error| in_one_line(&error)),
    }
}

fn audit(audit: &Audit) -> AuditFound {
    let key = places::key(audit);
    AuditFound {
        key: audit.key.display().to_string(),
        public_key: key.as_ref().ok().map(ToString::to_string),
        checkpoints: audit.checkpoints.display().to_string(),
        problem: key.err().or_else(|| places::checkpoints(audit)),
    }
}

fn not_set_up(config: &Config) -> Vec<NotSetUp> {
    let is_wanted = |name: &str| config.providers.get(name).is_some_and(Provider::is_wanted);
    let known = KNOWN.iter().filter(|known| !is_wanted(known.name));
    known.map(|known| NotSetUp { name: known.name, variables: known.keys }).collect()
}

fn chains(config: &Config, roster: &Roster) -> Vec<ChainFound> {
    let found = |(name, chain): (&arena_core::name::Name, &Setting<crate::config::Chain>)| ChainFound {
        name: name.to_string(),
        origin: chain.origin.to_string(),
        models: chain.value.candidates().cloned().collect(),
        fallback: chain.value.fallback.word(),
        attempts: chain.value.attempts,
        problem: roster.chain_for_somebody(&ModelSpec::Chain(name.clone())).err().map(|error| in_one_line(&error)),
    };
    config.chains.iter().map(found).collect()
}

fn timeouts(limits: &Limits) -> Vec<Timeout> {
    let Limits { connect, first_byte, idle, total, turn } = limits;
    [("connect", connect), ("first_byte", first_byte), ("idle", idle), ("total", total), ("turn", turn)]
        .into_iter()
        .map(|(name, limit)| Timeout { name, seconds: limit.value.as_secs_f64(), origin: limit.origin.to_string() })
        .collect()
}
