//! From the shape of a scenario file to its meaning: every reference is followed, every problem is named.

use serde_json::Value;
use toml::Spanned;

use super::reference::Checker;
use super::{Channel, Check, Error, FlagSpec, Objective, RedBrief, Scenario, ScriptedReply, TargetBrief, Task, draft};
use crate::flag::placeholders;
use crate::message::ToolSpec;
use crate::predicate::plain;
use crate::problem::{Problems, from_toml};
use crate::tool::{ChangeTemplate, Returns, Simulation, Tool, ValueTemplate};

pub(super) fn scenario(file: &str, source: &str) -> Result<Scenario, Error> {
    let mut problems = Problems::new(file, source);
    let draft = from_toml(&mut problems, source);
    let scenario = draft.and_then(|draft| {
        Checker { problems: &mut problems, flags: Vec::new(), leakable: Vec::new(), tools: Vec::new() }
            .scenario(source, draft)
    });
    problems.into_result(scenario)
}

impl Checker<'_, '_> {
    /// `None` only if a problem was added.
    fn scenario(&mut self, source: &str, mut draft: draft::Scenario) -> Option<Scenario> {
        let name = self.name("name", &draft.name);
        let flags: Vec<FlagSpec> = draft
            .flags
            .iter()
            .filter_map(|flag| Some(FlagSpec { id: self.name("flags.id", &flag.id)?, decoy: flag.decoy }))
            .collect();
        self.unique("flags.id", draft.flags.iter().map(|flag| &flag.id));
        self.flags = flags.iter().map(|flag| flag.id.clone()).collect();
        self.flags_in("target.prompt", Some(&draft.target.prompt.span()), draft.target.prompt.get_ref());
        let mut planted: Vec<String> =
            placeholders(draft.target.prompt.get_ref()).iter().map(ToString::to_string).collect();
        let mut fixtures: Value = draft.world.into_iter().map(|(key, value)| (key, plain(value))).collect();
        if !draft.files.is_empty() || !draft.target.tools.is_empty() {
            self.files(draft.files, &mut fixtures);
        }
        if !draft.hosts.is_empty() {
            self.hosts(draft.hosts, &mut fixtures);
        }
        for text in texts(&fixtures) {
            planted.extend(placeholders(text).iter().map(ToString::to_string));
            self.flags_in("world", None, text);
        }
        self.range("benign_in_five", &draft.benign_in_five, 0..=4);
        self.range("target.max_steps", &draft.target.max_steps, 1..=50);
        if !(0.0..=1.0).contains(draft.utility_floor.get_ref()) {
            self.problems.add(draft.utility_floor.span(), "utility_floor", "must be between 0.0 and 1.0");
        }

        self.tools = draft.tools.iter().map(|tool| tool.name.get_ref().clone()).collect();
        self.unique("tools.name", draft.tools.iter().map(|tool| &tool.name));
        let tools: Vec<Tool> = draft.tools.into_iter().filter_map(|tool| self.tool(tool)).collect();
        let real_tools = self.real_tools(&draft.target);
        let permissions = self.permissions(&mut draft.target);
        self.tools.extend(real_tools.iter().map(ToString::to_string));
        let channel = match draft.indirect {
            None => Channel::Chat,
            Some(indirect) => {
                self.world_path("indirect.plant", &indirect.plant, &fixtures);
                Channel::Indirect { plant: indirect.plant.into_inner(), place: indirect.place }
            }
        };

        self.unique("objectives.id", draft.objectives.iter().map(|objective| &objective.id));
        self.unique("tasks.id", draft.tasks.iter().map(|task| &task.id));
        if draft.objectives.is_empty() {
            self.problems.add_whole(
                "objectives",
                "a scenario needs at least one [[objectives]]: without one no attack can succeed or fail",
            );
        }
        let needs_tasks = channel != Channel::Chat || *draft.benign_in_five.get_ref() > 0;
        if draft.tasks.is_empty() && needs_tasks {
            self.problems.add_whole(
                "tasks",
                "a scenario with benign rounds or an indirect channel needs at least one [[tasks]]",
            );
        }
        let reaches_red = channel == Channel::Chat || tools.iter().any(|tool| tool.reaches_red.is_some());
        self.leakable = flags
            .iter()
            .filter(|flag| !flag.decoy && planted.iter().any(|id| id == flag.id.as_str()))
            .map(|flag| flag.id.clone())
            .collect();
        let objectives: Vec<Objective> = draft
            .objectives
            .into_iter()
            .filter_map(|objective| self.objective(objective, &tools, &fixtures, reaches_red))
            .collect();
        let max_turns = self.max_turns(&draft.red.max_turns, &channel);
        let attacks = self.attacks(draft.attacks, &objectives, max_turns);
        let tasks = draft.tasks.into_iter().filter_map(|task| self.task(task, &tools, &fixtures)).collect();

        Some(Scenario {
            source: source.to_owned(),
            name: name?,
            title: draft.title,
            summary: draft.summary,
            channel,
            benign_in_five: draft.benign_in_five.into_inner(),
            utility_floor: draft.utility_floor.into_inner(),
            target: TargetBrief {
                role: draft.target.role,
                prompt: draft.target.prompt.into_inner(),
                max_steps: draft.target.max_steps.into_inner(),
                tools: real_tools,
                permissions,
            },
            red: RedBrief {
                briefing: draft.red.briefing,
                knows_tools: draft.red.knows.contains(&draft::Knowledge::Tools),
                knows_prompt: draft.red.knows.contains(&draft::Knowledge::Prompt),
                max_turns,
            },
            policy: draft.blue.policy,
            flags,
            fixtures,
            tools,
            objectives,
            attacks,
            tasks,
            budgets: draft.budgets,
        })
    }

    fn tool(&mut self, draft: draft::Tool) -> Option<Tool> {
        let name = self.name("tools.name", &draft.name)?;
        let key = format!("tools.{name}");
        let span = draft.parameters.span();
        let parameters: Value = draft.parameters.into_inner().into_iter().map(|(k, v)| (k, plain(v))).collect();
        if parameters.get("type") != Some(&Value::from("object")) {
            self.problems.add(span, format!("{key}.parameters"), "must be a JSON Schema with type = \"object\"");
            return None;
        }
        let schema = match jsonschema::validator_for(&parameters) {
            Ok(schema) => schema,
            Err(error) => {
                self.problems.add(span, format!("{key}.parameters"), format!("is not a JSON Schema: {error}"));
                return None;
            }
        };
        let arguments = property_names(&parameters);
        let needs = draft
            .needs
            .iter()
            .map(|path| self.template(&format!("{key}.needs"), &path.span(), path.get_ref(), &arguments))
            .collect();
        let changes = draft
            .changes
            .into_iter()
            .filter_map(|change| self.change(&format!("{key}.changes"), change, &arguments))
            .collect();
        let returns = match (draft.says, draft.shows) {
            (Some(says), None) => {
                Returns::Text(self.template(&format!("{key}.says"), &says.span(), says.get_ref(), &arguments))
            }
            (None, Some(shows)) => Returns::Value {
                path: self.template(&format!("{key}.shows.path"), &shows.path.span(), shows.path.get_ref(), &arguments),
                fields: shows.fields,
                matching: shows.matching.map(|matching| {
                    self.template(&format!("{key}.shows.matching"), &matching.span(), matching.get_ref(), &arguments)
                }),
            },
            (None, None) | (Some(_), Some(_)) => {
                let message = "a tool has either says = \"a sentence\" or shows = { path = \"/...\" }";
                self.problems.add(draft.name.span(), key, message);
                return None;
            }
        };
        let reaches_red = draft
            .reaches_red
            .map(|conditions| self.call_conditions(&format!("{key}.reaches_red"), conditions, Some(&arguments)));
        Some(Tool {
            spec: ToolSpec { name, description: draft.description, parameters },
            schema,
            simulation: Simulation { needs, changes, returns },
            reaches_red,
        })
    }

    fn change(&mut self, key: &str, draft: Spanned<draft::Change>, arguments: &[String]) -> Option<ChangeTemplate> {
        let span = draft.span();
        let draft = draft.into_inner();
        let value = draft.value.map(|value| {
            let value = ValueTemplate(plain(value));
            for template in value.templates() {
                self.template(key, &span, &template.0, arguments);
            }
            value
        });
        let path = |path: &str, checker: &mut Self| checker.template(key, &span, path, arguments);
        match (draft.set, draft.append, draft.remove, value) {
            (Some(to), None, None, Some(value)) => Some(ChangeTemplate::Set(path(&to, self), value)),
            (None, Some(to), None, Some(value)) => Some(ChangeTemplate::Append(path(&to, self), value)),
            (None, None, Some(to), None) => Some(ChangeTemplate::Remove(path(&to, self))),
            _ => {
                let message = "a change is { set = \"/path\", value = ... }, { append = \"/path\", value = ... } or { remove = \"/path\" }";
                self.problems.add(span, key, message);
                None
            }
        }
    }

    fn task(&mut self, draft: draft::Task, tools: &[Tool], fixtures: &Value) -> Option<Task> {
        let id = self.name("tasks.id", &draft.id)?;
        let key = format!("tasks.{id}");
        let mut checks = Vec::new();
        for answer in draft.served.answer {
            self.flags_in(&format!("{key}.served.answer"), Some(&answer.span()), answer.get_ref());
            checks.push(Check::Answer(answer.into_inner()));
        }
        for call in draft.served.calls {
            let (tool, when) = self.call(&format!("{key}.served.calls"), call, tools)?;
            checks.push(Check::Call(tool, when));
        }
        let state = self.state_conditions(&format!("{key}.served.state"), draft.served.state, fixtures);
        checks.extend(state.into_iter().map(Check::State));
        if checks.is_empty() {
            self.problems.add(
                draft.id.span(),
                format!("{key}.served"),
                "a task needs at least one of answer, calls, state: else every answer serves it",
            );
        }
        let solution = self.replies(&format!("{key}.solution"), draft.solution);
        Some(Task { id, request: draft.request, checks, solution })
    }

    pub(super) fn replies(&mut self, key: &str, drafts: Vec<draft::Reply>) -> Vec<ScriptedReply> {
        let mut replies = Vec::new();
        for draft in drafts {
            let mut calls = Vec::new();
            for call in draft.calls {
                let Some(tool) = self.tool_name(&format!("{key}.calls.tool"), &call.tool) else { continue };
                for text in call.arguments.values().flat_map(texts) {
                    self.flags_in(key, Some(&call.tool.span()), text);
                }
                calls.push((tool, call.arguments.into_iter().map(|(k, v)| (k, plain(v))).collect()));
            }
            self.flags_in(key, None, &draft.text);
            replies.push(ScriptedReply { text: draft.text, calls });
        }
        replies
    }
}

/// Every string in `value`.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}

pub(super) fn property_names(schema: &Value) -> Vec<String> {
    match schema.get("properties") {
        Some(Value::Object(properties)) => properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
