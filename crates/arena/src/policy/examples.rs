//! Examples that a set of rules carries: calls that have to be allowed, calls that have to be denied.

use arena_core::permissions::Permissions;

use super::error::Error;
use super::rule::{Kind, split};
use super::{Access, Effect, Policy, Script};

/// Tries the examples out.
pub(super) fn check(policy: &Policy, permissions: &Permissions) -> Result<(), Error> {
    let mut problems = Vec::new();
    for (examples, key, wanted) in
        [(&permissions.allows, "allows", Effect::Allow), (&permissions.denies, "denies", Effect::Deny)]
    {
        for example in examples {
            match call(example) {
                Ok((tool, accesses)) => {
                    let decision = policy.decide(tool, &accesses, false);
                    if decision.effect != wanted {
                        let by =
                            if decision.rules.is_empty() { "no rule".to_owned() } else { decision.rules.join(", ") };
                        let found = decision.effect.word();
                        problems.push(format!("{key} has {example:?}, but the rules say {found}, by {by}"));
                    }
                }
                Err(problem) => problems.push(format!("{key}: {problem}")),
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Examples(problems)) }
}

/// A call as it is written in examples: `execute_command(git status -s)`, `read_file(a/b)`,
/// `http_request(GET https://api.example/x)`, `use_mcp_tool(server/tool)`.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn call(text: &str) -> Result<(&'static str, Vec<Access>), String> {
    let (tool, kind, inside) = split(text)?;
    let inside = inside.unwrap_or_default();
    let of_server = || inside.split_once('/').unwrap_or((inside, ""));
    let access = match kind {
        Kind::Read => Access::Read(inside.to_owned()),
        Kind::Write => Access::Write(inside.to_owned()),
        Kind::Command => Access::Command(Script::parse(inside)),
        Kind::Http => {
            let (method, place) = inside.split_once(' ').unwrap_or(("GET", inside));
            http(method, place).ok_or_else(|| format!("{text:?} is no request: write METHOD http://HOST:PORT/PATH"))?
        }
        Kind::Mcp => {
            let (server, tool) = of_server();
            Access::Mcp { server: server.to_owned(), tool: tool.to_owned() }
        }
        Kind::McpResource => {
            let (server, uri) = of_server();
            Access::McpResource { server: server.to_owned(), uri: uri.to_owned() }
        }
        Kind::Talk => Access::Talk,
    };
    Ok((tool, vec![access]))
}

fn http(method: &str, place: &str) -> Option<Access> {
    let (scheme, rest) = place.split_once("://").unwrap_or(("https", place));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, usual),
    };
    Some(Access::Http {
        method: method.to_ascii_uppercase(),
        scheme: scheme.to_owned(),
        host: host.to_ascii_lowercase(),
        port,
        path: format!("/{path}"),
    })
}
