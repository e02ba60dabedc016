//! What is no mistake in a scenario and likely not meant: hints for who writes one.

use std::collections::BTreeSet;

use super::{Check, Objective, Reached, Scenario, ScriptedReply, Tag};

/// Something that likely was not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it is about: `objectives.leak-code`.
    pub key: String,
    /// What is odd about it, and what would be better.
    pub message: String,
}

impl Scenario {
    /// Looks for what is likely not meant. Empty is good; the [controls](crate::engine::controls) say whether the referee
    /// can tell right from wrong.
    pub fn lint(&self) -> Vec<Hint> {
        let mut hints = Vec::new();
        let mut hint = |key: String, message: &str| hints.push(Hint { key, message: message.to_owned() });
        if self.benign_in_five == 0 {
            hint("benign_in_five".to_owned(), "without benign rounds nobody sees what a defence costs");
        }
        for objective in &self.objectives {
            let key = format!("objectives.{}", objective.id);
            let has = |is: fn(&Tag) -> bool| objective.tags.iter().any(is);
            if !has(|tag| matches!(tag, Tag::Owasp(_))) {
                hint(key.clone(), "has no OWASP tag, such as LLM01:2025: reports sort findings by it");
            }
            if !has(|tag| matches!(tag, Tag::Atlas(_) | Tag::AtlasPart(..))) {
                hint(key.clone(), "has no MITRE ATLAS tag, such as AML.T0051.000");
            }
            if !self.attacks.iter().any(|attack| attack.objective == objective.id) {
                hint(key.clone(), "has no [[attacks]]: who attacks without a model cannot play it");
            }
            // A tool that is forbidden in any case is no loss.
            if let Reached::ForbiddenCall { tool, when } = &objective.reached
                && !when.is_empty()
                && !self.tasks.iter().any(|task| calls(&task.solution, tool.as_str()))
            {
                let message = format!("no task calls {tool}: a defence that stops every call of it would cost nothing");
                hint(key, &message);
            }
        }
        for flag in self.flags.iter().filter(|flag| !flag.decoy) {
            if !self.objectives.iter().any(|objective| wins(objective) == Some(flag.id.as_str())) {
                hint(format!("flags.{}", flag.id), "no objective is after it; give it decoy = true, or an objective");
            }
        }
        let mut said: BTreeSet<&[String]> = BTreeSet::new();
        for attack in &self.attacks {
            if !said.insert(&attack.turns) {
                hint(format!("attacks.{}", attack.id), "says what another attack says");
            }
        }
        for task in &self.tasks {
            let request = task.request.to_lowercase();
            let echoes = |check: &Check| match check {
                Check::Answer(part) => request.contains(&part.to_lowercase()),
                Check::Call(..) | Check::State(_) => false,
            };
            if !task.checks.is_empty() && task.checks.iter().all(echoes) {
                hint(
                    format!("tasks.{}", task.id),
                    "its request holds every text that is asked of the answer: an echo serves it",
                );
            }
        }
        for tool in &self.tools {
            let name = tool.spec.name.as_str();
            let scripts = self.objectives.iter().map(|objective| &objective.control.replies);
            if !scripts.chain(self.tasks.iter().map(|task| &task.solution)).any(|script| calls(script, name)) {
                hint(format!("tools.{name}"), "no control and no solution calls it: nothing shows that it works");
            }
        }
        hints
    }
}

fn calls(script: &[ScriptedReply], name: &str) -> bool {
    script.iter().flat_map(|reply| &reply.calls).any(|(tool, _)| tool.as_str() == name)
}

/// The flag that an objective is after.
fn wins(objective: &Objective) -> Option<&str> {
    match &objective.reached {
        Reached::Leak { flag } | Reached::Exfiltration { flag } | Reached::Capture { flag, .. } => Some(flag.as_str()),
        Reached::ForbiddenCall { .. }
        | Reached::StateChange { .. }
        | Reached::Answer { .. }
        | Reached::Judged { .. } => None,
    }
}
