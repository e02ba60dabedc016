//! Tools of MCP servers in a match: called through the rules, told and recorded as any other.

use serde_json::json;

use super::bench::Bench;
use super::script::call;

/// A server of one tool, in the shell: it repeats the arguments that it was given.
const SERVER: &str = r#"
while read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case "$line" in
    *'"initialize"'*) result='{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"shell","version":"1"}}' ;;
    *'"tools/list"'*) result='{"tools":[{"name":"echo","description":"Says it again.","inputSchema":{"type":"object"}}]}' ;;
    *'"tools/call"'*)
      said=$(printf '%s' "$line" | sed 's/.*"arguments":{\([^}]*\)}.*/\1/; s/"/\\"/g')
      result="{\"content\":[{\"type\":\"text\",\"text\":\"got $said\"}]}" ;;
    *) continue ;;
  esac
  printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$result"
done
"#;

#[test]
fn a_tool_of_a_server_is_called_where_a_rule_allows_it() {
    let bench = Bench::new(
        &[],
        [
            call("use_mcp_tool", json!({"server_name": "shell", "tool_name": "echo", "arguments": {"a": "b"}})),
            call("use_mcp_tool", json!({"server_name": "shell", "tool_name": "other"})),
            call("use_mcp_tool", json!({"server_name": "gone", "tool_name": "echo", "arguments": "{}"})),
            call("access_mcp_resource", json!({"server_name": "shell", "uri": "file:///x"})),
        ],
    );
    let folder = bench.folder.path();
    std::fs::write(folder.join("server.sh"), SERVER).unwrap();
    let config = format!("[mcp.shell]\ncommand = \"/bin/sh\"\nargs = [\"server.sh\"]\ncwd = {folder:?}\n");
    std::fs::write(folder.join("arena.toml"), config).unwrap();
    let scenario = std::fs::read_to_string(folder.join("workshop.toml")).unwrap();
    let tools = "\"apply_patch\", \"use_mcp_tool\", \"access_mcp_resource\",";
    std::fs::write(folder.join("workshop.toml"), scenario.replace("\"apply_patch\",", tools)).unwrap();
    let agent = std::fs::read_to_string(folder.join("agent.toml")).unwrap();
    let rules = "permissions = [\"execute_command\", \"use_mcp_tool(shell/echo)\", \"use_mcp_tool(gone)\"]\n";
    std::fs::write(folder.join("agent.toml"), agent + rules).unwrap();
    let came = bench.came();
    assert_eq!(came[0].told, "got \"a\":\"b\"");
    // The model is told what there is.
    let asked = bench.script.asked().remove(0);
    let tools = asked["tools"].as_array().unwrap();
    let offer = tools.iter().find(|tool| tool["function"]["name"] == "use_mcp_tool").unwrap();
    let about = offer["function"]["description"].as_str().unwrap();
    assert!(about.contains("- shell, echo: Says it again. Arguments: {\"type\":\"object\"}"), "{about}");
    assert!(came[1].told.contains("no rule allows use_mcp_tool shell/other"), "{}", came[1].told);
    assert!(came[2].told.contains("there is no MCP server \"gone\""), "{}", came[2].told);
    assert!(came[3].told.contains("no rule allows access_mcp_resource"), "{}", came[3].told);
}
