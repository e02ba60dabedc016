//! A guard of Blue: where it looks, and who decides. Several are a chain, asked one after the other.

use serde::Deserialize;
use toml::Spanned;

use crate::model::ModelSpec;
use crate::name::Name;
use crate::problem::Problems;
use crate::ruling::{Checkpoint, Fallback, Ruling};

/// One guard.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// How records call it.
    pub name: Name,
    /// Where it looks. Not empty.
    pub checkpoints: Vec<Checkpoint>,
    /// Who decides.
    pub decides: Decides,
}

/// Who decides for a guard.
#[derive(Clone, Debug, PartialEq)]
pub enum Decides {
    /// A model that is asked in words.
    Llm {
        /// Said to it beside what the arena and the scenario say. May be empty.
        prompt: String,
        /// The model; `None` is Blue's own.
        model: Option<ModelSpec>,
        /// What an answer that cannot be read is taken as.
        on_unreadable: Fallback,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    name: Spanned<String>,
    kind: Spanned<Kind>,
    checkpoints: Option<Spanned<Vec<Checkpoint>>>,
    prompt: Option<String>,
    model: Option<Spanned<String>>,
    on_unreadable: Option<Fallback>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Llm,
}

/// The guards of a Blue agent: those of its file, or the one that the file itself describes.
pub(super) fn guards(problems: &mut Problems<'_>, drafts: Vec<Draft>, itself: Guard) -> Vec<Guard> {
    if drafts.is_empty() {
        return vec![itself];
    }
    let mut guards: Vec<Guard> = Vec::new();
    for draft in drafts {
        let span = draft.name.span();
        let Some(guard) = guard(problems, draft, &itself) else { continue };
        if guards.iter().any(|other| other.name == guard.name) {
            problems.add(span, "guards.name", format!("{:?} is there twice", guard.name.as_str()));
        }
        guards.push(guard);
    }
    guards
}

fn guard(problems: &mut Problems<'_>, draft: Draft, itself: &Guard) -> Option<Guard> {
    let name = draft.name.get_ref().parse::<Name>();
    let name = name.map_err(|error| problems.add(draft.name.span(), "guards.name", format!("{error}"))).ok()?;
    let key = |key: &str| format!("guards.{name}.{key}");
    let checkpoints = match draft.checkpoints {
        None => itself.checkpoints.clone(),
        Some(checkpoints) => looks(problems, &key("checkpoints"), checkpoints),
    };
    let model = match draft.model {
        None => None,
        Some(model) => {
            let parsed = model.get_ref().parse();
            Some(parsed.map_err(|error| problems.add(model.span(), key("model"), format!("{error}"))).ok()?)
        }
    };
    let Decides::Llm { on_unreadable, .. } = &itself.decides;
    let on_unreadable = draft.on_unreadable.unwrap_or(*on_unreadable);
    let decides = match draft.kind.get_ref() {
        Kind::Llm => Decides::Llm { prompt: draft.prompt.unwrap_or_default(), model, on_unreadable },
    };
    Some(Guard { name, checkpoints, decides })
}

/// Checkpoints as they were written: at least one.
pub(super) fn looks(problems: &mut Problems<'_>, key: &str, checkpoints: Spanned<Vec<Checkpoint>>) -> Vec<Checkpoint> {
    if checkpoints.get_ref().is_empty() {
        let message = "a guard that looks nowhere guards nothing: leave it out for all, or play with --blue none";
        problems.add(checkpoints.span(), key, message);
    }
    checkpoints.into_inner()
}

impl Guard {
    /// The model that it asks, if it is not Blue's own.
    pub fn own_model(&self) -> Option<&ModelSpec> {
        match &self.decides {
            Decides::Llm { model, .. } => model.as_ref(),
        }
    }

    /// What the answer of its model decides.
    pub fn read(&self, answer: &str) -> Ruling {
        match &self.decides {
            Decides::Llm { on_unreadable, .. } => Ruling::read(answer, *on_unreadable),
        }
    }
}
