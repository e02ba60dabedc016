//! MCP servers in the configuration, and `arena mcp` and `arena doctor` with the real binary.

use std::time::Duration;

use arena::config::{Config, Reach};
use serde_json::Value;

use crate::support::{arena, stderr, stdout};

#[test]
fn a_server_is_a_program_or_an_address() {
    let source = "[mcp.files]\ncommand = \"npx\"\nargs = [\"-y\", \"files\"]\nenv = [\"KEY\", \"HOME\", \"UNSET\"]\ncwd = \"/srv\"\n\
                  timeout_seconds = 2.5\nconnect_seconds = 3\n\
                  [mcp.web]\nurl = \"https://mcp.example/mcp\"\nheaders = { authorization = { env = \"KEY\" } }\nenabled = false\n";
    let environment = [("KEY", "planted-key"), ("HOME", "/root"), ("PATH", "/bin"), ("OTHER", "x")];
    let config = Config::parse("arena.toml", source, &environment.into_iter().collect()).unwrap();
    let files = &config.mcp["files"];
    let Reach::Program(program) = &files.reach else { panic!("{files:?}") };
    let variables: Vec<(&str, bool)> =
        program.variables.iter().map(|variable| (variable.name.as_str(), variable.is_secret)).collect();
    assert_eq!(variables, [("KEY", true), ("HOME", true), ("PATH", false)]);
    assert_eq!((program.command.as_str(), program.args.join(" ")), ("npx", "-y files".to_owned()));
    assert_eq!(files.missing(), ["UNSET"]);
    assert_eq!((files.timeout, files.connect_timeout), (Duration::from_millis(2500), Duration::from_secs(3)));
    let web = &config.mcp["web"];
    assert_eq!(
        (web.enabled, web.timeout, web.connect_timeout),
        (false, Duration::from_mins(1), Duration::from_secs(15))
    );
    assert_eq!(web.origin.to_string(), "arena.toml:8");
    assert!(!format!("{config:?}").contains("planted"), "{config:?}");
}

#[test]
fn a_mistake_is_named_with_its_place() {
    for (source, problem) in [
        (
            "[mcp.a]",
            "arena.toml:1:6: mcp.a.command: say where it is: command = \"PROGRAM\" starts one here, url = \"https://...\" asks one elsewhere",
        ),
        (
            "[mcp.a]\ncommand = \"x\"\nurl = \"http://x\"",
            "arena.toml:3:7: mcp.a.url: a server has a command or a url, not both",
        ),
        (
            "[mcp.A]\ncommand = \"x\"",
            "arena.toml:1:6: mcp: \"A\" is not a name: a lower-case letter, then up to 63 of a-z, 0-9, _ and -",
        ),
        (
            "[mcp.a]\ncommand = \"./x\"",
            "arena.toml:2:11: mcp.a.command: must be the absolute path of a program, or its name, which is looked for in PATH; arguments go into args",
        ),
        ("[mcp.a]\ncommand = \"x\"\ncwd = \"y\"", "arena.toml:3:7: mcp.a.cwd: must be an absolute path"),
        (
            "[mcp.a]\ncommand = \"x\"\nenv = [\"KEY=planted\"]",
            "arena.toml:3:8: mcp.a.env: must be the name of an environment variable, of A-Z, 0-9 and _, such as OPENAI_API_KEY, not a key",
        ),
        (
            "[mcp.a]\ncommand = \"x\"\nenv = { KEY = \"planted\" }",
            "arena.toml:3:7: mcp.a.env: must be a list of texts in quotes",
        ),
        (
            "[mcp.a]\ncommand = \"x\"\nenv = [\"LD_PRELOAD\"]",
            "arena.toml:3:8: mcp.a.env: LD_PRELOAD changes which code is run: no server needs it",
        ),
        (
            "[mcp.a]\ncommand = \"x\"\nargs = [\"\\u0000\"]",
            "arena.toml:3:9: mcp.a.args: has a character that no program can be given",
        ),
        (
            "[mcp.a]\nurl = \"ftp://x\"",
            "arena.toml:2:7: mcp.a.url: the base URL \"ftp://x\" starts with neither https:// nor http://",
        ),
        (
            "[mcp.a]\nurl = \"http://x\"\nargs = []",
            "arena.toml:3:8: mcp.a.args: is for a server with a command: this one has a url",
        ),
        (
            "[mcp.a]\nurl = \"http://x\"\nheaders = { authorization = \"Bearer planted\" }",
            "arena.toml:3:29: mcp.a.headers: authorization holds a key, which is not written into a file: authorization = { env = \"NAME\" }",
        ),
        (
            "[mcp.a]\ncommand = \"x\"\ntimeout_seconds = 0",
            "arena.toml:3:19: mcp.a.timeout_seconds: must be a number from 0.1 to 86400",
        ),
        (
            "[mcp.a]\ncommand = \"x\"\ntimeout = 1",
            "arena.toml:3:1: mcp.a: there is no key \"timeout\"; did you mean \"timeout_seconds\"? there are: command, url, args, cwd, env, timeout_seconds, connect_seconds, enabled",
        ),
    ] {
        let error = Config::parse("arena.toml", source, &[("X", "y")].into_iter().collect()).unwrap_err().to_string();
        assert_eq!(error, problem);
        assert!(!error.contains("planted"));
    }
}

/// A server of two lines: it shakes hands, has no tool, and answers every call with an escape sequence.
const SHELL_SERVER: &str = r#"
[mcp.shell]
command = "/bin/sh"
args = ["-c", '''
while read -r line; do
  id=$(printf %s "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case $line in
    *initialize\"*) r='{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}' ;;
    *tools/list*) r='{"tools":[{"name":"evil","description":"\u001b[2J","inputSchema":{"type":"object"}}]}' ;;
    *) r='{"content":[{"type":"text","text":"\u001b[2J"}],"isError":true}' ;;
  esac
  [ -z "$id" ] || printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$r"
done
''']
"#;

#[test]
fn people_can_try_a_server_and_are_not_harmed_by_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let run = |file: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("arena.toml"), file).unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let output = arena(folder.path()).args(arguments).env("PATH", path).output().unwrap();
        (output.status.code().unwrap(), stdout(&output), stderr(&output))
    };
    let broken = "[mcp.gone]\ncommand = \"/nowhere/at-all\"\n";
    let disabled = "[mcp.off]\ncommand = \"/nowhere/at-all\"\nenabled = false\n";
    let away = "[mcp.away]\nurl = \"http://127.0.0.1:1/mcp\"\n";
    for (file, arguments, code, said) in [
        ("", &["mcp", "list"][..], 5, "no MCP server is configured"),
        (SHELL_SERVER, &["mcp", "list"], 0, "shell: ready (/bin/sh, arena.toml:2)"),
        (SHELL_SERVER, &["mcp", "list"], 0, "␛[2J"),
        (SHELL_SERVER, &["mcp", "call", "shell", "evil"], 1, "␛[2J"),
        (SHELL_SERVER, &["mcp", "call", "shell", "evil", "[]"], 2, "write a JSON object"),
        (SHELL_SERVER, &["mcp", "call", "shel", "evil"], 2, "did you mean \"shell\"?"),
        (SHELL_SERVER, &["doctor"], 0, "not asked"),
        (SHELL_SERVER, &["doctor", "--ping"], 0, "yes: 1 tools in "),
        (broken, &["mcp", "list"], 2, "cannot be started: /nowhere/at-all: No such file"),
        (broken, &["doctor", "--ping"], 2, "cannot be started"),
        (disabled, &["mcp", "list"], 0, "off: disabled"),
        (disabled, &["doctor", "--ping"], 0, "disabled"),
        (away, &["mcp", "call", "away", "x"], 3, "MCP server away cannot be reached"),
        ("[mcp.a]\ncommand = \"x\"\nenv = [\"UNSET\"]\n", &["doctor"], 2, "MCP server a needs a variable: set UNSET"),
    ] {
        let (exit, out, err) = run(file, arguments);
        assert!(format!("{out}{err}").contains(said), "{arguments:?}: {out}{err}");
        assert_eq!(exit, code, "{arguments:?}: {out}{err}");
        assert!(!format!("{out}{err}").contains('\u{1b}'), "{arguments:?}");
    }
    let (_, out, _) = run(SHELL_SERVER, &["mcp", "list", "--json"]);
    let listed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(listed["servers"][0]["tools"][0]["function"], "shell__evil");
    let (_, out, _) = run(SHELL_SERVER, &["mcp", "call", "shell", "evil", "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["is_error"], &answer["text"]), (&Value::Bool(true), &Value::from("\u{1b}[2J")));
}
