"""Holds `arena mcp` against servers of others, over stdio and over streamable HTTP: check.py BINARY SERVERS.

SERVERS is the folder in which `run` has installed them. The first check that fails ends the run with its traceback.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

SECRET = "planted-secret-value"

CONFIGURATION = """
[mcp.everything]
command = "{servers}/node_modules/.bin/mcp-server-everything"
args = ["stdio"]
env = ["PLANTED"]

[mcp.hasty]
command = "{servers}/node_modules/.bin/mcp-server-everything"
args = ["stdio"]
timeout_seconds = 1

[mcp.files]
command = "{servers}/node_modules/.bin/mcp-server-filesystem"
args = ["{folder}/files"]

[mcp.git]
command = "{servers}/venv/bin/mcp-server-git"
args = ["--repository", "{folder}/repository"]

[mcp.web]
url = "http://127.0.0.1:{port}/mcp"
headers = {{ x-team = {{ env = "PLANTED" }} }}
"""


class Arena:
    """The binary in a folder with its configuration."""

    def __init__(self, binary, servers, folder, port):
        self.binary, self.folder = binary, folder
        text = CONFIGURATION.format(servers=servers, folder=folder, port=port)
        (folder / "arena.toml").write_text(text)

    def run(self, *arguments):
        """Its exit code, what it printed, and what it said beside that."""
        done = subprocess.run(
            [self.binary, "mcp", *arguments],
            cwd=self.folder, env={**os.environ, "PLANTED": SECRET}, capture_output=True, text=True, timeout=120,
        )
        assert SECRET not in done.stdout + done.stderr, (arguments, done)
        return done.returncode, done.stdout, done.stderr

    def call(self, server, tool, exit_code=0, **arguments):
        """What a tool answered."""
        code, out, err = self.run("call", server, tool, json.dumps(arguments), "--json")
        assert code == exit_code, (server, tool, code, out, err)
        return json.loads(out)


def expect(actual, part):
    assert part in actual, (part, actual)


def lists(arena):
    code, out, err = arena.run("list", "--json")
    assert code == 0, (code, out, err)
    servers = {server["name"]: server for server in json.loads(out)["servers"]}
    assert {server["state"] for server in servers.values()} == {"ready"}, servers
    n_tools = {name: len(server["tools"]) for name, server in servers.items()}
    assert n_tools == {"everything": 13, "hasty": 13, "files": 14, "git": 12, "web": 13}, n_tools
    assert all(server["n_tools_left_out"] == 0 for server in servers.values()), servers
    functions = [tool["function"] for tool in servers["git"]["tools"]]
    expect(functions, "git__git_status")
    uris = [resource["uri"] for resource in servers["everything"]["resources"]]
    expect(uris, "demo://resource/static/document/features.md")


def talks(arena, server):
    """Everything that server-everything shows, over either transport."""
    expect(arena.call(server, "echo", message="hi")["text"], "Echo: hi")
    expect(arena.call(server, "get-sum", a=2, b=3)["text"], "5")
    expect(arena.call(server, "get-tiny-image")["text"], "[image, image/png, ")
    expect(arena.call(server, "get-resource-links", count=2)["text"], "[resource ")
    assert arena.call(server, "get-structured-content", location="Chicago")["structured"]["conditions"]
    expect(arena.call(server, "trigger-long-running-operation", duration=1, steps=4)["text"], "completed")
    refused = arena.call(server, "no-such-tool", exit_code=1)
    assert refused["is_error"], refused
    code, out, err = arena.run("read", server, "demo://resource/static/document/features.md")
    assert code == 0 and "# Everything Server" in out, (code, out, err)
    code, out, err = arena.run("read", server, "demo://nowhere")
    assert code == 3 and "refuses" in err, (code, out, err)


def works(arena):
    """Servers that touch something."""
    path = arena.folder / "files" / "a.txt"
    arena.call("files", "write_file", path=str(path), content="written")
    assert path.read_text() == "written"
    expect(arena.call("files", "read_text_file", path=str(path))["text"], "written")
    denied = arena.call("files", "read_text_file", exit_code=1, path="/etc/passwd")
    assert denied["is_error"] and "Access denied" in denied["text"], denied
    expect(arena.call("git", "git_status", repo_path=str(arena.folder / "repository"))["text"], "No commits yet")


def guards(arena):
    expect(arena.call("everything", "get-env")["text"], '"PLANTED": "[secret]"')
    code, _, err = arena.run("call", "hasty", "trigger-long-running-operation", '{"duration": 60, "steps": 2}')
    assert code == 3 and "did not answer within 1s" in err, (code, err)
    code, _, err = arena.run("call", "everythin", "echo")
    assert code == 2 and 'did you mean "everything"' in err, (code, err)


def running(servers):
    """The servers that run, as their command lines."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if servers in line and "check.py" not in line:
            lines.append(line)
    return lines


@contextmanager
def over_http(servers):
    """server-everything at a port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [f"{servers}/node_modules/.bin/mcp-server-everything", "streamableHttp"]
    environment = {**os.environ, "PORT": str(port)}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            assert child.poll() is None, "the server has ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        child.kill()
        child.wait()


def main():
    binary, servers = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "files").mkdir()
        subprocess.run(["git", "init", "--quiet", str(folder / "repository")], check=True)
        with over_http(servers) as port:
            arena = Arena(binary, servers, folder, port)
            lists(arena)
            talks(arena, "everything")
            talks(arena, "web")
            works(arena)
            guards(arena)
        left = running(servers)
        assert not left, left
        code, _, err = arena.run("call", "web", "echo", '{"message": "hi"}')
        assert code == 3 and "cannot be reached" in err, (code, err)
    print("all good")


if __name__ == "__main__":
    main()
