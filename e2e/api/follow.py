"""Follows a match over each transport, by clients of others, and compares what they got: follow.py URL."""

import asyncio
import json
import subprocess
import sys
import urllib.request

import websockets

url = sys.argv[1]
api = f"{url}/api/v1"


def ask(path, body=None, accept="application/json"):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json", "accept": accept}
    with urllib.request.urlopen(urllib.request.Request(api + path, data, headers), timeout=30) as response:
        return response.read().decode()


async def by_websockets(match):
    frames = []
    async with websockets.connect(f"{api.replace('http', 'ws', 1)}/ws") as socket:
        await socket.send(json.dumps({"t": "sub", "topic": f"match:{match}", "since": 0}))
        async for text in socket:
            said = json.loads(text).get("t")
            if said is None:
                # What has no number is no event.
                if "seq" in json.loads(text):
                    frames.append(text)
            elif said == "ended":
                return frames
            else:
                assert said in ("subscribed", "ping"), text


async def by_curl(match):
    curl = await asyncio.create_subprocess_exec(
        "curl", "-sN", "--max-time", "60", f"{api}/stream?topics=match:{match}", stdout=subprocess.PIPE
    )
    text, _ = await curl.communicate()
    assert curl.returncode == 0, curl.returncode
    events = text.decode().split("\n\n")
    assert "event: ended\ndata: {}" in events, events[-3:]
    lines = [line for event in events if event.startswith("id: ") for line in event.split("\n")]
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


async def main():
    body = {"scenario": "support-desk", "rounds": 10, "models": {"all": "mock:5ms"}}
    match = json.loads(ask("/matches", body))["id"]
    sockets, stream = await asyncio.wait_for(asyncio.gather(by_websockets(match), by_curl(match)), 60)
    rest = ask(f"/matches/{match}/events?limit=1000", accept="application/x-ndjson").splitlines()
    assert [json.loads(frame)["seq"] for frame in rest] == list(range(1, len(rest) + 1))
    assert sockets == rest, "Python's websockets got something else than is stored"
    assert stream == rest, "curl got something else than is stored"
    print(f"websockets and curl followed a match: {len(rest)} events each, byte for byte as stored")


asyncio.run(main())
