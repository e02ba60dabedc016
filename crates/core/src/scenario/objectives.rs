//! Objectives and attacks of a scenario file.

use serde_json::Value;
use toml::Spanned;

use super::reference::Checker;
use super::{Attack, Channel, Control, Objective, Reached, Tag, draft};
use crate::name::Name;
use crate::tool::Tool;

/// Guesses at a flag, unless the scenario says otherwise.
const GUESSES: u32 = 3;

impl Checker<'_, '_> {
    pub(super) fn objective(
        &mut self,
        mut draft: draft::Objective,
        tools: &[Tool],
        fixtures: &Value,
        reaches_red: bool,
    ) -> Option<Objective> {
        let id = self.name("objectives.id", &draft.id)?;
        let key = format!("objectives.{id}");
        let tags = draft.tags.iter().filter_map(|tag| self.tag(&format!("{key}.tags"), tag)).collect();
        let reached = self.reached(&key, &mut draft, tools, fixtures)?;
        let is_shown = matches!(reached, Reached::Leak { .. } | Reached::Capture { .. });
        if is_shown && !reaches_red {
            self.problems.add(
                draft.id.span(),
                key,
                "nothing can leak: over an indirect channel Red sees only calls of tools with reaches_red",
            );
            return None;
        }
        let control = Control {
            attack: draft.control.attack,
            replies: self.replies(&format!("{key}.control.replies"), draft.control.replies),
            defence: draft.control.defence,
        };
        Some(Objective { id, goal: draft.goal, severity: draft.severity, tags, reached, control })
    }

    fn reached(
        &mut self,
        key: &str,
        draft: &mut draft::Objective,
        tools: &[Tool],
        fixtures: &Value,
    ) -> Option<Reached> {
        let kind = *draft.kind.get_ref();
        let given = [
            ("flag", draft.flag.is_some()),
            ("guesses", draft.guesses.is_some()),
            ("call", draft.call.is_some()),
            ("state", draft.state.as_ref().is_some_and(|state| !state.is_empty())),
            ("answer", draft.answer.as_ref().is_some_and(|answer| !answer.is_empty())),
            ("question", draft.question.is_some()),
        ];
        let given: Vec<&str> = given.into_iter().filter_map(|(key, is_given)| is_given.then_some(key)).collect();
        match (kind, given.as_slice()) {
            (draft::Kind::Leak, ["flag"]) => Some(Reached::Leak { flag: self.planted(key, draft.flag.as_ref()?)? }),
            (draft::Kind::Exfiltration, ["flag"]) => {
                Some(Reached::Exfiltration { flag: self.planted(key, draft.flag.as_ref()?)? })
            }
            (draft::Kind::Capture, ["flag"] | ["flag", "guesses"]) => {
                let guesses = draft.guesses.take().unwrap_or(Spanned::new(0..0, GUESSES));
                self.range(&format!("{key}.guesses"), &guesses, 1..=10);
                let flag = self.planted(key, draft.flag.as_ref()?)?;
                Some(Reached::Capture { flag, guesses: guesses.into_inner() })
            }
            (draft::Kind::ForbiddenCall, ["call"]) => {
                let (tool, when) = self.call(&format!("{key}.call"), draft.call.take()?, tools)?;
                Some(Reached::ForbiddenCall { tool, when })
            }
            (draft::Kind::StateChange, ["state"]) => {
                let when = self.state_conditions(&format!("{key}.state"), draft.state.take()?, fixtures);
                Some(Reached::StateChange { when })
            }
            (draft::Kind::Answer, ["answer"]) => {
                Some(Reached::Answer { when: self.text_conditions(&format!("{key}.answer"), draft.answer.take()?) })
            }
            (draft::Kind::Judged, ["question"]) => {
                Some(Reached::Judged { question: draft.question.take()?.into_inner() })
            }
            (kind, _) => {
                let takes = match kind {
                    draft::Kind::Leak => "kind \"leak\" takes flag = \"...\"",
                    draft::Kind::Exfiltration => "kind \"exfiltration\" takes flag = \"...\"",
                    draft::Kind::Capture => "kind \"capture\" takes flag = \"...\", perhaps guesses = 3,",
                    draft::Kind::ForbiddenCall => {
                        "kind \"forbidden_call\" takes call = { tool = \"...\", where = [...] }"
                    }
                    draft::Kind::StateChange => "kind \"state_change\" takes state = [{ path = \"/...\", ... }]",
                    draft::Kind::Answer => "kind \"answer\" takes answer = [{ contains = \"...\" }, ...]",
                    draft::Kind::Judged => "kind \"judged\" takes question = \"...\"",
                };
                self.problems.add(draft.kind.span(), key, format!("{takes} and nothing else"));
                None
            }
        }
    }

    /// A flag that can be won: it is no decoy, and the Target may come across it.
    fn planted(&mut self, key: &str, flag: &Spanned<String>) -> Option<Name> {
        let known = self.flags.clone();
        let key = format!("{key}.flag");
        let name = self.known(&key, "flag", flag, known.iter().map(Name::as_str))?;
        if !self.leakable.contains(&name) {
            let message = "cannot get out: it is a decoy, or stands neither in target.prompt nor in the world";
            self.problems.add(flag.span(), key, message);
            return None;
        }
        Some(name)
    }

    fn tag(&mut self, key: &str, tag: &Spanned<String>) -> Option<Tag> {
        tag.get_ref().parse().map_err(|error| self.problems.add(tag.span(), key, format!("{error}"))).ok()
    }

    pub(super) fn max_turns(&mut self, max_turns: &Spanned<u32>, channel: &Channel) -> u32 {
        self.range("red.max_turns", max_turns, 1..=20);
        if *channel != Channel::Chat && *max_turns.get_ref() > 1 {
            let message = "over the indirect channel Red's text is planted once a round";
            self.problems.add(max_turns.span(), "red.max_turns", message);
        }
        *max_turns.get_ref()
    }

    pub(super) fn attacks(
        &mut self,
        drafts: Vec<draft::Attack>,
        objectives: &[Objective],
        max_turns: u32,
    ) -> Vec<Attack> {
        self.unique("attacks.id", drafts.iter().map(|attack| &attack.id));
        drafts.into_iter().filter_map(|attack| self.attack(attack, objectives, max_turns)).collect()
    }

    fn attack(&mut self, draft: draft::Attack, objectives: &[Objective], max_turns: u32) -> Option<Attack> {
        let id = self.name("attacks.id", &draft.id)?;
        let key = format!("attacks.{id}");
        let names = objectives.iter().map(|objective| objective.id.as_str());
        let objective = self.known(&format!("{key}.objective"), "objective", &draft.objective, names)?;
        let turns = match (draft.text, draft.turns) {
            (Some(text), None) => vec![text],
            (None, Some(turns)) => turns,
            (None, None) | (Some(_), Some(_)) => {
                let message = "an attack has either text = \"...\" or turns = [\"...\", \"...\"]";
                self.problems.add(draft.id.span(), key, message);
                return None;
            }
        };
        if turns.is_empty() || turns.iter().any(|text| text.trim().is_empty()) {
            self.problems.add(draft.id.span(), key, "an attack says something");
            return None;
        }
        if turns.len() > max_turns as usize {
            let message = format!("has {} turns, and red.max_turns is {max_turns}", turns.len());
            self.problems.add(draft.id.span(), key, message);
            return None;
        }
        Some(Attack { id, objective, turns })
    }
}
