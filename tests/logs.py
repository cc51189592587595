"""What was logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from workspace.logs.events import FIELDS


def logged(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    """Return the fields of the events of this name."""
    return [fields_of(record) for record in caplog.records if record.getMessage() == name]


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of the record's event."""
    fields: dict[str, Any] = getattr(record, FIELDS, {})
    return fields


class UnmaskedFormatter(logging.Formatter):
    """Adds the fields of events, not masked, so that tests find secrets among them."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in fields_of(record).items())
        return f"{record.levelname} {record.name}{fields} {super().format(record)}"
