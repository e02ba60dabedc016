//! One MCP server: from its table and the environment to checked settings. Reads secrets; none stands in the file.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use arena_core::name::Name;
use arena_models::Endpoint;
use toml::Spanned;

use super::environment::Environment;
use super::mcp::{Address, McpServer, Program, Reach, Variable};
use super::read_provider::{checked_variable, headers};
use super::section::{Section, Text};

/// What every program gets: without them few start. They are no secrets.
const PLAIN_VARIABLES: [&str; 3] = ["PATH", "HOME", "LANG"];

/// What makes the dynamic linker or an interpreter run something else: a file that names one does not mean a value.
const LOADER_PREFIXES: [&str; 2] = ["LD_", "DYLD_"];

/// What belongs to one kind of server only.
const OF_PROGRAMS: [&str; 3] = ["args", "env", "cwd"];

/// A day; below a tenth of a second no program starts.
const SECONDS: std::ops::RangeInclusive<f64> = 0.1..=86_400.0;

/// More arguments than anybody writes.
const MAX_TEXTS: usize = 256;

/// The server of the table at `place`; `None` only if a problem was added.
pub(super) fn server(
    name: Name,
    place: Range<usize>,
    mut table: Section<'_, '_, '_>,
    environment: &Environment,
) -> Option<McpServer> {
    let origin = table.origin(&place);
    let (command, url) = (table.text("command"), table.text("url"));
    let reach = match (command, url) {
        (Some(command), None) => program(&mut table, &command, environment).map(Reach::Program),
        (None, Some(url)) => address(&mut table, &url, environment).map(|address| Reach::Address(Box::new(address))),
        (Some(_), Some(url)) => {
            table.refuse(url.span(), "url", "a server has a command or a url, not both");
            None
        }
        (None, None) => {
            let message =
                "say where it is: command = \"PROGRAM\" starts one here, url = \"https://...\" asks one elsewhere";
            table.refuse(place, "command", message);
            None
        }
    };
    let mut seconds =
        |key, default: f64| Duration::from_secs_f64(table.number(key, SECONDS).map_or(default, Spanned::into_inner));
    let (timeout, connect_timeout) = (seconds("timeout_seconds", 60.0), seconds("connect_seconds", 15.0));
    let enabled = table.flag("enabled").is_none_or(Spanned::into_inner);
    table.end();
    Some(McpServer { name, reach: reach?, timeout, connect_timeout, enabled, origin })
}

fn program(table: &mut Section<'_, '_, '_>, command: &Text, environment: &Environment) -> Option<Program> {
    const CWD: &str = "cwd";
    let is_good = is_program(command.get_ref());
    if !is_good {
        let message = "must be the absolute path of a program, or its name, which is looked for in PATH; \
                       arguments go into args";
        table.refuse(command.span(), "command", message);
    }
    let args = texts(table, "args").into_iter().map(Spanned::into_inner).collect();
    let cwd = table.text(CWD);
    if let Some(cwd) = cwd.as_ref().filter(|cwd| !PathBuf::from(cwd.get_ref()).is_absolute()) {
        table.refuse(cwd.span(), CWD, "must be an absolute path");
    }
    let (mut variables, mut unset) = (Vec::new(), Vec::new());
    for variable in texts(table, "env") {
        let span = variable.span();
        let Some(name) = checked_variable(table, "env", variable).map(Spanned::into_inner) else { continue };
        if LOADER_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            table.refuse(span, "env", format!("{name} changes which code is run: no server needs it"));
            continue;
        }
        match environment.get(&name) {
            Some(value) => variables.push(Variable { name, value: value.to_owned(), is_secret: true }),
            None => unset.push(name),
        }
    }
    for name in PLAIN_VARIABLES {
        if let Some(value) = environment.get(name)
            && variables.iter().all(|variable| variable.name != name)
        {
            variables.push(Variable { name: name.to_owned(), value: value.to_owned(), is_secret: false });
        }
    }
    let cwd = cwd.map(|cwd| PathBuf::from(cwd.into_inner()));
    is_good.then(|| Program { command: command.get_ref().clone(), args, cwd, variables, unset })
}

fn address(table: &mut Section<'_, '_, '_>, url: &Text, environment: &Environment) -> Option<Address> {
    for key in OF_PROGRAMS {
        if let Some(value) = table.take_unasked(key) {
            table.refuse(value.span(), key, "is for a server with a command: this one has a url");
        }
    }
    let (headers, unset) = headers(table, false, environment);
    match Endpoint::parse(url.get_ref(), None) {
        Ok(shown) => Some(Address { url: url.get_ref().trim().to_owned(), shown, headers, unset }),
        Err(error) => {
            table.refuse(url.span(), "url", format!("{error}"));
            None
        }
    }
}

fn texts(table: &mut Section<'_, '_, '_>, key: &'static str) -> Vec<Text> {
    let Some(texts) = table.texts(key) else { return Vec::new() };
    if texts.get_ref().len() > MAX_TEXTS {
        table.refuse(texts.span(), key, format!("must have at most {MAX_TEXTS} texts"));
    }
    for text in texts.get_ref() {
        if text.get_ref().contains('\0') {
            table.refuse(text.span(), key, "has a character that no program can be given");
        }
    }
    texts.into_inner()
}

/// A path from the current folder would be another program in each folder.
fn is_program(command: &str) -> bool {
    !command.is_empty() && !command.contains('\0') && (command.starts_with('/') || !command.contains('/'))
}
