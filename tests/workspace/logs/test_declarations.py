"""Every event is declared once, and logged with the declared fields only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module

from tests.test_structure import FILES, module_name, modules
from workspace.logs.context import CONTEXT
from workspace.logs.events import LogEvent, events_declared
from workspace.logs.redaction import is_secret

NAME = re.compile(r"[a-z_]+\.[a-z_]+")
NOT_FIELDS = {"exc_info"}


def calls() -> Iterator[tuple[str, LogEvent, set[str]]]:
    """Yield each call that logs an event: where it is, the event, and the names of its fields."""
    for file in FILES:
        name = module_name(file)
        if "LogEvent" not in file.read_text(encoding="utf-8"):
            continue
        for node in ast.walk(modules()[name]):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            target = node.func.value
            if node.func.attr in {"log", "log_at", "exception"} and isinstance(target, ast.Name):
                event = getattr(import_module(name), target.id, None)
                if isinstance(event, LogEvent):
                    fields = {keyword.arg for keyword in node.keywords if keyword.arg} - NOT_FIELDS
                    yield f"{name}:{node.lineno}", event, fields


def test_events_are_logged_with_the_fields_that_they_declare() -> None:
    found = [f"{place}: {sorted(fields - set(event.fields))}" for place, event, fields in calls()]
    assert len(found) > 60
    assert [line for line in found if not line.endswith("[]")] == []


def test_names_and_fields_are_ids_codes_and_numbers() -> None:
    for name, event in events_declared().items():
        assert NAME.fullmatch(name), name
        assert event.meaning.endswith("."), name
        assert not any(is_secret(field) for field in event.fields), f"{name}: such a field would be masked."
        assert not set(event.fields) & (set(CONTEXT) - {"message", "notification", "attempt", "task"}), name
