"""How log lines look, and what is masked in them."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
import structlog

from workspace.logs.context import bound_contextvars
from workspace.logs.events import FIELDS
from workspace.logs.rendering import LogFormatter

TOKENS = (
    "a1b2c3d4" * 8,
    "dGhpc2lzYXRva2Vu:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
)


def record_of(event: str, /, error: Exception | None = None, **fields: Any) -> Any:
    info: Any = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("callboard.attempt", logging.WARNING, "", 1, event, (), info)
    setattr(record, FIELDS, fields)
    return record


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error):
        return sys.exc_info()[1]  # type: ignore[return-value]


def test_a_line_of_text_has_the_fields_and_the_bound_ids() -> None:
    with bound_contextvars(request="abc-123", trace="f" * 32):
        line = LogFormatter(format="text").format(record_of("attempt.finished", attempt=5, answer="dead", detail="a b"))
    time, level, *rest = line.split(" ", 2)
    assert time.endswith("Z")
    assert level == "WARNING"
    assert rest == [f'attempt.finished attempt=5 answer=dead detail="a b" request=abc-123 trace={"f" * 32}']


def test_a_line_of_json_is_an_object() -> None:
    with bound_contextvars(request="abc-123"):
        line = LogFormatter(format="json").format(record_of("attempt.finished", status=None, counts={"push": {"a": 1}}))
    read = json.loads(line)
    assert list(read)[:3] == ["timestamp", "level", "event"]
    assert (read["status"], read["counts"], read["request"]) == (None, {"push": {"a": 1}}, "abc-123")


def test_lines_of_libraries_name_their_logger() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Service %s", ("down",), None)
    assert LogFormatter(format="text").format(record).endswith("ERROR django.request: Service down")
    assert json.loads(LogFormatter(format="json").format(record))["logger"] == "django.request"


def test_loggers_of_structlog_write_to_the_same_output(caplog: pytest.LogCaptureFixture) -> None:
    structlog.get_logger("a.library").warning("it happened", mail="ana@example.org", count=2)
    line = LogFormatter(format="text").format(caplog.records[-1])
    assert line.endswith('a.library: "it happened" mail=••• count=2') or "it happened mail=" in line
    assert "ana@" not in line


@pytest.mark.parametrize("format", ["text", "json"])
def test_secrets_and_addresses_are_masked_everywhere(format: str) -> None:
    quoted = f"Key (email)=(ana@example.org), Bearer abc.def\nDETAIL:  Failing row (1, the text)\n{TOKENS[0]}"
    error = raised(ValueError(quoted))
    record = record_of(
        f"send to {TOKENS[1]}",
        error=error,
        problem=["ana@example.org", {"inner": TOKENS[2]}],
        password="hunter",
        auth_token="hunter",
        text="hunter",
    )
    line = LogFormatter(format=format).format(record)
    for secret in (*TOKENS, "hunter", "ana@example.org", "abc.def", "the text"):
        assert secret not in line
    assert "ValueError" in line
    assert "test_rendering.py" in line


def test_ids_and_plain_words_are_not_masked() -> None:
    ids = {"request": "0" * 31 + "a", "message": "q7Kd2mXw9aTnB4eYp", "route": "apple:chat.rocket.ios", "status": 200}
    record = record_of("x.y", problem="push.tasks.sign_in_alerts was not run", **ids)
    assert (
        LogFormatter(format="text")
        .format(record)
        .endswith(
            'x.y problem="push.tasks.sign_in_alerts was not run" request=0000000000000000000000000000000a '
            "message=q7Kd2mXw9aTnB4eYp route=apple:chat.rocket.ios status=200"
        )
    )
