//! Which models and MCP servers there are and how they are reached: `arena.toml` and the environment, as checked
//! settings. Touches the file once; the [`roster`](crate::roster) builds models from it, [`mcp`](crate::mcp) asks servers.
//!
//! `section` reads tables, `read`, `read_provider`, `read_template` and `read_mcp` give them their meaning, `known` has
//! what needs no file, and every [`Setting`] remembers its [`Origin`].

mod audit;
mod environment;
mod gates;
mod known;
mod mcp;
mod origin;
mod provider;
mod read;
mod read_mcp;
mod read_provider;
mod read_template;
mod section;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arena_core::budget::Price;
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::problem;
use arena_models::{Key, Timeouts};

pub use self::audit::Audit;
pub use self::environment::Environment;
pub use self::gates::{Gates, share};
pub use self::known::{KNOWN, Known};
pub use self::mcp::{Address, McpServer, Program, Reach, Variable};
pub use self::origin::{Origin, Setting};
pub use self::provider::{FoundKey, Keys, Kind, Provider, Unready, UnsetHeader};

/// The file that is looked for where nobody names one.
pub const FILE: &str = "arena.toml";

/// The variable that may name another.
pub const FILE_VARIABLE: &str = "ARENA_CONFIG";

/// All settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file they are from, if there is one.
    pub file: Option<Setting<PathBuf>>,
    /// The known ones, and those of the file.
    pub providers: BTreeMap<Name, Provider>,
    /// Models to be asked in order.
    pub chains: BTreeMap<Name, Setting<Chain>>,
    /// MCP servers, used or not.
    pub mcp: BTreeMap<Name, McpServer>,
    /// How long things may take.
    pub limits: Limits,
    /// Whether answers are kept.
    pub cache: Cache,
    /// What the user knows of models: before what the table of known models says.
    pub terms: Vec<(ModelSpec, Setting<Terms>)>,
    /// Limits on rates.
    pub gates: Gates,
    /// Where a server keeps what it signs of the audit log, if anywhere.
    pub audit: Option<Audit>,
}

/// Models to be asked in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The first before the others. At least one, none twice, no chains.
    pub models: Vec<ModelSpec>,
    /// Which of them may stand in for the first.
    pub fallback: Fallback,
    /// How often each is asked, at most.
    pub attempts: u32,
}

/// Which models may stand in for the first of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fallback {
    /// All of the chain.
    #[default]
    Any,
    /// The same model at other providers, so that it does not change who plays.
    SameModel,
    /// None: the first is asked again, and nobody else.
    None,
}

/// How long things may take, each from its own beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// [`Timeouts::connect`].
    pub connect: Setting<Duration>,
    /// [`Timeouts::first_byte`].
    pub first_byte: Setting<Duration>,
    /// [`Timeouts::idle`].
    pub idle: Setting<Duration>,
    /// [`Timeouts::total`].
    pub total: Setting<Duration>,
    /// A turn: all attempts at an answer, and the waits between them. 600 s.
    pub turn: Setting<Duration>,
}

/// Whether and where answers are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    /// Off unless somebody wants it: a kept answer is no new sample.
    pub enabled: Setting<bool>,
    /// Where.
    pub folder: Setting<PathBuf>,
    /// For how long, hours.
    pub ttl_hours: Setting<u64>,
}

/// What the user knows of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What it costs.
    pub price: Option<Price>,
    /// How many tokens of a question it takes.
    pub window_tokens: Option<u64>,
}

/// There is no configuration to be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that somebody named cannot be read, or one that is there.
    #[error("the configuration {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A file with mistakes.
    #[error(transparent)]
    Problem(#[from] problem::Error),
}

impl Config {
    /// The configuration of the file that the flag names, or `ARENA_CONFIG`, or else of `./arena.toml` if it is there;
    /// and of `environment`.
    ///
    /// # Errors
    /// [`Error`] if the file cannot be used.
    pub fn load(flag: Option<&Path>, environment: &Environment) -> Result<Self, Error> {
        let named = match (flag, environment.get(FILE_VARIABLE)) {
            (Some(path), _) => Some(Setting { value: path.to_owned(), origin: Origin::Flag("--config") }),
            (None, Some(path)) => {
                Some(Setting { value: path.into(), origin: Origin::Variable(FILE_VARIABLE.to_owned()) })
            }
            (None, None) => is_there(Path::new(FILE)).then(|| Setting::default(FILE.into())),
        };
        let Some(file) = named else { return Ok(Self::of(environment)) };
        let path = &file.value;
        let source = crate::catalog::read_file(path);
        let source = source.map_err(|cause| Error::Unreadable { path: path.clone(), cause })?;
        Ok(Self { file: Some(file.clone()), ..Self::parse(&path.display().to_string(), &source, environment)? })
    }

    /// What holds without a file.
    pub fn of(environment: &Environment) -> Self {
        Self::parse(FILE, "", environment).expect("an empty file has no mistakes")
    }

    /// Checks `source`, the text of `file`, which is only a name for messages.
    ///
    /// # Errors
    /// [`problem::Error`] lists every problem with its place.
    pub fn parse(file: &str, source: &str, environment: &Environment) -> Result<Self, problem::Error> {
        read::config(file, source, environment)
    }

    /// The same, for who only looks: a roster of it makes no folder of answers.
    pub fn without_cache(self) -> Self {
        Self { cache: Cache::default(), ..self }
    }

    /// The same with the keys that were given to the running server, and with no others of that kind. Who takes no key gets
    /// none.
    #[must_use]
    pub fn with_keys(mut self, given: &BTreeMap<Name, Key>) -> Self {
        for (name, provider) in &mut self.providers {
            let key = given.get(name).filter(|_| provider.keys.are_taken());
            provider.keys.given = key.map(|key| Setting { value: Ok(key.clone()), origin: Origin::Api });
        }
        self
    }

    /// The providers that somebody set up and that can be asked.
    pub fn ready(&self) -> impl Iterator<Item = &Provider> {
        self.providers.values().filter(|provider| provider.is_wanted() && provider.check().is_ok())
    }

    /// What is configured for a model, and what the table of known models says where nothing is.
    pub fn terms_of(&self, provider: &Provider, model: &ModelSpec) -> Terms {
        let ModelSpec::Of { model: name, .. } = model else { return Terms { price: None, window_tokens: None } };
        let said = self.terms.iter().find(|(of, _)| of == model).map(|(_, terms)| terms.value);
        let known = provider.vendor().and_then(|vendor| arena_models::catalog::known(vendor.name, name));
        Terms {
            price: said.and_then(|terms| terms.price).or_else(|| known?.price),
            window_tokens: said.and_then(|terms| terms.window_tokens).or_else(|| known?.window_tokens),
        }
    }
}

/// Whether there is anything at `path`. What is there and cannot be read, such as a link to nowhere, was meant to be.
fn is_there(path: &Path) -> bool {
    !std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

impl Fallback {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::SameModel, Self::None];

    /// The word for it in files and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::SameModel => "same-model",
            Self::None => "none",
        }
    }
}

impl Chain {
    /// Those of its models that may be asked, in order.
    pub fn candidates(&self) -> impl Iterator<Item = &ModelSpec> {
        let may_follow = |model: &ModelSpec| match self.fallback {
            Fallback::Any => true,
            Fallback::SameModel => self.models.first().is_some_and(|first| same_name(first, model)),
            Fallback::None => false,
        };
        self.models.iter().enumerate().filter(move |(i, model)| *i == 0 || may_follow(model)).map(|(_, model)| model)
    }
}

/// Whether two providers mean the same model: `gpt-5-mini`, and `openai/gpt-5-mini` as a broker names it.
fn same_name(one: &ModelSpec, other: &ModelSpec) -> bool {
    let name = |model: &ModelSpec| match model {
        ModelSpec::Of { model, .. } => model.rsplit('/').next().map(str::to_owned),
        ModelSpec::Mock { .. } | ModelSpec::Chain(_) | ModelSpec::Script => None,
    };
    name(one).is_some() && name(one) == name(other)
}

impl Limits {
    /// Those of one call.
    pub fn of_a_call(&self) -> Timeouts {
        Timeouts {
            connect: self.connect.value,
            first_byte: self.first_byte.value,
            idle: self.idle.value,
            total: self.total.value,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let Timeouts { connect, first_byte, idle, total } = Timeouts::default();
        Self {
            connect: Setting::default(connect),
            first_byte: Setting::default(first_byte),
            idle: Setting::default(idle),
            total: Setting::default(total),
            turn: Setting::default(Duration::from_mins(10)),
        }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            enabled: Setting::default(false),
            folder: Setting::default(PathBuf::from(".arena/cache")),
            ttl_hours: Setting::default(7 * 24),
        }
    }
}
