"""The ids that connect log lines. What is bound here is added to everything that is logged meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping

from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars, get_contextvars

from workspace.ids import public_id_new

__all__ = ["bind_contextvars", "bound_contextvars", "clear_contextvars"]

# The fields that are bound, and what they mean.
CONTEXT: Mapping[str, str] = {
    "request": "the id of the HTTP request or web socket (`X-Request-ID`)",
    "task": "the id of the worker's task",
    "woken_by": "the request that queued the task; the task also does the work of other requests",
    "message": "the public id of the message",
    "notification": "the number of the notification",
    "attempt": "the number of the attempt",
    "trace": "the id of the OpenTelemetry trace, if traces are on",
}
REQUEST_ID_MAX_LENGTH = 64
# Ids of proxies and load balancers: UUIDs, hexadecimal digits, ULIDs. Anything else is replaced.
SANE_REQUEST_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{7,{REQUEST_ID_MAX_LENGTH - 1}}}")


def request_id_for(header: str) -> str:
    """Return the id of a request: that of the header, if it is a plain id, else a new one."""
    return header if SANE_REQUEST_ID.fullmatch(header) else public_id_new()


def bound_id(name: str) -> str | None:
    """Return an id that is bound now, such as that of the `request`."""
    value = get_contextvars().get(name)
    return str(value) if value else None
