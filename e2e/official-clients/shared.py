"""What the checks of all clients share: the question, the tools, the structure, and how an error is expected."""

from pydantic import BaseModel

KEY = "test-key-of-the-mock"
QUESTION = [{"role": "user", "content": "Which way to the harbor?"}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 7}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
CLOCK = {"type": "object", "properties": {"zone": {"enum": ["UTC", "CET"], "type": "string"}}, "required": ["zone"]}


class Route(BaseModel):
    street: str
    turns: list[int]


def fault(name):
    return {"x-mock-fault": name}


def raises(kind, ask):
    try:
        ask()
    except Exception as error:
        assert type(error) is kind, f"expected {kind.__name__}, got {error!r}"
        return error
    raise AssertionError(f"expected {kind.__name__}, got an answer")


def fits(arguments):
    assert set(arguments) == {"city", "days"} and isinstance(arguments["city"], str), arguments
    assert 1 <= arguments["days"] <= 7, arguments
