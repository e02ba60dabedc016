"""Holds `arena mock-llm` against the official clients of three vendors: what they accept is the API.

Starts the binary that is the first argument, lets each client ask and be refused, and ends the binary again.
The first check that fails ends the run with its traceback.
"""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import of_anthropic
import of_gemini
import of_openai
from shared import KEY


@contextmanager
def server(binary):
    """The server as a child process; it has to end well."""
    command = [binary, "mock-llm", "--listen", "127.0.0.1:0", "--json", "--key", KEY]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield json.loads(child.stdout.readline())
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=30)
        assert child.returncode == 0, (child.returncode, said)
        stats = json.loads(said)["stats"]
        assert stats["requests"] > 50 and stats["by_fault"]["429"] > 1, stats
    finally:
        child.kill()
        child.wait()


def main():
    with server(sys.argv[1]) as at:
        for client in (of_openai, of_anthropic, of_gemini):
            client.run(at)
    print("all good")


if __name__ == "__main__":
    main()
