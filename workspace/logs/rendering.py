"""How a log record becomes a line: the fields of events, the bound ids, masked, as text or JSON."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog
from structlog.contextvars import get_contextvars
from structlog.stdlib import ProcessorFormatter

from workspace.logs.context import CONTEXT
from workspace.logs.events import FIELDS, ROOT
from workspace.logs.redaction import EventDict, event_redact

EVENT_LOGGERS = f"{ROOT}."
# A value that needs no quotes.
PLAIN = re.compile(r"[^\s\"=\x00-\x1f]+")
encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), default=str).encode


class LogFormatter(ProcessorFormatter):
    """Formats the records of events, of libraries and of structlog's loggers alike. `format` is `text` or `json`."""

    def __init__(self, *, format: str) -> None:
        self._render = json_render if format == "json" else text_render
        super().__init__(processors=[structlog.processors.format_exc_info, self._finish])

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Events take a shorter way, because workers log one or more for each push."""
        if not record.name.startswith(EVENT_LOGGERS):
            return super().format(record)
        event: EventDict = {"event": record.getMessage(), **getattr(record, FIELDS, {})}
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return self._line(record, event)

    def _finish(self, _logger: Any, _method: str, event: EventDict) -> str:
        record = event.pop("_record")
        event.pop("_from_structlog", None)
        return self._line(record, event)

    def _line(self, record: logging.LogRecord, event: EventDict) -> str:
        ids_add(event)
        event_redact(event)
        return self._render(record, event)


def structlog_configure() -> None:
    """Make structlog's own loggers, which libraries may use, log through :mod:`logging`."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def ids_add(event: EventDict) -> None:
    """Add the bound ids, unless the event names another one itself."""
    if bound := get_contextvars():
        for name in CONTEXT:
            if name in bound:
                event.setdefault(name, bound[name])


def time_of(record: logging.LogRecord) -> str:
    """Return the time of the record in UTC, with milliseconds."""
    return f"{second_text(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=8)
def second_text(second: int) -> str:
    """Return a time of whole seconds since the epoch."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def json_render(record: logging.LogRecord, event: EventDict) -> str:
    """Return the event as a JSON object in one line."""
    began = {"timestamp": time_of(record), "level": record.levelname.lower(), "event": event.pop("event")}
    if not record.name.startswith(EVENT_LOGGERS):
        began["logger"] = record.name
    return encode({**began, **event, "pid": record.process})


def text_render(record: logging.LogRecord, event: EventDict) -> str:
    """Return the event as a line of `name=value`, followed by its traceback."""
    logger = "" if record.name.startswith(EVENT_LOGGERS) else f"{record.name}: "
    name, traceback = event.pop("event"), event.pop("exception", "")
    fields = "".join([f" {field}={shown(value)}" for field, value in event.items()])
    line = f"{time_of(record)} {record.levelname} {logger}{name}{fields}"
    return f"{line}\n{traceback}" if traceback else line


def shown(value: Any) -> str:
    """Return a value as it is shown in a line: quoted if it has spaces."""
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) else encode(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return encode(value)
