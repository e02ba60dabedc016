//! A contestant: which seat it takes, what it is told, which model speaks for it.

mod guard;

pub use guard::{Decides, Guard};

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::budget::Price;
use crate::hardening::Hardener;
use crate::id::Seat;
use crate::interned::{Interned, Parsed};
use crate::message::Sampling;
use crate::model::ModelSpec;
use crate::name::Name;
use crate::permissions::{DraftPermissions, Permissions};
use crate::problem::{Error, Problems, from_toml};
use crate::ruling::{Checkpoint, Fallback};
use crate::strategy::{DraftStrategy, Strategy};

/// A parsed agent file.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The text it was parsed from: how it is recorded.
    source: String,
    /// How it is called.
    pub name: Name,
    /// Where it may sit.
    pub seat: Seat,
    /// A line for lists.
    pub summary: String,
    /// Said to its model beside what the arena and the scenario say. May be empty.
    pub prompt: String,
    /// The model it asks for; `None` leaves it to who starts the match.
    pub model: Option<ModelSpec>,
    /// What that model costs, if known.
    pub price: Option<Price>,
    /// Which calls of real tools may run, if it sits on the Target's seat; `None` leaves it to the scenario.
    pub permissions: Option<Permissions>,
    /// How its model says which tools to call, if it sits on the Target's seat.
    pub tool_calls: ToolCalls,
    /// How its model shall sample.
    pub sampling: Sampling,
    /// How it attacks, if it sits on Red.
    pub strategy: Strategy,
    /// Its guards, asked one after the other, if it sits on Blue. Empty on other seats.
    pub guards: Vec<Guard>,
    /// How it changes the Target between rounds, if it sits on Blue and does.
    pub hardener: Option<Hardener>,
}

/// How a model says which tools to call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolCalls {
    /// As its provider has it: function calling.
    #[default]
    Native,
    /// With tags in its text, as [`xml_calls`](crate::xml_calls) reads them: for models without function calling.
    Tags,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: Spanned<String>,
    seat: Seat,
    summary: String,
    #[serde(default)]
    prompt: String,
    model: Option<Spanned<String>>,
    price: Option<Spanned<DraftPrice>>,
    temperature: Option<Spanned<f64>>,
    max_output_tokens: Option<Spanned<u32>>,
    tool_calls: Option<Spanned<ToolCalls>>,
    permissions: Option<Spanned<DraftPermissions>>,
    strategy: Option<Spanned<DraftStrategy>>,
    checkpoints: Option<Spanned<Vec<Checkpoint>>>,
    on_unreadable: Option<Spanned<Fallback>>,
    #[serde(default)]
    guards: Vec<Spanned<guard::Draft>>,
    hardener: Option<Spanned<Hardener>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the keys of the file, each with its unit")]
struct DraftPrice {
    input_usd_per_million: f64,
    cached_usd_per_million: Option<f64>,
    output_usd_per_million: f64,
}

impl Agent {
    /// Parses and checks an agent. `file` is only a name for messages.
    ///
    /// # Errors
    /// [`Error`] lists every problem found, with line, key and what is allowed.
    pub fn parse(file: &str, source: &str) -> Result<Self, Error> {
        let mut problems = Problems::new(file, source);
        let agent = from_toml(&mut problems, source).and_then(|draft| Self::check(&mut problems, source, draft));
        problems.into_result(agent)
    }

    /// The same, parsed anew only if none with this text is in memory.
    ///
    /// # Errors
    /// As for [`Agent::parse`].
    pub fn interned(file: &str, source: &str) -> Result<Arc<Self>, Error> {
        Self::known().get(file, source)
    }

    /// The TOML text it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it has nothing to say without its model. A pack's attacks are written down, and rules ask nobody; in some rounds
    /// the model is asked all the same.
    pub fn relies_on_model(&self) -> bool {
        match self.seat {
            Seat::Red => match &self.strategy {
                Strategy::Pack(pack) => pack.translates(),
                Strategy::Model | Strategy::Search(_) | Strategy::Crescendo(_) => true,
            },
            Seat::Blue => self.hardener.is_some() || self.guards.iter().any(Guard::asks_blues_model),
            Seat::Target | Seat::Judge => true,
        }
    }

    fn check(problems: &mut Problems<'_>, source: &str, draft: Draft) -> Option<Self> {
        /// Long enough for any answer of a match, short enough that a runaway model ends.
        const MAX_OUTPUT_TOKENS: u32 = 32_768;
        let misplaced = draft.misplaced();
        let name = draft.name.get_ref().parse();
        let name: Option<Name> = name.map_err(|error| problems.add(draft.name.span(), "name", format!("{error}"))).ok();
        let model = draft.model.and_then(|model| {
            let parsed = model.get_ref().parse();
            parsed.map_err(|error| problems.add(model.span(), "model", format!("{error}"))).ok()
        });
        if let Some(temperature) = &draft.temperature
            && !(0.0..=2.0).contains(temperature.get_ref())
        {
            problems.add(temperature.span(), "temperature", "must be between 0.0 and 2.0");
        }
        if let Some(tokens) = &draft.max_output_tokens
            && !(1..=MAX_OUTPUT_TOKENS).contains(tokens.get_ref())
        {
            problems.add(tokens.span(), "max_output_tokens", format!("must be between 1 and {MAX_OUTPUT_TOKENS}"));
        }
        let price = draft.price.and_then(|price| {
            let DraftPrice { input_usd_per_million, cached_usd_per_million, output_usd_per_million } = *price.get_ref();
            let known = Price::per_million(input_usd_per_million, cached_usd_per_million, output_usd_per_million);
            if known.is_some() {
                known
            } else {
                problems.add(price.span(), "price", "must be between 0 and 1000000 US dollars a million tokens");
                None
            }
        });
        for (key, span, message) in misplaced {
            problems.add(span, key, message);
        }
        let strategy = draft.strategy.and_then(|strategy| {
            let span = strategy.span();
            let checked = strategy.into_inner().checked();
            checked.map_err(|message| problems.add(span, "strategy", message)).ok()
        });
        let permissions = draft.permissions.and_then(|permissions| {
            let span = permissions.span();
            let checked = permissions.into_inner().checked();
            checked.map_err(|message| problems.add(span, "permissions", message)).ok()
        });
        let on_unreadable = draft.on_unreadable.map(Spanned::into_inner).unwrap_or_default();
        let guards = match (draft.seat, &name) {
            (Seat::Blue, Some(name)) => {
                let checkpoints = match draft.checkpoints {
                    None => Checkpoint::ALL.to_vec(),
                    Some(checkpoints) => guard::looks(problems, "checkpoints", checkpoints),
                };
                let decides = Decides::Llm { prompt: String::new(), model: None, on_unreadable };
                let itself = Guard { name: name.clone(), checkpoints, decides };
                guard::guards(
                    problems,
                    draft.guards.into_iter().map(Spanned::into_inner).collect(),
                    itself,
                    on_unreadable,
                )
            }
            (Seat::Blue | Seat::Red | Seat::Target | Seat::Judge, _) => Vec::new(),
        };
        Some(Self {
            source: source.to_owned(),
            name: name?,
            seat: draft.seat,
            summary: draft.summary,
            prompt: draft.prompt,
            model,
            price,
            permissions,
            tool_calls: draft.tool_calls.map(Spanned::into_inner).unwrap_or_default(),
            sampling: Sampling {
                temperature: draft.temperature.map(Spanned::into_inner),
                max_output_tokens: draft.max_output_tokens.map_or(1024, Spanned::into_inner),
            },
            strategy: strategy.unwrap_or_default(),
            guards,
            hardener: draft.hardener.map(Spanned::into_inner),
        })
    }
}

impl Draft {
    /// What only an agent of another seat has, and what is out of range: key, place, message.
    fn misplaced(&self) -> Vec<(&'static str, Range<usize>, String)> {
        let keys = [
            (Seat::Red, "strategy", self.strategy.as_ref().map(Spanned::span)),
            (Seat::Blue, "checkpoints", self.checkpoints.as_ref().map(Spanned::span)),
            (Seat::Blue, "on_unreadable", self.on_unreadable.as_ref().map(Spanned::span)),
            (Seat::Blue, "guards", self.guards.first().map(Spanned::span)),
            (Seat::Blue, "hardener", self.hardener.as_ref().map(Spanned::span)),
            (Seat::Target, "tool_calls", self.tool_calls.as_ref().map(Spanned::span)),
            (Seat::Target, "permissions", self.permissions.as_ref().map(Spanned::span)),
        ];
        let elsewhere = keys
            .into_iter()
            .filter(|(seat, ..)| *seat != self.seat)
            .filter_map(|(seat, key, span)| Some((key, span?, format!("only an agent with seat = \"{seat}\" has it"))));
        let is_bad = |hardener: &&Spanned<Hardener>| !(1..=1_000).contains(&hardener.get_ref().every);
        let hardener = self.hardener.as_ref().filter(is_bad);
        let rare =
            hardener.map(|hardener| ("hardener.every", hardener.span(), "must be between 1 and 1000".to_owned()));
        elsewhere.chain(rare).collect()
    }
}

/// An agent is recorded as its source.
impl Serialize for Agent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(serializer)
    }
}

impl Parsed for Agent {
    const RECORDED: &str = "recorded agent";

    fn known() -> &'static Interned<Self> {
        static KNOWN: Interned<Agent> = Interned::new();
        &KNOWN
    }

    fn parse(file: &str, source: &str) -> Result<Self, Error> {
        Self::parse(file, source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interned;

    #[test]
    fn an_agent_file_is_read() {
        let source = "name = \"wall\"\nseat = \"blue\"\nsummary = \"s\"\nmodel = \"mock\"\ncheckpoints = [\"output\"]\n\
                      price = { input_usd_per_million = 0.15, output_usd_per_million = 0.6 }\n";
        let agent = Agent::parse("a.toml", source).unwrap();
        let decides = Decides::Llm { prompt: String::new(), model: None, on_unreadable: Fallback::Block };
        let guard = Guard { name: "wall".parse().unwrap(), checkpoints: vec![Checkpoint::Output], decides };
        assert_eq!(agent.guards, [guard]);
        assert_eq!(agent.price, Price::per_million(0.15, None, 0.6));
        let recorded = serde_json::to_string(&agent).unwrap();
        let mut recorded = serde_json::Deserializer::from_str(&recorded);
        assert_eq!(*interned::deserialize::<Agent, _>(&mut recorded).unwrap(), agent);
    }

    #[test]
    fn every_problem_is_named_with_its_place() {
        let check = |source: &str, message: &str| {
            assert_eq!(Agent::parse("a.toml", source).unwrap_err().to_string(), message);
        };
        check("name = ", "a.toml:1:8: string values must be quoted, expected literal string");
        check(
            "name = \"Wall\"\nseat = \"red\"\nsummary = \"\"\nmodel = \"Mok\"\ntemperature = 3.0\ncheckpoints = []\n",
            "a.toml:1:8: name: \"Wall\" is not a name: a lower-case letter, then up to 63 of a-z, 0-9, _ and -\n\
             a.toml:4:9: model: \"Mok\" names no provider: write PROVIDER:MODEL, for example openai:gpt-5-mini, or chain:NAME, or mock\n\
             a.toml:5:15: temperature: must be between 0.0 and 2.0\n\
             a.toml:6:15: checkpoints: only an agent with seat = \"blue\" has it",
        );
        check(
            "name = \"wall\"\nseet = \"red\"\n",
            "a.toml:2:1: unknown field `seet`, expected one of `name`, `seat`, `summary`, `prompt`, `model`, `price`, \
             `temperature`, `max_output_tokens`, `tool_calls`, `permissions`, `strategy`, `checkpoints`, `on_unreadable`, `guards`, `hardener`; did you mean `seat`?",
        );
        check(
            "name = \"wall\"\nseat = \"bleu\"\nsummary = \"\"\n",
            "a.toml:2:8: unknown variant `bleu`, expected one of `red`, `blue`, `target`, `judge`; did you mean `blue`?",
        );
    }
}
