"""Runs a peer twice, with one conversation and with all, and prints a line of JSON: what it took, by Linux's count and that of the mock server.

measured.py PEER VERSION LOAD N_CONVERSATIONS N_TURNS N_AT_ONCE MOCK COMMAND...

MOCK is the line of JSON that `arena mock-llm --json` printed. COMMAND gets how many conversations, turns of each, and
conversations at once, and runs in an empty folder.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

# Of a peer that hangs.
LONGEST_S = 600


def stats(url, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
        return json.loads(answer.read() or "{}")


def run(command, n_conversations, mock):
    stats(mock["stats_url"], "DELETE")
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "HOME": folder,
            "PATH": os.environ["PATH"],
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": mock["openai_base_url"],
        }
        words = [command[0], *command[1:], str(n_conversations), *TURNS]
        with open(os.path.join(folder, "log"), "wb") as log:
            begun = time.monotonic()
            child = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
            deadline = begun + LONGEST_S
            while True:
                pid, status, usage = os.wait4(child.pid, os.WNOHANG)
                if pid:
                    break
                if time.monotonic() > deadline:
                    os.killpg(child.pid, 9)
                time.sleep(0.01)
            wall_s = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            with open(os.path.join(folder, "log"), errors="replace") as log:
                sys.stderr.write(log.read()[-3000:])
    asked = stats(mock["stats_url"])
    # Children that the peer waited for are in it.
    cpu_s = usage.ru_utime + usage.ru_stime
    calls = sum(n for path, n in asked["by_path"].items() if path.startswith("POST"))
    return {"exit": child.returncode, "wall_s": wall_s, "cpu_s": cpu_s, "rss_mib": usage.ru_maxrss / 1024,
            "n_calls": calls, "max_in_flight": asked["max_in_flight"]}


peer, version, load, n_conversations, *TURNS = sys.argv[1:7]
mock, command = json.loads(sys.argv[7]), sys.argv[8:]
one = run(command, 1, mock)
many = run(command, int(n_conversations), mock)
n_more = many["n_calls"] - one["n_calls"]
print(json.dumps({
    "figure": "peer", "peer": peer, "version": version, "load": load, "n_conversations": int(n_conversations),
    "n_calls": many["n_calls"], "exit": many["exit"], "wall_s": round(many["wall_s"], 3), "cpu_s": round(many["cpu_s"], 3),
    "cpu_ms_per_call": round(many["cpu_s"] * 1e3 / max(many["n_calls"], 1), 3),
    "marginal_cpu_ms_per_call": round((many["cpu_s"] - one["cpu_s"]) * 1e3 / n_more, 3) if n_more > 0 else None,
    "peak_rss_mib": round(many["rss_mib"], 1), "max_in_flight": many["max_in_flight"],
    "start_wall_s": round(one["wall_s"], 3), "start_cpu_s": round(one["cpu_s"], 3), "start_rss_mib": round(one["rss_mib"], 1),
}), flush=True)
