//! The shape of a scenario file, before its meaning is checked. Every key that may be written is here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::budget::Budgets;
use crate::hosts::Page;
use crate::permissions::DraftPermissions;
use crate::predicate::DraftCondition as Condition;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    pub(super) summary: String,
    #[serde(default = "two")]
    pub(super) benign_in_five: Spanned<u32>,
    #[serde(default = "half")]
    pub(super) utility_floor: Spanned<f64>,
    #[serde(default)]
    pub(super) indirect: Option<Indirect>,
    pub(super) target: Target,
    #[serde(default)]
    pub(super) red: Red,
    pub(super) blue: Blue,
    #[serde(default)]
    pub(super) flags: Vec<Flag>,
    #[serde(default)]
    pub(super) world: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) files: Vec<File>,
    #[serde(default)]
    pub(super) hosts: Vec<Host>,
    #[serde(default)]
    pub(super) tools: Vec<Tool>,
    #[serde(default)]
    pub(super) objectives: Vec<Objective>,
    #[serde(default)]
    pub(super) attacks: Vec<Attack>,
    #[serde(default)]
    pub(super) tasks: Vec<Task>,
    #[serde(default)]
    pub(super) budgets: Budgets,
}

fn two() -> Spanned<u32> {
    Spanned::new(0..0, 2)
}

fn half() -> Spanned<f64> {
    Spanned::new(0..0, 0.5)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Indirect {
    pub(super) plant: Spanned<String>,
    pub(super) place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Target {
    pub(super) role: String,
    pub(super) prompt: Spanned<String>,
    #[serde(default = "eight")]
    pub(super) max_steps: Spanned<u32>,
    #[serde(default)]
    pub(super) tools: Vec<Spanned<String>>,
    pub(super) permissions: Option<Spanned<DraftPermissions>>,
}

fn eight() -> Spanned<u32> {
    Spanned::new(0..0, 8)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Red {
    #[serde(default)]
    pub(super) briefing: String,
    #[serde(default)]
    pub(super) knows: Vec<Knowledge>,
    #[serde(default = "one")]
    pub(super) max_turns: Spanned<u32>,
}

impl Default for Red {
    fn default() -> Self {
        Self { briefing: String::new(), knows: Vec::new(), max_turns: one() }
    }
}

fn one() -> Spanned<u32> {
    Spanned::new(0..0, 1)
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Knowledge {
    Tools,
    Prompt,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Blue {
    pub(super) policy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) decoy: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Host {
    pub(super) name: Spanned<String>,
    pub(super) pages: BTreeMap<String, Spanned<Page>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) path: Spanned<String>,
    pub(super) text: Spanned<String>,
    #[serde(default)]
    pub(super) executable: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    pub(super) name: Spanned<String>,
    pub(super) description: String,
    pub(super) parameters: Spanned<BTreeMap<String, Value>>,
    #[serde(default)]
    pub(super) needs: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) changes: Vec<Spanned<Change>>,
    pub(super) says: Option<Spanned<String>>,
    pub(super) shows: Option<Shows>,
    pub(super) reaches_red: Option<Vec<Spanned<Condition>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) set: Option<String>,
    pub(super) append: Option<String>,
    pub(super) remove: Option<String>,
    pub(super) value: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shows {
    pub(super) path: Spanned<String>,
    #[serde(default)]
    pub(super) fields: Vec<String>,
    pub(super) matching: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Objective {
    pub(super) id: Spanned<String>,
    pub(super) kind: Spanned<Kind>,
    pub(super) severity: super::Severity,
    pub(super) goal: String,
    #[serde(default)]
    pub(super) tags: Vec<Spanned<String>>,
    pub(super) flag: Option<Spanned<String>>,
    pub(super) guesses: Option<Spanned<u32>>,
    pub(super) call: Option<Call>,
    pub(super) state: Option<Vec<Spanned<Condition>>>,
    pub(super) answer: Option<Vec<Spanned<Condition>>>,
    pub(super) question: Option<Spanned<String>>,
    pub(super) control: Control,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Leak,
    ForbiddenCall,
    StateChange,
    Exfiltration,
    Capture,
    Answer,
    Judged,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attack {
    pub(super) id: Spanned<String>,
    pub(super) objective: Spanned<String>,
    pub(super) text: Option<String>,
    pub(super) turns: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) tool: Spanned<String>,
    #[serde(rename = "where", default)]
    pub(super) when: Vec<Spanned<Condition>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Control {
    pub(super) attack: String,
    pub(super) replies: Vec<Reply>,
    pub(super) defence: crate::ruling::Checkpoint,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) calls: Vec<ReplyCall>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyCall {
    pub(super) tool: Spanned<String>,
    #[serde(default)]
    pub(super) arguments: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub(super) id: Spanned<String>,
    pub(super) request: String,
    pub(super) served: Served,
    pub(super) solution: Vec<Reply>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Served {
    #[serde(default)]
    pub(super) answer: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) calls: Vec<Call>,
    #[serde(default)]
    pub(super) state: Vec<Spanned<Condition>>,
}
