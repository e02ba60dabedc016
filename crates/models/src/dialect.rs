//! What differs between vendors' APIs: how a question is written and how an answer is read. Pure.
//!
//! A vendor is a [`Dialect`], its [`Draft`], and nothing else: [`Vendor`](crate::vendor::Vendor) sends, waits, reads
//! and masks for all of them.

use arena_core::message::Request;
use reqwest::Url;
use reqwest::header::HeaderMap;

use crate::answer::{Answer, Fault};
use crate::sse::Flow;
use crate::{Deltas, Endpoint};

/// How a vendor wants to be spoken to.
pub(crate) trait Dialect: std::fmt::Debug + Send + Sync + 'static {
    /// What an answer is put together in.
    type Draft: Draft + Default;

    /// The path and headers of the vendor and the body, for `model` at `endpoint`. Leaves out what this target is known
    /// to refuse.
    fn question(&self, model: &str, request: &Request, endpoint: &Endpoint, settings: Settings) -> Question;
}

/// An answer as far as it has come.
pub(crate) trait Draft: std::fmt::Debug + Send {
    /// Takes the data of one event, or a whole JSON body.
    fn take(&mut self, json: &[u8], deltas: Deltas<'_>) -> Result<Flow, Fault>;

    /// Whether the answer is all there, so that a connection which breaks now breaks nothing.
    fn is_complete(&self) -> bool;

    /// The answer. Whether anything of one came at all is the draft's to check: a fault says what is missing.
    fn finish(self) -> Result<Answer, Fault>;
}

/// A question as it is sent. The extra headers of the endpoint are not among these.
pub(crate) struct Question {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// How a target wants to be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// As a stream of events, or for a whole answer.
    pub(crate) stream: bool,
    /// What it was found to refuse.
    pub(crate) without: Without,
}

/// A part of a question that some targets refuse and that can be left out, or be called by another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    Temperature,
    Seed,
    Schema,
    StreamOptions,
    /// The limit of an answer's length, which has two names: `max_tokens` and `max_completion_tokens`.
    MaxTokens,
}

impl Parameter {
    /// The parameter that a vendor's word is about, such as `response_format` or `generationConfig.responseSchema`.
    pub(crate) fn named(word: &str) -> Option<Self> {
        word.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find_map(|word| match word {
            "temperature" => Some(Self::Temperature),
            "seed" => Some(Self::Seed),
            "response_format"
            | "response_schema"
            | "responseschema"
            | "output_format"
            | "output_config"
            | "response_json_schema"
            | "responsejsonschema"
            | "response_mime_type"
            | "responsemimetype" => Some(Self::Schema),
            "stream_options" => Some(Self::StreamOptions),
            "max_tokens" | "max_completion_tokens" => Some(Self::MaxTokens),
            _ => None,
        })
    }
}

/// A set of parameters that a target refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Without(u8);

impl Without {
    /// The set as a number that an atomic holds.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// The set that [`Without::bits`] wrote.
    pub(crate) fn of_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The set of one.
    pub(crate) fn only(parameter: Parameter) -> Self {
        Self(1 << parameter as u8)
    }

    pub(crate) fn has(self, parameter: Parameter) -> bool {
        self.0 & Self::only(parameter).0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Parameter; 5] =
        [Parameter::Temperature, Parameter::Seed, Parameter::Schema, Parameter::StreamOptions, Parameter::MaxTokens];

    #[test]
    fn parameters_are_known_by_every_vendors_word() {
        for (word, parameter) in [
            ("temperature", Some(Parameter::Temperature)),
            ("generation_config.seed", Some(Parameter::Seed)),
            ("response_format", Some(Parameter::Schema)),
            ("generationConfig.responseSchema", Some(Parameter::Schema)),
            ("generation_config.response_json_schema", Some(Parameter::Schema)),
            ("output_config.format", Some(Parameter::Schema)),
            ("stream_options.include_usage", Some(Parameter::StreamOptions)),
            ("max_completion_tokens", Some(Parameter::MaxTokens)),
            ("messages[0].role", None),
            ("seeds", None),
            ("", None),
        ] {
            assert_eq!(Parameter::named(word), parameter, "{word}");
        }
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        for one in ALL {
            let set = Without::of_bits(Without::only(one).bits());
            assert_eq!(ALL.map(|other| set.has(other)), ALL.map(|other| other == one), "{one:?}");
        }
    }
}
