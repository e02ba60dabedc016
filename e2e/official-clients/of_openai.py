"""The official `openai` package against the mock server."""

import json
import urllib.request

import openai

from shared import CLOCK, KEY, QUESTION, WEATHER, Route, fault, fits, raises


def tools():
    def tool(name, parameters):
        return {"type": "function", "function": {"name": name, "description": "…", "parameters": parameters}}

    return [tool("weather", WEATHER), tool("clock", CLOCK)]


def answers(client):
    answer = client.chat.completions.create(model="mock", messages=QUESTION)
    choice = answer.choices[0]
    assert choice.finish_reason == "stop" and choice.message.role == "assistant" and choice.message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer._request_id.startswith("req_") and answer.model == "mock" and answer.system_fingerprint
    again = client.chat.completions.create(model="mock", messages=QUESTION)
    assert again.choices[0].message.content == choice.message.content, "the same question, the same answer"
    cut = client.chat.completions.create(model="mock", messages=QUESTION, max_completion_tokens=3)
    assert cut.choices[0].finish_reason == "length" and len(cut.choices[0].message.content.split()) == 3


def streams(client):
    whole = client.chat.completions.create(model="mock", messages=QUESTION).choices[0].message.content
    chunks = list(
        client.chat.completions.create(
            model="mock", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole, (text, whole)
    assert chunks[0].choices[0].delta.role == "assistant" and len(chunks) > 5
    assert chunks[-1].usage.completion_tokens > 0 and not chunks[-1].choices
    assert chunks[-2].choices[0].finish_reason == "stop"
    without = list(client.chat.completions.create(model="mock", messages=QUESTION, stream=True))
    assert all(chunk.usage is None for chunk in without)


def calls_tools(client):
    seen = set()
    for n in range(40):
        messages = [{"role": "user", "content": f"Question {n}: what is it like there?"}]
        answer = client.chat.completions.create(model="mock", messages=messages, tools=tools())
        calls = answer.choices[0].message.tool_calls
        assert answer.choices[0].finish_reason == "tool_calls"
        for call in calls:
            if call.function.name == "weather":
                fits(json.loads(call.function.arguments))
            else:
                assert json.loads(call.function.arguments) == {"zone": "UTC"}
        with client.chat.completions.stream(model="mock", messages=messages, tools=tools()) as stream:
            streamed = stream.get_final_completion().choices[0].message.tool_calls
        assert [(call.id, call.function.name, call.function.arguments) for call in streamed] == [
            (call.id, call.function.name, call.function.arguments) for call in calls
        ]
        seen.add(len(calls))
        messages += [answer.choices[0].message]
        messages += [{"role": "tool", "tool_call_id": call.id, "content": "fine"} for call in calls]
        after = client.chat.completions.create(model="mock", messages=messages, tools=tools())
        assert after.choices[0].message.content and not after.choices[0].message.tool_calls
    assert seen == {1, 2}, f"one call and two at once: {seen}"
    named = {"type": "function", "function": {"name": "clock"}}
    forced = client.chat.completions.create(
        model="mock", messages=QUESTION, tools=tools(), tool_choice=named
    )
    assert [call.function.name for call in forced.choices[0].message.tool_calls] == ["clock"]


def structures(client):
    answer = client.chat.completions.parse(model="mock", messages=QUESTION, response_format=Route)
    assert isinstance(answer.choices[0].message.parsed, Route)


def lists_models(client):
    assert "mock" in [model.id for model in client.models.list()]


def knows_azure(base_url):
    client = openai.AzureOpenAI(
        azure_endpoint=base_url.removesuffix("/v1"), api_key=KEY, api_version="2024-10-21", max_retries=0
    )
    assert client.chat.completions.create(model="my-deployment", messages=QUESTION).choices[0].message.content


def raises_errors(client):
    def ask(name=None, **more):
        headers = fault(name) if name else {}
        arguments = {"model": "mock", "messages": QUESTION, **more}
        return client.chat.completions.create(**arguments, extra_headers=headers)

    for name, kind, code in [
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("insufficient-quota", openai.RateLimitError, "insufficient_quota"),
        ("400", openai.BadRequestError, None),
        ("context-overflow", openai.BadRequestError, "context_length_exceeded"),
        ("unsupported:max_tokens", openai.BadRequestError, "unsupported_parameter"),
        ("decommissioned", openai.BadRequestError, "model_decommissioned"),
        ("401", openai.AuthenticationError, "invalid_api_key"),
        ("403", openai.PermissionDeniedError, "forbidden"),
        ("404", openai.NotFoundError, "model_not_found"),
        ("409", openai.ConflictError, None),
        ("500", openai.InternalServerError, None),
        ("502", openai.InternalServerError, None),
        ("503", openai.InternalServerError, None),
        ("529", openai.InternalServerError, "overloaded"),
        ("reset", openai.APIConnectionError, None),
    ]:
        for stream in (False, True):
            error = raises(kind, lambda: ask(name, stream=stream))
            assert getattr(error, "code", None) == code, (name, error.code)
    assert raises(openai.RateLimitError, lambda: ask("429:seconds=7s")).response.headers["retry-after"] == "7"
    assert raises(openai.InternalServerError, lambda: ask("no-retry")).response.headers["x-should-retry"] == "false"
    raises(openai.BadRequestError, lambda: ask(messages=[]))
    wrong = client.with_options(api_key="wrong").chat.completions
    raises(openai.AuthenticationError, lambda: wrong.create(model="mock", messages=QUESTION))
    raises(openai.RateLimitError, lambda: ask(model="fault-429"))
    for name in ("error-first", "error-mid"):
        error = raises(openai.APIError, lambda: list(ask(name, stream=True)))
        assert "overloaded" in str(error), error
    refused = ask("refusal").choices[0].message
    assert refused.refusal and refused.content is None
    assert ask("content-filter").choices[0].finish_reason == "content_filter"
    assert ask("length").choices[0].finish_reason == "length"
    for name in ("gzip", "crlf", "comments", "no-done", "huge-line", "drip:1"):
        assert "".join(
            chunk.choices[0].delta.content or "" for chunk in ask(name, stream=True) if chunk.choices
        ), name


def retries_as_told(client):
    """With its own retries on, the client does what the headers say."""
    retrying = client.with_options(max_retries=2).chat.completions
    for name, kind, n_attempts in [
        ("429:ms=1", openai.RateLimitError, 3),
        ("no-retry", openai.InternalServerError, 1),
    ]:
        before = n_met(client, name)
        raises(kind, lambda: retrying.create(model="mock", messages=QUESTION, extra_headers=fault(name)))
        assert n_met(client, name) - before == n_attempts, name


def n_met(client, name):
    """How often the server met this fault so far."""
    with urllib.request.urlopen(str(client.base_url.join("/stats"))) as answer:
        return json.load(answer)["by_fault"].get(name.split(":")[0], 0)


def run(at):
    client = openai.OpenAI(base_url=at["openai_base_url"], api_key=KEY, max_retries=0, timeout=30)
    for check in (answers, streams, calls_tools, structures, lists_models, raises_errors, retries_as_told):
        print("openai:", check.__name__, flush=True)
        check(client)
    print("openai: knows_azure", flush=True)
    knows_azure(at["openai_base_url"])
