"""Begins and ends spans. While traces are off, nothing is imported and every function returns at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from workspace.logs.context import bound_contextvars
from workspace.tracing.contexts import TraceContext

if TYPE_CHECKING:
    from workspace.tracing.sdk import OpenSpan, Tracer

Attributes = Mapping[str, str | int | float | bool]
NONE: Attributes = {}
SDK = "workspace.tracing.sdk.current_tracer"


class Kind(StrEnum):
    """The role of a span."""

    SERVER = "SERVER"
    CLIENT = "CLIENT"
    PRODUCER = "PRODUCER"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"


def tracing_on() -> bool:
    """Return True if this installation exports traces."""
    return bool(settings.TRACING)


def current_context() -> TraceContext | None:
    """Return the present span; None if there is none, or traces are off."""
    return tracer().current() if tracing_on() else None


def span_begin(
    name: str,
    *,
    parent: TraceContext | None = None,
    kind: Kind = Kind.INTERNAL,
    begun_at: datetime | None = None,
    links: Sequence[TraceContext] = (),
    attributes: Attributes = NONE,
) -> OpenSpan:
    """Begin a span that is ended later, on any thread. Without a `parent`, it belongs to the present span.

    Only while traces are on.
    """
    return tracer().begin(name, parent=parent, kind=kind, begun_at=begun_at, links=links, attributes=attributes)


@contextmanager
def span(
    name: str, *, parent: TraceContext | None = None, kind: Kind = Kind.INTERNAL, attributes: Attributes = NONE
) -> Iterator[OpenSpan | None]:
    """Make a span the present one, and its trace's id part of log lines. Yields None while traces are off."""
    if not tracing_on():
        yield None
        return
    opened = span_begin(name, parent=parent, kind=kind, attributes=attributes)
    with bound_contextvars(trace=opened.context.trace_id), opened.made_current():
        try:
            yield opened
        except BaseException as error:
            opened.fail(type(error).__name__)
            raise
        finally:
            opened.end()


def spans_flush() -> None:
    """Send the spans that have ended. For processes that are about to end."""
    if tracing_on():
        tracer().flush()


def tracer() -> Tracer:
    """Return this process's connection to OpenTelemetry. Only while traces are on."""
    current: Tracer = import_string(SDK)()
    return current
