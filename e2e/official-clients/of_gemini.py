"""The official `google-genai` package against the mock server."""

from google import genai
from google.genai import errors, types

from shared import CLOCK, KEY, WEATHER, Route, fault, fits, raises


def tools():
    def declaration(name, schema):
        return types.FunctionDeclaration(name=name, description="…", parameters_json_schema=schema)

    return [types.Tool(function_declarations=[declaration("weather", WEATHER), declaration("clock", CLOCK)])]


def config_with(**more):
    off = types.AutomaticFunctionCallingConfig(disable=True)
    return types.GenerateContentConfig(automatic_function_calling=off, **more)


def answers(client):
    answer = client.models.generate_content(model="mock", contents="Which way to the harbor?")
    assert answer.text and answer.candidates[0].finish_reason == types.FinishReason.STOP
    usage = answer.usage_metadata
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count > 0
    assert answer.model_version == "mock"
    cut = client.models.generate_content(
        model="mock", contents="hi", config=config_with(max_output_tokens=3)
    )
    assert cut.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    chunks = list(client.models.generate_content_stream(model="mock", contents="Which way to the harbor?"))
    assert "".join(chunk.text or "" for chunk in chunks) == answer.text and len(chunks) > 5
    assert chunks[-1].usage_metadata.total_token_count == usage.total_token_count


def calls_tools(client):
    config = config_with(tools=tools())
    seen = set()
    for n in range(40):
        question = f"Question {n}: what is it like there?"
        answer = client.models.generate_content(model="mock", contents=question, config=config)
        for call in answer.function_calls:
            if call.name == "weather":
                fits(call.args)
        stream = client.models.generate_content_stream(model="mock", contents=question, config=config)
        streamed = [call for chunk in stream for call in chunk.function_calls or []]
        assert [(call.name, call.args) for call in streamed] == [
            (call.name, call.args) for call in answer.function_calls
        ]
        seen.add(len(streamed))
    assert seen == {1, 2}, f"one call and two at once: {seen}"
    results = types.Content(
        role="user", parts=[types.Part.from_function_response(name="clock", response={"result": "noon"})]
    )
    after = client.models.generate_content(
        model="mock", contents=[question, answer.candidates[0].content, results], config=config
    )
    assert after.text and not after.function_calls


def structures(client):
    config = config_with(response_mime_type="application/json", response_schema=Route)
    assert isinstance(client.models.generate_content(model="mock", contents="hi", config=config).parsed, Route)


def lists_models(client):
    assert "models/mock" in [model.name for model in client.models.list()]


def refuses_the_wrong_key(base_url):
    wrong = client_at(base_url, "wrong")
    raises(errors.ClientError, lambda: wrong.models.generate_content(model="mock", contents="hi"))


def raises_errors(client):
    def ask(name):
        options = types.HttpOptions(headers=fault(name))
        config = types.GenerateContentConfig(http_options=options)
        return client.models.generate_content(model="mock", contents="hi", config=config)

    for name, kind, code, status in [
        ("429", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("daily-quota", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("401", errors.ClientError, 400, "INVALID_ARGUMENT"),
        ("403", errors.ClientError, 403, "PERMISSION_DENIED"),
        ("404", errors.ClientError, 404, "NOT_FOUND"),
        ("500", errors.ServerError, 500, "INTERNAL"),
        ("529", errors.ServerError, 503, "UNAVAILABLE"),
    ]:
        error = raises(kind, lambda: ask(name))
        assert (error.code, error.status) == (code, status), (name, error)
    details = raises(errors.ClientError, lambda: ask("429:retry-info=34.4s")).details["error"]["details"]
    assert [detail["retryDelay"] for detail in details if "retryDelay" in detail] == ["34.4s"], details
    filtered = ask("content-filter")
    assert filtered.candidates[0].finish_reason == types.FinishReason.SAFETY
    assert ask("refusal").prompt_feedback.block_reason == types.BlockedReason.SAFETY


def client_at(base_url, key=KEY):
    return genai.Client(api_key=key, vertexai=False, http_options=types.HttpOptions(base_url=base_url))


def run(at):
    client = client_at(at["gemini_base_url"])
    for check in (answers, calls_tools, structures, lists_models, raises_errors):
        print("gemini:", check.__name__, flush=True)
        check(client)
    print("gemini: refuses_the_wrong_key", flush=True)
    refuses_the_wrong_key(at["gemini_base_url"])
