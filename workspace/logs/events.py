"""Declaring log events. docs/operate/logs.md is made from the declarations.

An event is one fact: a name and fields, without a sentence around them. It is declared once, next to the code that
logs it. Fields contain ids, codes and numbers; never texts, tokens or addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

# The declared events by name, as far as their modules have been imported.
EVENTS: dict[str, LogEvent] = {}
# The logger of an event is this, a dot, and the first part of the event's name.
ROOT = "callboard"
# The attribute of a log record that contains the fields of an event.
FIELDS = "event_fields"


@dataclass(frozen=True, eq=False)
class LogEvent:
    """An event: its name (`thing.happened`), a sentence, and its fields with their meaning."""

    name: str
    meaning: str
    fields: Mapping[str, str] = field(default_factory=dict)
    level: int = logging.INFO

    def __post_init__(self) -> None:
        EVENTS[self.name] = self
        object.__setattr__(self, "_logger", logging.getLogger(f"{ROOT}.{self.area}"))

    @property
    def area(self) -> str:
        """Return the first part of the name."""
        return self.name.partition(".")[0]

    @property
    def is_logged(self) -> bool:
        """Return True if events of this level are logged."""
        return self.logger.isEnabledFor(self.level)

    @property
    def logger(self) -> logging.Logger:
        logger: logging.Logger = self._logger  # type: ignore[attr-defined]
        return logger

    def log(self, *, exc_info: Any = None, **fields: Any) -> None:
        """Log the event. `exc_info` adds a traceback, as in :mod:`logging`."""
        self.log_at(self.level, exc_info=exc_info, **fields)

    def log_at(self, level: int, *, exc_info: Any = None, **fields: Any) -> None:
        """Log the event at another level than the declared one."""
        self.logger.log(level, self.name, exc_info=exc_info, extra={FIELDS: fields})

    def put_in(self, record: logging.LogRecord, fields: Mapping[str, Any]) -> None:
        """Turn a record of another logger into this event, without its traceback."""
        record.name, record.msg, record.args = self.logger.name, self.name, ()
        record.levelno, record.levelname = self.level, logging.getLevelName(self.level)
        record.exc_info = record.exc_text = record.stack_info = None
        setattr(record, FIELDS, dict(fields))

    def exception(self, **fields: Any) -> None:
        """Log the event with the traceback of the exception that is being handled."""
        self.log(exc_info=True, **fields)


def events_declared() -> dict[str, LogEvent]:
    """Return all events by name, after importing the modules of this project that declare them."""
    for app in apps.get_app_configs():
        folder = Path(app.path)
        if folder.parent == settings.BASE_DIR:
            for file in sorted(folder.rglob("*.py")):
                if "= LogEvent(" in file.read_text(encoding="utf-8"):
                    import_module(".".join(file.relative_to(folder.parent).with_suffix("").parts))
    return EVENTS
