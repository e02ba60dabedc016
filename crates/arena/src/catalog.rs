//! Scenarios and agents by name or path: those built into the binary, and files of the user's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arena_core::agent::Agent;
use arena_core::engine::ControlResult;
use arena_core::name::nearest;
use arena_core::problem;
use arena_core::scenario::Scenario;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../scenarios"]
struct Scenarios;

#[derive(RustEmbed)]
#[folder = "../../agents"]
struct Agents;

/// A scenario called `name` to begin with: it can be played, and says what each part is for.
pub fn new_scenario(name: &str) -> String {
    include_str!("../assets/new-scenario.toml").replace("{{NAME}}", name)
}

/// What a scenario is written in, in a folder of its own.
const SCENARIO_FILE: &str = "scenario.toml";

/// Something cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a built-in name nor a path.
    #[error(
        "there is no {kind} {name:?}{}; built in are: {}; or give the path of a file",
        nearest(name, built_in.iter().map(String::as_str)).map(|near| format!(", did you mean {near:?}?")).unwrap_or_default(),
        in_short(built_in)
    )]
    Unknown {
        /// `scenario` or `agent`.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        built_in: Vec<String>,
    },
    /// A path that cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A file with mistakes.
    #[error(transparent)]
    Problem(#[from] problem::Error),
    /// A scenario whose referee cannot tell right from wrong.
    #[error("scenario {scenario:?} is not fit to be played: its controls fail\n{}", list(failed))]
    Controls {
        /// Its name.
        scenario: String,
        /// What went otherwise than it has to.
        failed: Vec<ControlResult>,
    },
}

/// The names of the built-in scenarios; those of a suite with the suite before: `prompt-injection/help-pages`.
pub fn scenario_names() -> Vec<String> {
    names::<Scenarios>("/scenario.toml")
}

/// The suite that a built-in scenario is in, if it is in one.
pub fn suite_of(scenario: &str) -> Option<String> {
    scenario_names().into_iter().find_map(|path| {
        let (suite, name) = path.split_once('/')?;
        (name == scenario).then(|| suite.to_owned())
    })
}

/// The scenarios that `name` stands for: one, or all of a suite, built in or a folder of folders.
///
/// # Errors
/// [`Error`] says what is wrong with the name or a file.
pub fn scenarios(name: &str) -> Result<Vec<Arc<Scenario>>, Error> {
    let in_suite = format!("{}/", name.trim_end_matches('/'));
    let built_in: Vec<String> = scenario_names().into_iter().filter(|known| known.starts_with(&in_suite)).collect();
    if !built_in.is_empty() {
        return built_in.iter().map(|name| scenario(name)).collect();
    }
    let folder = Path::new(name);
    if !folder.is_dir() || folder.join(SCENARIO_FILE).exists() {
        return Ok(vec![scenario(name)?]);
    }
    let unreadable = |cause| Error::Unreadable { path: folder.to_owned(), cause };
    let entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(unreadable)?;
    let mut files: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.join(SCENARIO_FILE)).filter(|file| file.exists()).collect();
    files.sort();
    if files.is_empty() {
        return Err(unreadable(std::io::Error::other("it holds no scenario.toml, and no folder with one")));
    }
    files.iter().map(|file| scenario(&file.display().to_string())).collect()
}

/// The names of the built-in agents.
pub fn agent_names() -> Vec<String> {
    names::<Agents>(".toml")
}

/// The built-in agent of this name; `None` if there is none.
///
/// # Errors
/// [`Error::Problem`] if its file has mistakes.
pub fn built_in_agent(name: &str) -> Result<Option<Arc<Agent>>, Error> {
    let file = format!("{name}.toml");
    let source = built_in::<Agents>(&file);
    source.map(|source| Ok(Agent::interned(&file, &source)?)).transpose()
}

/// The built-in scenario of this name; `None` if there is none. The suite may be left out: names differ over all suites.
///
/// # Errors
/// [`Error::Problem`] if its file has mistakes.
pub fn built_in_scenario(name: &str) -> Result<Option<Arc<Scenario>>, Error> {
    let full = scenario_names().into_iter().find(|known| is_called(known, name));
    let file = full.map(|full| format!("{full}/{SCENARIO_FILE}"));
    let source = file.as_deref().and_then(|file| Some((file, built_in::<Scenarios>(file)?)));
    source.map(|(file, source)| Ok(Scenario::interned(file, &source)?)).transpose()
}

/// Whether `scenario` is fit to be played, by what came of its controls.
///
/// # Errors
/// [`Error::Controls`], if one failed.
pub fn passed(scenario: &Scenario, results: Vec<ControlResult>) -> Result<(), Error> {
    let failed: Vec<ControlResult> = results.into_iter().filter(|result| !result.passed).collect();
    if failed.is_empty() { Ok(()) } else { Err(Error::Controls { scenario: scenario.name.to_string(), failed }) }
}

/// The scenario by its built-in name, or by the path of its folder or file.
///
/// # Errors
/// [`Error`] says what is wrong with the name or the file.
pub fn scenario(name: &str) -> Result<Arc<Scenario>, Error> {
    if let Some(scenario) = built_in_scenario(name)? {
        return Ok(scenario);
    }
    let (file, source) = read("scenario", name, file_of(name), scenario_names)?;
    Ok(Scenario::interned(&file, &source)?)
}

/// Where the scenario of this name is; `None` if it is built in.
pub fn scenario_file(name: &str) -> Option<PathBuf> {
    (!scenario_names().iter().any(|known| is_called(known, name))).then(|| file_of(name))
}

/// Whether `known`, a scenario with its suite, is meant by `name`.
fn is_called(known: &str, name: &str) -> bool {
    known == name || known.strip_suffix(name).is_some_and(|suite| suite.ends_with('/'))
}

fn file_of(name: &str) -> PathBuf {
    if Path::new(name).is_dir() { Path::new(name).join(SCENARIO_FILE) } else { name.into() }
}

/// The agent by its built-in name or the path of its file.
///
/// # Errors
/// [`Error`] says what is wrong with the name or the file.
pub fn agent(name: &str) -> Result<Arc<Agent>, Error> {
    if let Some(agent) = built_in_agent(name)? {
        return Ok(agent);
    }
    let (file, source) = read("agent", name, name.into(), agent_names)?;
    Ok(Agent::interned(&file, &source)?)
}

fn names<E: RustEmbed>(suffix: &str) -> Vec<String> {
    let mut names: Vec<String> = E::iter().filter_map(|path| Some(path.strip_suffix(suffix)?.to_owned())).collect();
    names.sort();
    names
}

fn built_in<E: RustEmbed>(path: &str) -> Option<String> {
    String::from_utf8(E::get(path)?.data.into_owned()).ok()
}

/// A file of the user's own. What has no separator and no ending was meant as a name.
fn read(
    kind: &'static str,
    name: &str,
    path: PathBuf,
    built_in: impl Fn() -> Vec<String>,
) -> Result<(String, String), Error> {
    let is_path = name.contains(['/', '\\', '.']) || path.exists();
    if !is_path {
        return Err(Error::Unknown { kind, name: name.to_owned(), built_in: built_in() });
    }
    match read_file(&path) {
        Ok(source) => Ok((path.display().to_string(), source)),
        Err(cause) => Err(Error::Unreadable { path, cause }),
    }
}

/// A file's text. Devices and pipes are not read: they may have no end.
pub(crate) fn read_file(path: &Path) -> std::io::Result<String> {
    /// Far more than anybody writes by hand.
    const MAX_BYTES: u64 = 4 << 20;
    let file = std::fs::metadata(path)?;
    if !file.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    if file.len() > MAX_BYTES {
        return Err(std::io::Error::other(format!("it has more than {MAX_BYTES} bytes")));
    }
    std::fs::read_to_string(path)
}

/// Names for a message; those of suites by the names of the suites.
fn in_short(names: &[String]) -> String {
    let mut short: Vec<String> = Vec::new();
    for name in names {
        let name = name.split_once('/').map_or_else(|| name.clone(), |(suite, _)| format!("{suite}/..."));
        if !short.contains(&name) {
            short.push(name);
        }
    }
    short.join(", ")
}

fn list(failed: &[ControlResult]) -> String {
    let line = |result: &ControlResult| {
        format!("  {}: expected {}, found {}", result.name, result.expected, result.verdict.word())
    };
    failed.iter().map(line).collect::<Vec<_>>().join("\n")
}
