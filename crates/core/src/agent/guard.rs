//! A guard of Blue: where it looks, and who decides. Several are a chain, asked one after the other.

use serde::Deserialize;
use toml::Spanned;

use crate::guard::{Classifier, DraftClassifier, DraftRules, Rules};
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
    /// A classifier behind HTTP, which gets the text as it is.
    Http {
        /// The template of `arena.toml` that says how it is asked; `None` is Blue's own model.
        model: Option<ModelSpec>,
        /// How its answer is read.
        classifier: Classifier,
        /// What an answer that cannot be read is taken as.
        on_unreadable: Fallback,
    },
    /// Rules: nobody is asked.
    Rules(Rules),
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
    classifier: Option<Spanned<DraftClassifier>>,
    rules: Option<Spanned<DraftRules>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Llm,
    Http,
    Rules,
}

/// The guards of a Blue agent: those of its file, or the one that the file itself describes.
pub(super) fn guards(problems: &mut Problems<'_>, drafts: Vec<Draft>, itself: Guard, fallback: Fallback) -> Vec<Guard> {
    if drafts.is_empty() {
        return vec![itself];
    }
    let mut guards: Vec<Guard> = Vec::new();
    for draft in drafts {
        let span = draft.name.span();
        let Some(guard) = guard(problems, draft, &itself, fallback) else { continue };
        if guards.iter().any(|other| other.name == guard.name) {
            problems.add(span, "guards.name", format!("{:?} is there twice", guard.name.as_str()));
        }
        guards.push(guard);
    }
    guards
}

fn guard(problems: &mut Problems<'_>, draft: Draft, itself: &Guard, fallback: Fallback) -> Option<Guard> {
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
    let on_unreadable = draft.on_unreadable.unwrap_or(fallback);
    let span = draft.kind.span();
    let classifier = draft.classifier.map(|table| (table.span(), table.into_inner().checked()));
    let rules = draft.rules.map(|table| (table.span(), table.into_inner().checked()));
    let is_asked = model.is_some() || draft.on_unreadable.is_some();
    let decides = match (draft.kind.get_ref(), draft.prompt, classifier, rules) {
        (Kind::Llm, prompt, None, None) => Decides::Llm { prompt: prompt.unwrap_or_default(), model, on_unreadable },
        (Kind::Http, None, Some((span, classifier)), None) => {
            let classifier = classifier.map_err(|message| problems.add(span, key("classifier"), message)).ok()?;
            Decides::Http { model, classifier, on_unreadable }
        }
        (Kind::Rules, None, None, Some((span, rules))) if !is_asked => {
            Decides::Rules(rules.map_err(|message| problems.add(span, key("rules"), message)).ok()?)
        }
        (kind, ..) => {
            let takes = match kind {
                Kind::Llm => "kind \"llm\" takes prompt, model and on_unreadable",
                Kind::Http => "kind \"http\" takes [guards.classifier], model and on_unreadable",
                Kind::Rules => "kind \"rules\" takes [guards.rules]",
            };
            problems.add(span, key("kind"), format!("{takes}, beside name and checkpoints, and nothing else"));
            return None;
        }
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
            Decides::Llm { model, .. } | Decides::Http { model, .. } => model.as_ref(),
            Decides::Rules(_) => None,
        }
    }

    /// Whether it asks Blue's own model.
    pub(super) fn asks_blues_model(&self) -> bool {
        match &self.decides {
            Decides::Llm { model, .. } | Decides::Http { model, .. } => model.is_none(),
            Decides::Rules(_) => false,
        }
    }

    /// The rules, if nobody is asked.
    pub fn rules(&self) -> Option<&Rules> {
        match &self.decides {
            Decides::Rules(rules) => Some(rules),
            Decides::Llm { .. } | Decides::Http { .. } => None,
        }
    }

    /// What the answer of whom it asks decides; rules are not asked, and any answer to them cannot be read.
    pub fn read(&self, answer: &str) -> Ruling {
        match &self.decides {
            Decides::Llm { on_unreadable, .. } => Ruling::read(answer, *on_unreadable),
            Decides::Http { classifier, on_unreadable, .. } => classifier.read(answer, *on_unreadable),
            Decides::Rules(_) => Ruling::read("", Fallback::Block),
        }
    }
}
