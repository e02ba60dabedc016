//! The table `[guards.rules]` of an agent file: its shape, and what it has to keep to.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::canaries::Canaries;
use super::check::{OnHit, Switched};
use super::entropy::Entropy;
use super::rules::Rules;
use super::spotlight::Spotlight;
use super::tools::DraftCall;
use super::written::{Short, written};
use crate::predicate::Pattern;
use crate::ruling::Checkpoint::{self, Input, Output, ToolCall, ToolResult};

/// Rules as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftRules {
    #[serde(default, deserialize_with = "written")]
    phrases: Option<DraftCheck>,
    #[serde(default, deserialize_with = "written")]
    regex: Option<DraftRegex>,
    #[serde(default, deserialize_with = "written")]
    encodings: Option<DraftCheck>,
    #[serde(default, deserialize_with = "written")]
    invisible: Option<DraftCheck>,
    #[serde(default, deserialize_with = "written")]
    canaries: Option<DraftCanaries>,
    #[serde(default, deserialize_with = "written")]
    entropy: Option<DraftEntropy>,
    #[serde(default, deserialize_with = "written")]
    max_chars: Option<DraftLimit>,
    #[serde(default)]
    tools: Vec<DraftCall>,
    #[serde(default, deserialize_with = "written")]
    spotlight: Option<DraftSpotlight>,
    #[serde(default)]
    instruction_hierarchy: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DraftCheck {
    on_hit: OnHit,
    at: Option<Vec<Checkpoint>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftRegex {
    patterns: Vec<String>,
    #[serde(default)]
    on_hit: OnHit,
    at: Option<Vec<Checkpoint>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DraftCanaries {
    form: Canaries,
    on_hit: OnHit,
    at: Option<Vec<Checkpoint>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DraftEntropy {
    min_chars: Option<usize>,
    bits_per_char: Option<f64>,
    on_hit: OnHit,
    at: Option<Vec<Checkpoint>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftLimit {
    limit: usize,
    at: Option<Vec<Checkpoint>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DraftSpotlight {
    form: Spotlight,
}

impl Short for DraftCheck {
    type Word = OnHit;
    const EXPECTED: &'static str = "true, \"block\", \"rewrite\", or a table with on_hit and at";

    fn from_word(on_hit: OnHit) -> Self {
        Self { on_hit, at: None }
    }
}

impl Short for DraftRegex {
    type Word = Vec<String>;
    const EXPECTED: &'static str = "a list of patterns, or a table with patterns, on_hit and at";

    fn from_word(patterns: Vec<String>) -> Self {
        Self { patterns, on_hit: OnHit::default(), at: None }
    }
}

impl Short for DraftCanaries {
    type Word = Canaries;
    const EXPECTED: &'static str = "\"exact\", \"any-form\", or a table with form, on_hit and at";

    fn from_word(form: Canaries) -> Self {
        Self { form, ..Self::default() }
    }
}

impl Short for DraftEntropy {
    type Word = OnHit;
    const EXPECTED: &'static str =
        "true, \"block\", \"rewrite\", or a table with min_chars, bits_per_char, on_hit and at";

    fn from_word(on_hit: OnHit) -> Self {
        Self { on_hit, ..Self::default() }
    }
}

impl Short for DraftLimit {
    type Word = usize;
    const EXPECTED: &'static str = "a number, or a table with limit and at";

    fn from_word(limit: usize) -> Self {
        Self { limit, at: None }
    }
}

impl Short for DraftSpotlight {
    type Word = Spotlight;
    const EXPECTED: &'static str = "true, \"delimit\", \"datamark\" or \"base64\"";

    fn from_word(form: Spotlight) -> Self {
        Self { form }
    }
}

/// Each pattern is searched for in every reading of every text.
const MAX_PATTERNS: usize = 64;

/// Each is compared with every call.
const MAX_CALLS: usize = 256;

/// A word of seven characters has no entropy to speak of; beyond 1024 nothing is a token any more.
const RUN_CHARS: RangeInclusive<usize> = 8..=1024;

/// 64 different characters, and some more, have 6 bits.
const BITS_PER_CHAR: RangeInclusive<f64> = 1.0..=6.0;

/// No text of a match is longer.
const TEXT_CHARS: RangeInclusive<usize> = 1..=65_536;

impl DraftRules {
    /// The rules, if they are within bounds.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its key, as one sentence after the other.
    pub fn checked(self) -> Result<Rules, String> {
        let mut problems = Problems(Vec::new());
        let rules = Rules {
            phrases: self.phrases.map(|draft| problems.check("phrases", draft, &[Input, ToolResult])),
            regex: self.regex.map(|DraftRegex { patterns, on_hit, at }| {
                let patterns = problems.patterns(&patterns);
                problems.switched("regex", on_hit, at, &Checkpoint::ALL, patterns)
            }),
            encodings: self.encodings.map(|draft| problems.check("encodings", draft, &Checkpoint::ALL)),
            invisible: self.invisible.map(|draft| problems.check("invisible", draft, &[Input, ToolResult])),
            canaries: self.canaries.map(|DraftCanaries { form, on_hit, at }| {
                problems.switched("canaries", on_hit, at, &[ToolCall, Output], form)
            }),
            entropy: self.entropy.map(|DraftEntropy { min_chars, bits_per_char, on_hit, at }| {
                let min_chars = min_chars.unwrap_or(24);
                let bits_per_char = bits_per_char.unwrap_or(4.2);
                problems.within("entropy.min_chars", &min_chars, &RUN_CHARS);
                problems.within("entropy.bits_per_char", &bits_per_char, &BITS_PER_CHAR);
                problems.switched("entropy", on_hit, at, &[ToolCall, Output], Entropy { min_chars, bits_per_char })
            }),
            max_chars: self.max_chars.map(|DraftLimit { limit, at }| {
                problems.within("max_chars", &limit, &TEXT_CHARS);
                problems.switched("max_chars", OnHit::Block, at, &[Input], limit)
            }),
            tools: problems.calls(self.tools),
            spotlight: self.spotlight.map(|DraftSpotlight { form }| form),
            instruction_hierarchy: self.instruction_hierarchy,
        };
        let looks_for = rules.phrases.is_some() || rules.regex.is_some() || rules.canaries.is_some();
        if rules.encodings.is_some() && !looks_for {
            problems
                .0
                .push("encodings: nothing is looked for in what is decoded; add phrases, regex or canaries".to_owned());
        }
        if problems.0.is_empty() { Ok(rules) } else { Err(problems.0.join("; ")) }
    }
}

struct Problems(Vec<String>);

impl Problems {
    fn check(&mut self, key: &str, DraftCheck { on_hit, at }: DraftCheck, usual: &[Checkpoint]) -> Switched<()> {
        self.switched(key, on_hit, at, usual, ())
    }

    fn switched<T>(
        &mut self,
        key: &str,
        on_hit: OnHit,
        at: Option<Vec<Checkpoint>>,
        usual: &[Checkpoint],
        with: T,
    ) -> Switched<T> {
        let at = at.unwrap_or_else(|| usual.to_vec());
        if at.is_empty() {
            let usual = usual.iter().map(|checkpoint| checkpoint.word()).collect::<Vec<_>>().join(", ");
            self.0.push(format!("{key}.at: a check that looks nowhere finds nothing: leave it out for {usual}"));
        }
        Switched { on_hit, at, with }
    }

    fn patterns(&mut self, patterns: &[String]) -> Vec<Pattern> {
        if !(1..=MAX_PATTERNS).contains(&patterns.len()) {
            self.0.push(format!("regex: must be between 1 and {MAX_PATTERNS} patterns"));
            return Vec::new();
        }
        let mut parsed = Vec::new();
        for (nth, pattern) in patterns.iter().enumerate() {
            match Pattern::parse(pattern) {
                Ok(pattern) => parsed.push(pattern),
                Err(error) => {
                    let error = error.lines().last().unwrap_or_default().trim();
                    self.0.push(format!("regex: pattern {} is no regular expression: {error}", nth + 1));
                }
            }
        }
        parsed
    }

    fn calls(&mut self, drafts: Vec<DraftCall>) -> Vec<super::tools::StoppedCall> {
        if drafts.len() > MAX_CALLS {
            self.0.push(format!("tools: must be at most {MAX_CALLS}"));
        }
        let mut calls = Vec::new();
        for (nth, draft) in drafts.into_iter().enumerate() {
            match draft.checked() {
                Ok(call) => calls.push(call),
                Err(error) => self.0.push(format!("tools: {}: {error}", nth + 1)),
            }
        }
        calls
    }

    fn within<T: PartialOrd + std::fmt::Display>(&mut self, key: &str, number: &T, range: &RangeInclusive<T>) {
        if !range.contains(number) {
            self.0.push(format!("{key}: must be between {} and {}", range.start(), range.end()));
        }
    }
}
