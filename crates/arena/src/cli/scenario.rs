//! `arena scenario`: what can be played, what it is about, and whether its referee can tell right from wrong.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arena_core::name::Name;
use arena_core::scenario::{Channel, Hint};
use serde_json::json;

use super::args::{Configuration, Scenario};
use super::exit::{Exit, Failure};
use super::table::table;
use super::visible::visible;
use crate::catalog;
use crate::tools::Workshop;

pub(super) async fn scenario(scenario: Scenario, configuration: &Configuration) -> Result<Exit, Failure> {
    match scenario {
        Scenario::List { json } => list(json),
        Scenario::Show { scenario, source } => show(&scenario, source),
        Scenario::New { name, r#in } => begin(&name, &r#in),
        Scenario::Lint { scenarios, json } => lint(scenarios, json),
        Scenario::Check { scenarios, json } => check(scenarios, json, configuration).await,
    }
}

fn list(json: bool) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    let mut out = table(&["scenario", "channel", "objectives", "tasks", "about"]);
    for name in catalog::scenario_names() {
        let scenario = catalog::scenario(&name)?;
        let channel = match scenario.channel {
            Channel::Chat => "chat",
            Channel::Indirect { .. } => "indirect",
        };
        let (n_objectives, n_tasks) = (scenario.objectives.len(), scenario.tasks.len());
        out.add_row([&name, channel, &n_objectives.to_string(), &n_tasks.to_string(), &visible(&scenario.title)]);
        rows.push(json!({
            "name": name, "title": scenario.title, "channel": channel, "n_objectives": n_objectives, "n_tasks": n_tasks,
        }));
    }
    if json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "scenarios": rows}))?;
    } else {
        writeln!(anstream::stdout(), "{out}")?;
    }
    Ok(Exit::Good)
}

fn show(name: &str, source: bool) -> Result<Exit, Failure> {
    let scenario = catalog::scenario(name)?;
    let mut out = anstream::stdout();
    if source {
        // The file itself, for another file: a terminal is not where it is meant to go.
        write!(std::io::stdout(), "{}", scenario.source())?;
        return Ok(Exit::Good);
    }
    let (title, summary) = (visible(&scenario.title), visible(scenario.summary.trim()));
    writeln!(out, "{} · {title}\n\n{summary}\n", scenario.name)?;
    writeln!(out, "The target is {}.", visible(&scenario.target.role))?;
    match &scenario.channel {
        Channel::Chat => writeln!(out, "Red speaks to it.\n")?,
        Channel::Indirect { place, .. } => writeln!(out, "Red's text is {}.\n", visible(place))?,
    }
    let mut objectives = table(&["objective", "kind", "severity", "goal"]);
    for objective in &scenario.objectives {
        let kind = objective.reached.word();
        objectives.add_row([objective.id.as_str(), kind, objective.severity.word(), &visible(&objective.goal)]);
    }
    writeln!(out, "{objectives}\n")?;
    let mut tasks = table(&["task", "request"]);
    for task in &scenario.tasks {
        tasks.add_row([task.id.as_str(), &visible(&task.request)]);
    }
    writeln!(out, "{tasks}\n")?;
    let mut tools = table(&["tool", "what it does"]);
    for tool in &scenario.tools {
        tools.add_row([tool.spec.name.as_str(), &visible(&tool.spec.description)]);
    }
    writeln!(out, "{tools}")?;
    Ok(Exit::Good)
}

/// Makes the folder of a scenario to start from.
fn begin(name: &Name, parent: &Path) -> Result<Exit, Failure> {
    let folder = parent.join(name.as_str());
    let file = folder.join("scenario.toml");
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("{} is there already; take another name, or remove it", file.display()))
        }
        _ => Failure::usage(format!("{} cannot be made: {cause}", file.display())),
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut new = OpenOptions::new().write(true).create_new(true).open(&file).map_err(failed)?;
    new.write_all(catalog::new_scenario(name.as_str()).as_bytes()).map_err(failed)?;
    let shown = folder.display();
    writeln!(
        anstream::stdout(),
        "made {}; change it, then:\n  arena scenario lint {shown}\n  arena scenario check {shown}\n  arena play {shown} --red pack",
        file.display()
    )?;
    Ok(Exit::Good)
}

fn lint(names: Vec<String>, json: bool) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    let mut out = anstream::stdout();
    for scenario in named(names)? {
        for Hint { key, message } in scenario.lint() {
            if !json {
                writeln!(out, "{}: {}: {}", scenario.name, visible(&key), visible(&message))?;
            }
            rows.push(json!({"scenario": scenario.name, "key": key, "message": message}));
        }
    }
    let exit = if rows.is_empty() { Exit::Good } else { Exit::Gate };
    if json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "hints": rows}))?;
    } else if rows.is_empty() {
        writeln!(anstream::stderr(), "nothing odd; arena scenario check plays the controls")?;
    }
    Ok(exit)
}

/// The scenarios of these names; of none, all that are built in.
fn named(names: Vec<String>) -> Result<Vec<Arc<arena_core::scenario::Scenario>>, Failure> {
    let names = if names.is_empty() { catalog::scenario_names() } else { names };
    let mut scenarios = Vec::new();
    for name in names {
        scenarios.extend(catalog::scenarios(&name)?);
    }
    Ok(scenarios)
}

async fn check(names: Vec<String>, json: bool, configuration: &Configuration) -> Result<Exit, Failure> {
    let workshop = Arc::new(Workshop::new(&configuration.load()?, Duration::ZERO));
    let mut exit = Exit::Good;
    let mut rows = Vec::new();
    for scenario in named(names)? {
        for result in workshop.controls(&scenario).await? {
            if !result.passed {
                exit = Exit::Usage;
            }
            let found = result.verdict.word();
            if json {
                rows.push(json!({
                    "scenario": scenario.name, "control": result.name, "expected": result.expected,
                    "found": result.verdict, "passed": result.passed,
                }));
            } else {
                let word = if result.passed { "good" } else { "BAD " };
                writeln!(anstream::stdout(), "{word}  {}  {}: {found}", scenario.name, result.name)?;
                if !result.passed {
                    writeln!(anstream::stdout(), "      expected {}, found {:?}", result.expected, result.verdict)?;
                }
            }
        }
    }
    if json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "controls": rows}))?;
    }
    workshop.close().await;
    Ok(exit)
}
