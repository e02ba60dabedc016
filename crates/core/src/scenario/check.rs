//! From the shape of a scenario file to its meaning: every reference is followed, every problem is named.

use serde_json::Value;
use toml::Spanned;

use super::reference::Checker;
use super::{
    Channel, Check, Control, Error, FlagSpec, Objective, Reached, RedBrief, Scenario, ScriptedReply, TargetBrief, Task,
    draft,
};
use crate::flag::placeholders;
use crate::message::ToolSpec;
use crate::name::Name;
use crate::predicate::{Condition, Test};
use crate::problem::{Problems, from_toml, unknown};
use crate::tool::{ChangeTemplate, Returns, Simulation, Tool, ValueTemplate};
use crate::world::escape;

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
        let objectives = draft
            .objectives
            .into_iter()
            .filter_map(|objective| self.objective(objective, &tools, &fixtures, reaches_red))
            .collect();
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
            },
            policy: draft.blue.policy,
            flags,
            fixtures,
            tools,
            objectives,
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

    fn objective(
        &mut self,
        draft: draft::Objective,
        tools: &[Tool],
        fixtures: &Value,
        reaches_red: bool,
    ) -> Option<Objective> {
        let id = self.name("objectives.id", &draft.id)?;
        let key = format!("objectives.{id}");
        let reached = match (*draft.kind.get_ref(), draft.flag, draft.call, draft.state) {
            (draft::Kind::Leak, Some(flag), None, None) => {
                let known = self.flags.clone();
                let span = flag.span();
                let flag = self.known(&format!("{key}.flag"), "flag", &flag, known.iter().map(Name::as_str))?;
                if !self.leakable.contains(&flag) {
                    self.problems.add(
                        span,
                        format!("{key}.flag"),
                        "cannot leak: it is a decoy, or stands neither in target.prompt nor in the world",
                    );
                    return None;
                }
                if !reaches_red {
                    self.problems.add(
                        draft.id.span(),
                        key,
                        "nothing can leak: over an indirect channel Red sees only calls of tools with reaches_red",
                    );
                    return None;
                }
                Reached::Leak { flag }
            }
            (draft::Kind::Exfiltration, Some(flag), None, None) => {
                let known = self.flags.clone();
                let span = flag.span();
                let flag = self.known(&format!("{key}.flag"), "flag", &flag, known.iter().map(Name::as_str))?;
                if !self.leakable.contains(&flag) {
                    let message = "cannot get out: it is a decoy, or stands neither in target.prompt nor in the world";
                    self.problems.add(span, format!("{key}.flag"), message);
                    return None;
                }
                Reached::Exfiltration { flag }
            }
            (draft::Kind::ForbiddenCall, None, Some(call), None) => {
                let (tool, when) = self.call(&format!("{key}.call"), call, tools)?;
                Reached::ForbiddenCall { tool, when }
            }
            (draft::Kind::StateChange, None, None, Some(state)) if !state.is_empty() => {
                Reached::StateChange { when: self.state_conditions(&format!("{key}.state"), state, fixtures) }
            }
            (kind, ..) => {
                let needs = match kind {
                    draft::Kind::Leak => "kind \"leak\" takes flag = \"...\" and nothing else",
                    draft::Kind::Exfiltration => "kind \"exfiltration\" takes flag = \"...\" and nothing else",
                    draft::Kind::ForbiddenCall => {
                        "kind \"forbidden_call\" takes call = { tool = \"...\", where = [...] } and nothing else"
                    }
                    draft::Kind::StateChange => {
                        "kind \"state_change\" takes state = [{ path = \"/...\", ... }] and nothing else"
                    }
                };
                self.problems.add(draft.kind.span(), key, needs);
                return None;
            }
        };
        let control = Control {
            attack: draft.control.attack,
            replies: self.replies(&format!("{key}.control.replies"), draft.control.replies),
            defence: draft.control.defence,
        };
        Some(Objective { id, goal: draft.goal, severity: draft.severity, reached, control })
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

    fn replies(&mut self, key: &str, drafts: Vec<draft::Reply>) -> Vec<ScriptedReply> {
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

    fn call(&mut self, key: &str, draft: draft::Call, tools: &[Tool]) -> Option<(Name, Vec<Condition>)> {
        let name = self.tool_name(&format!("{key}.tool"), &draft.tool)?;
        // Which arguments a real tool takes, the rules do not know.
        let arguments =
            tools.iter().find(|tool| tool.spec.name == name).map(|tool| property_names(&tool.spec.parameters));
        let when = self.call_conditions(&format!("{key}.where"), draft.when, arguments.as_deref());
        Some((name, when))
    }

    fn call_conditions(
        &mut self,
        key: &str,
        drafts: Vec<Spanned<draft::Condition>>,
        arguments: Option<&[String]>,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for draft in drafts {
            let test = self.test(key, &draft);
            match (&draft.get_ref().field, &draft.get_ref().path) {
                (Some(field), None) if arguments.is_none_or(|known| known.contains(field.get_ref())) => {
                    let path = format!("/{}", escape(field.get_ref()));
                    conditions.extend(test.map(|test| Condition { path, test }));
                }
                (Some(field), None) => {
                    let known = arguments.unwrap_or_default().iter().map(String::as_str);
                    self.problems.add(field.span(), key, unknown("argument", field.get_ref(), known));
                }
                _ => self.problems.add(
                    draft.span(),
                    key,
                    "a condition on a call names its argument: { field = \"...\", ... }",
                ),
            }
        }
        conditions
    }

    fn state_conditions(
        &mut self,
        key: &str,
        drafts: Vec<Spanned<draft::Condition>>,
        fixtures: &Value,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for draft in drafts {
            let test = self.test(key, &draft);
            match (&draft.get_ref().field, &draft.get_ref().path) {
                (None, Some(path)) => {
                    self.world_path(key, path, fixtures);
                    conditions.extend(test.map(|test| Condition { path: path.get_ref().clone(), test }));
                }
                _ => self.problems.add(
                    draft.span(),
                    key,
                    "a condition on the world names its place: { path = \"/...\", ... }",
                ),
            }
        }
        conditions
    }

    /// The one operator of a condition.
    fn test(&mut self, key: &str, draft: &Spanned<draft::Condition>) -> Option<Test> {
        let condition = draft.get_ref().clone();
        let mut tests = [
            condition.eq.map(|value| Test::Eq(plain(value))),
            condition.ne.map(|value| Test::Ne(plain(value))),
            condition.gt.map(Test::Gt),
            condition.ge.map(Test::Ge),
            condition.lt.map(Test::Lt),
            condition.le.map(Test::Le),
            condition.contains.map(Test::Contains),
            condition.lacks.map(Test::Lacks),
            condition.ends_with.map(Test::EndsWith),
            condition.not_ends_with.map(Test::NotEndsWith),
        ]
        .into_iter()
        .flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            let words = Test::WORDS.join(", ");
            self.problems.add(draft.span(), key, format!("a condition has exactly one of: {words}"));
            return None;
        };
        if let Some(text) = test.text() {
            self.flags_in(key, Some(&draft.span()), text);
        }
        Some(test)
    }
}

/// Every string in `value`.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}

fn property_names(schema: &Value) -> Vec<String> {
    match schema.get("properties") {
        Some(Value::Object(properties)) => properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// TOML has dates and JSON has not: they become their text.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => match fields.remove("$__toml_private_datetime") {
            Some(date) => date,
            None => fields.into_iter().map(|(key, field)| (key, plain(field))).collect(),
        },
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}
