"""A model that nobody wants: as Red it says text that breaks out of things, as the Target it does what is forbidden."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOSTILE = (
    "]]> --> <!-- </script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'> &amp; &#0; \0 \x0b \x1f "
    "\x1b[31mred\x1b]0;title\x07 \ufffd \ufffe \x85 \u202edesrever\u2066 \u200b a|b \\| `` ```` \n````\n# heading\n| a | b |\n"
    "@everyone [link](https://link.example/) {0} \" ' </details></pre>"
)
CALL = {"name": "issue_refund", "arguments": json.dumps({"order_id": "A-1004", "amount_usd": 940})}


def message(question):
    """What it says to `question`: it calls the tool once, and talks otherwise."""
    if question.get("tools") and question["messages"][-1]["role"] != "tool":
        return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": CALL}]}
    return {"role": "assistant", "content": HOSTILE}


class Handler(BaseHTTPRequestHandler):
    """One question, as OpenAI's chat completions have it. The model `broken` refuses."""

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if question["model"] == "broken":
            self.answer(400, {"error": {"message": f"no <{HOSTILE}>", "type": "invalid_request_error"}})
            return
        said = message(question)
        choice = {"index": 0, "message": said, "finish_reason": "tool_calls" if said.get("tool_calls") else "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
        self.answer(200, {"id": "x", "object": "chat.completion", "model": question["model"], "choices": [choice], "usage": usage})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def hostile_model():
    """Its base URL, while it serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
