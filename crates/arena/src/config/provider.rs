//! A provider as it is configured: where it is, which API it speaks, with which key, and what it lacks. Holds keys.

use std::sync::Arc;

use arena_core::id::Seat;
use arena_core::name::Name;
use arena_models::{Endpoint, HeaderName, Key, NotAKey, NotAnEndpoint, Template};

use super::known::Known;
use super::origin::{Origin, Setting};

/// Which API a provider speaks.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Chat completions, as OpenAI and most others serve it.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Google's `generateContent`.
    Gemini,
    /// Its own, which the template describes.
    Http(Arc<Template>),
}

impl Kind {
    /// The words for all of them.
    pub const WORDS: [&'static str; 4] = ["openai", "anthropic", "gemini", "http"];

    /// The word for it in files and tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Http(_) => "http",
        }
    }
}

/// A provider, usable or not.
#[derive(Clone, Debug)]
pub struct Provider {
    /// How models of it begin.
    pub name: Name,
    /// Which API it speaks.
    pub kind: Setting<Kind>,
    /// Where it is, with the headers of its user; without a key.
    pub address: Setting<Result<Endpoint, NotAnEndpoint>>,
    /// Its keys.
    pub keys: Keys,
    /// Headers that want a variable which is not set.
    pub unset_headers: Vec<UnsetHeader>,
    /// Whether it is asked for a stream of events, or for a whole answer.
    pub stream: Setting<bool>,
    /// Whether it can be asked for answers of a JSON schema.
    pub json_schema: Setting<bool>,
    /// How many calls one of its models may have under way.
    pub max_concurrent: Setting<Option<u32>>,
    /// Where its user speaks of it; `None` if the arena only knows its name.
    pub wanted: Option<Origin>,
}

/// A header of the file whose value is in a variable that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsetHeader {
    /// Which header.
    pub header: HeaderName,
    /// Where its value would be.
    pub variable: String,
}

/// The keys of a provider: one for all seats, or one for each.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The variables that may have it, the first before the others. A seat's own is before all of them:
    /// `OPENAI_API_KEY_RED`.
    pub variables: Vec<String>,
    /// Whether nothing can be asked without one.
    pub needed: bool,
    /// Given to the running server for all seats: before all that were found.
    pub(super) given: Option<FoundKey>,
    /// Found for all seats.
    pub(super) plain: Option<FoundKey>,
    /// Found for single seats.
    pub(super) of_seats: Vec<(Seat, FoundKey)>,
}

/// The key in a variable, or why it is none.
pub type FoundKey = Setting<Result<Key, NotAKey>>;

/// Why a provider cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// It has no key.
    #[error("provider {provider} needs a key: set {}{}", or_list(variables), or_move(*base_url_variable))]
    NoKey {
        /// Who.
        provider: Name,
        /// Where a key would be looked for.
        variables: Vec<String>,
        /// What would move it to a server that may need none.
        base_url_variable: Option<&'static str>,
    },
    /// Its key is none.
    #[error("{origin} cannot be used")]
    Key {
        /// Where it is.
        origin: Origin,
        /// Why.
        #[source]
        cause: NotAKey,
    },
    /// Its base URL is none.
    #[error("{origin} cannot be used")]
    BaseUrl {
        /// Where it is.
        origin: Origin,
        /// Why.
        #[source]
        cause: NotAnEndpoint,
    },
    /// A header has no value.
    #[error("provider {provider} needs a value for its header {header}: set {variable}")]
    Header {
        /// Who.
        provider: Name,
        /// Which.
        header: HeaderName,
        /// Where a value would be looked for.
        variable: String,
    },
}

impl Provider {
    /// Where to ask, with the key of `seat`; `None` is nobody's, and gets the key of all.
    ///
    /// # Errors
    /// [`Unready`] says what is missing.
    pub fn endpoint(&self, seat: Option<Seat>) -> Result<Endpoint, Unready> {
        let address = &self.address;
        let endpoint =
            address.value.clone().map_err(|cause| Unready::BaseUrl { origin: address.origin.clone(), cause })?;
        if let Some(UnsetHeader { header, variable }) = self.unset_headers.first().cloned() {
            return Err(Unready::Header { provider: self.name.clone(), header, variable });
        }
        match self.keys.of(seat) {
            Some(Setting { value: Ok(key), .. }) => Ok(endpoint.with_key(key.clone())),
            Some(Setting { value: Err(cause), origin }) => Err(Unready::Key { origin: origin.clone(), cause: *cause }),
            None if self.keys.needed => {
                let known = Known::named(self.name.as_str());
                Err(Unready::NoKey {
                    provider: self.name.clone(),
                    variables: self.keys.variables.clone(),
                    base_url_variable: known.and_then(|known| known.base_url_variable),
                })
            }
            None => Ok(endpoint),
        }
    }

    /// Whether it can be asked, with every key that was found.
    ///
    /// # Errors
    /// The first thing that is missing or wrong.
    pub fn check(&self) -> Result<(), Unready> {
        for (seat, _) in self.keys.found() {
            self.endpoint(seat)?;
        }
        self.endpoint(self.keys.somebody()).map(drop)
    }

    /// Whether anybody speaks of it: its user, or who gave it a key.
    pub fn is_wanted(&self) -> bool {
        self.wanted.is_some() || self.keys.given.is_some()
    }

    /// The vendor whose own host this is: its table of prices holds.
    pub fn vendor(&self) -> Option<&'static Known> {
        self.address.value.as_ref().ok().and_then(Known::at)
    }
}

impl Keys {
    /// Whether it takes one at all: somebody said where it would be. A provider that a file only moves takes none.
    pub fn are_taken(&self) -> bool {
        !self.variables.is_empty()
    }

    /// The key of a seat: the one that was given, its own, that of all.
    pub fn of(&self, seat: Option<Seat>) -> Option<&FoundKey> {
        let own = seat.and_then(|seat| self.of_seats.iter().find(|(of, _)| *of == seat));
        self.given.as_ref().or(own.map(|(_, key)| key)).or(self.plain.as_ref())
    }

    /// Whose key serves to try it out: everybody's, or a seat's where only seats have one.
    pub fn somebody(&self) -> Option<Seat> {
        self.found().next().and_then(|(seat, _)| seat)
    }

    /// All that count: the one that was given, or those that were found, for all seats or for one.
    pub fn found(&self) -> impl Iterator<Item = (Option<Seat>, &FoundKey)> {
        let all = self.given.as_ref().or(self.plain.as_ref());
        let of_seats = self.of_seats.iter().filter(|_| self.given.is_none());
        all.into_iter().map(|key| (None, key)).chain(of_seats.map(|(seat, key)| (Some(*seat), key)))
    }
}

fn or_list(variables: &[String]) -> String {
    variables.join(" or ")
}

fn or_move(base_url_variable: Option<&str>) -> String {
    base_url_variable.map_or(String::new(), |variable| format!(", or {variable} to a server of your own"))
}
