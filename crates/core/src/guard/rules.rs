//! All checks on one text, and what follows from what they find.

use std::borrow::Cow;

use super::canaries::Canaries;
use super::check::{Check, OnHit, Switched};
use super::entropy::Entropy;
use super::hit::{Hit, MAX_HITS, Place, reason};
use super::sought::Sought;
use super::spotlight::{HIERARCHY_NOTE, Spotlight};
use super::texts::Texts;
use super::tools::StoppedCall;
use super::{Inspected, invisible};
use crate::predicate::Pattern;
use crate::ruling::{Checkpoint, Decision, Ruling};

/// The rules of a guard. With none of them on, everything passes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    pub(super) phrases: Option<Switched<()>>,
    pub(super) regex: Option<Switched<Vec<Pattern>>>,
    pub(super) encodings: Option<Switched<()>>,
    pub(super) invisible: Option<Switched<()>>,
    pub(super) canaries: Option<Switched<Canaries>>,
    pub(super) entropy: Option<Switched<Entropy>>,
    /// The most characters a text may have.
    pub(super) max_chars: Option<Switched<usize>>,
    pub(super) tools: Vec<StoppedCall>,
    pub(super) spotlight: Option<Spotlight>,
    pub(super) instruction_hierarchy: bool,
}

impl Rules {
    /// What the rules say to it. A rewrite passes only if no rule hits it again.
    pub fn rule(&self, inspected: &Inspected<'_>) -> Ruling {
        /// Taking something out can show what it hid. Who hides more often than that is not honest.
        const MAX_REWRITES: usize = 3;
        let mut text = Cow::Borrowed(inspected.text);
        let mut reasons: Vec<String> = Vec::new();
        let mut confidence = 0;
        for _ in 0..=MAX_REWRITES {
            let rewritten = Inspected { text: &text, ..*inspected };
            let texts = Texts::read(&rewritten);
            let hits = self.hits(&rewritten, &texts);
            let Some(surest) = hits.iter().map(|hit| hit.check.confidence()).max() else {
                return self.passed(inspected, text, &reasons, confidence);
            };
            confidence = confidence.max(surest);
            reasons.push(reason(&hits, &texts));
            if hits.iter().any(|hit| hit.on_hit == OnHit::Block) {
                break;
            }
            text = Cow::Owned(texts.without(&hits));
        }
        Ruling { decision: Decision::Block, reason: reasons.join("; then "), confidence: Some(confidence) }
    }

    /// What the Target has to be told, so that the marks mean something to it.
    pub fn prompt_note(&self) -> Option<String> {
        let hierarchy = self.instruction_hierarchy.then(|| HIERARCHY_NOTE.to_owned());
        let paragraphs: Vec<String> = self.spotlight.map(Spotlight::note).into_iter().chain(hierarchy).collect();
        (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
    }

    /// What no rule hits, or not any more.
    fn passed(&self, inspected: &Inspected<'_>, text: Cow<'_, str>, reasons: &[String], confidence: u8) -> Ruling {
        let spotlight = self.spotlight.filter(|_| inspected.checkpoint == Checkpoint::ToolResult);
        let shown = match spotlight {
            Some(spotlight) => spotlight.marked(&text, inspected.mark),
            None => text.into_owned(),
        };
        if !reasons.is_empty() {
            let decision = Decision::Rewrite { text: shown };
            return Ruling { decision, reason: reasons.join("; then "), confidence: Some(confidence) };
        }
        let (decision, reason) = match spotlight {
            Some(_) => (Decision::Mark { text: shown }, "spotlight: marked as data"),
            None => (Decision::Allow, "no rule hits it"),
        };
        Ruling { decision, reason: reason.to_owned(), confidence: None }
    }

    fn hits(&self, inspected: &Inspected<'_>, texts: &Texts) -> Vec<Hit> {
        let at = inspected.checkpoint;
        if let Some(check) = Switched::looking(self.max_chars.as_ref(), at) {
            let n_chars = inspected.text.chars().count();
            if n_chars > check.with {
                // Nothing else is looked for in it: its length is the attack.
                let what = format!("{n_chars} characters, {} may be", check.with);
                return vec![Hit { check: Check::MaxChars, on_hit: OnHit::Block, what, place: None }];
            }
        }
        let mut hits = Vec::new();
        if at == Checkpoint::ToolCall
            && let Some(call) = self.tools.iter().find(|call| call.is(inspected))
        {
            let what = format!("{} with these arguments", call.tool());
            hits.push(Hit { check: Check::Tools, on_hit: OnHit::Block, what, place: None });
        }
        let all = texts.all();
        if let Some(check) = Switched::looking(self.canaries.as_ref(), at) {
            for (what, text, bytes) in check.with.find(inspected.secrets, &all, MAX_HITS) {
                let place = Some(Place { text, bytes, instead: Place::REMOVED });
                hits.push(Hit { check: Check::Canaries, on_hit: check.on_hit, what, place });
            }
        }
        for (nth, text) in all.into_iter().enumerate() {
            self.hits_in(inspected, nth, text, &mut hits);
        }
        hits
    }

    /// What is found in one of the texts, by the checks that look for something in its letters.
    fn hits_in(&self, inspected: &Inspected<'_>, nth: usize, text: &str, hits: &mut Vec<Hit>) {
        let at = inspected.checkpoint;
        if let Some(check) = Switched::looking(self.invisible.as_ref(), at) {
            for (what, bytes) in invisible::find(text, MAX_HITS) {
                // Nothing is seen to be missing, so nothing is put there.
                let place = Some(Place { text: nth, bytes, instead: "" });
                hits.push(Hit { check: Check::Invisible, on_hit: check.on_hit, what: what.to_owned(), place });
            }
        }
        if let Some(check) = Switched::looking(self.entropy.as_ref(), at) {
            for (bits, bytes) in check.with.find(text, MAX_HITS) {
                let what = format!("{} characters of {bits:.1} bits", bytes.len());
                let place = Some(Place { text: nth, bytes, instead: Place::REMOVED });
                hits.push(Hit { check: Check::Entropy, on_hit: check.on_hit, what, place });
            }
        }
        let sought = Sought {
            checkpoint: at,
            phrases: Switched::looking(self.phrases.as_ref(), at),
            regex: Switched::looking(self.regex.as_ref(), at),
            secrets: Switched::looking(self.canaries.as_ref(), at).map_or(&[], |_| inspected.secrets),
        };
        sought.hits_in(nth, text, Switched::looking(self.encodings.as_ref(), at), hits);
    }
}
