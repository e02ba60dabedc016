"""The official `anthropic` package against the mock server."""

import anthropic

from shared import CLOCK, KEY, QUESTION, WEATHER, fault, fits, raises

TOOLS = [
    {"name": "weather", "description": "…", "input_schema": WEATHER},
    {"name": "clock", "description": "…", "input_schema": CLOCK},
]


def answers(client):
    answer = client.messages.create(model="mock", max_tokens=100, messages=QUESTION)
    assert answer.stop_reason == "end_turn" and answer.content[0].type == "text" and answer.content[0].text
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0 and answer._request_id.startswith("req_")
    cut = client.messages.create(model="mock", max_tokens=3, messages=QUESTION)
    assert cut.stop_reason == "max_tokens" and cut.usage.output_tokens == 3
    raw = client.messages.with_raw_response.create(model="mock", max_tokens=9, messages=QUESTION)
    assert int(raw.headers["anthropic-ratelimit-requests-remaining"]) > 0
    assert raw.headers["anthropic-ratelimit-tokens-reset"].endswith("Z")


def streams(client):
    whole = client.messages.create(model="mock", max_tokens=100, messages=QUESTION)
    with client.messages.stream(model="mock", max_tokens=100, messages=QUESTION) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_message()
    assert final.content[0].text == whole.content[0].text and final.usage.output_tokens == whole.usage.output_tokens
    for kind in ("message_start", "content_block_start", "content_block_delta", "content_block_stop"):
        assert kind in kinds, kinds
    assert kinds[-1] == "message_stop" and "message_delta" in kinds, kinds


def calls_tools(client):
    seen = set()
    for n in range(40):
        messages = [{"role": "user", "content": f"Question {n}: what is it like there?"}]
        asked = {"model": "mock", "max_tokens": 100, "messages": messages, "tools": TOOLS}
        answer = client.messages.create(**asked)
        assert answer.stop_reason == "tool_use"
        calls = answer.content
        for call in calls:
            assert call.type == "tool_use"
            if call.name == "weather":
                fits(call.input)
        with client.messages.stream(**asked) as stream:
            streamed = stream.get_final_message().content
        assert [(call.id, call.input) for call in streamed] == [(call.id, call.input) for call in calls]
        seen.add(len(calls))
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "fine"} for call in calls]
        messages += [{"role": "assistant", "content": calls}, {"role": "user", "content": results}]
        assert client.messages.create(**asked).content[0].type == "text"
    assert seen == {1, 2}, f"one call and two at once: {seen}"
    forced = client.messages.create(
        model="mock", max_tokens=100, messages=QUESTION, tools=TOOLS, tool_choice={"type": "tool", "name": "clock"}
    )
    assert [call.name for call in forced.content] == ["clock"]


def lists_models(client):
    assert "mock" in [model.id for model in client.models.list()]


def raises_errors(client):
    def ask(name=None, **more):
        headers = fault(name) if name else {}
        arguments = {"model": "mock", "max_tokens": 100, "messages": QUESTION, **more}
        return client.messages.create(**arguments, extra_headers=headers)

    for name, kind, word in [
        ("429", anthropic.RateLimitError, "rate_limit_error"),
        ("daily-quota", anthropic.RateLimitError, "rate_limit_error"),
        ("insufficient-quota", anthropic.BadRequestError, "invalid_request_error"),
        ("context-overflow", anthropic.BadRequestError, "invalid_request_error"),
        ("401", anthropic.AuthenticationError, "authentication_error"),
        ("403", anthropic.PermissionDeniedError, "permission_error"),
        ("404", anthropic.NotFoundError, "not_found_error"),
        ("500", anthropic.InternalServerError, "api_error"),
    ]:
        for stream in (False, True):
            error = raises(kind, lambda: ask(name, stream=stream))
            assert error.body["error"]["type"] == word and error.request_id == error.body["request_id"], error.body
    for name, status in [("413", 413), ("529", 529), ("504", 504), ("503", 503)]:
        try:
            ask(name)
        except anthropic.APIStatusError as error:
            assert error.status_code == status, (name, error)
        else:
            raise AssertionError(name)
    raises(anthropic.APIConnectionError, lambda: ask("reset"))
    raises(anthropic.BadRequestError, lambda: ask(messages=[]))
    wrong = client.with_options(api_key="wrong")
    raises(
        anthropic.AuthenticationError, lambda: wrong.messages.create(model="m", max_tokens=9, messages=QUESTION)
    )
    for name in ("error-first", "error-mid"):
        try:
            list(ask(name, stream=True))
        except anthropic.APIStatusError as error:
            assert "overloaded_error" in str(error.body), error.body
        else:
            raise AssertionError(name)
    assert ask("refusal").stop_reason == "refusal" and ask("content-filter").content == []
    for name in ("gzip", "crlf", "comments", "drip:1"):
        assert [event for event in ask(name, stream=True) if event.type == "message_stop"], name


def run(at):
    client = anthropic.Anthropic(base_url=at["anthropic_base_url"], api_key=KEY, max_retries=0, timeout=30)
    for check in (answers, streams, calls_tools, lists_models, raises_errors):
        print("anthropic:", check.__name__, flush=True)
        check(client)
