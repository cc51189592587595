"""OpenTelemetry's SDK. It reads the standard variables (`OTEL_…`) itself: collector, sampler, name of the service.

Each process sends its spans on a thread of its own, so a tracer belongs to a process and is not used after a fork.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from workspace.tracing.contexts import TraceContext

UNNAMED = "unknown_service"
FLUSH_MILLISECONDS = 2_000


class OpenSpan:
    """A span that has begun."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self.context = context_of(span.get_span_context())

    def set(self, attributes: Mapping[str, str | int | float | bool]) -> None:
        """Add attributes."""
        self._span.set_attributes(attributes)

    def rename(self, name: str) -> None:
        """Give the span another name."""
        self._span.update_name(name)

    def fail(self, description: str) -> None:
        """Mark the span as failed. The description must not quote anything from outside."""
        self._span.set_status(Status(StatusCode.ERROR, description))

    def end(self, at: datetime | None = None) -> None:
        """End the span, now or at the given time."""
        self._span.end(nanoseconds(at))

    @contextmanager
    def made_current(self) -> Iterator[None]:
        """Make it the parent of spans that begin meanwhile, in this context."""
        token = otel_context.attach(trace.set_span_in_context(self._span))
        try:
            yield
        finally:
            otel_context.detach(token)


class Tracer:
    """Begins the spans of a process. Without an `exporter`, they are sent to the collector in batches."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        resource = Resource.create()
        if str(resource.attributes.get(SERVICE_NAME, UNNAMED)).startswith(UNNAMED):
            resource = resource.merge(Resource({SERVICE_NAME: "callboard"}))
        self.pid = os.getpid()
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(
            SimpleSpanProcessor(exporter) if exporter else BatchSpanProcessor(OTLPSpanExporter())
        )
        self._tracer = self._provider.get_tracer("callboard")

    def begin(
        self,
        name: str,
        *,
        parent: TraceContext | None,
        kind: str,
        begun_at: datetime | None,
        links: Sequence[TraceContext],
        attributes: Mapping[str, str | int | float | bool],
    ) -> OpenSpan:
        """Begin a span."""
        return OpenSpan(
            self._tracer.start_span(
                name,
                context=trace.set_span_in_context(NonRecordingSpan(span_context(parent))) if parent else None,
                kind=SpanKind[kind],
                attributes=dict(attributes),
                links=[trace.Link(span_context(link)) for link in links],
                start_time=nanoseconds(begun_at),
            )
        )

    def current(self) -> TraceContext | None:
        """Return the present span."""
        present = trace.get_current_span().get_span_context()
        return context_of(present) if present.is_valid else None

    def flush(self) -> None:
        """Send the spans that have ended."""
        self._provider.force_flush(FLUSH_MILLISECONDS)


_tracer: Tracer | None = None


def current_tracer() -> Tracer:
    """Return the tracer of this process; a forked process creates a new one."""
    global _tracer
    if _tracer is None or _tracer.pid != os.getpid():
        _tracer = Tracer()
    return _tracer


def tracer_replace(tracer: Tracer | None) -> None:
    """Use another tracer in this process; None: create one when it is needed."""
    global _tracer
    _tracer = tracer


def span_context(context: TraceContext) -> SpanContext:
    """Return the ids in the SDK's form."""
    flags = TraceFlags(TraceFlags.SAMPLED if context.is_sampled else TraceFlags.DEFAULT)
    return SpanContext(int(context.trace_id, 16), int(context.span_id, 16), is_remote=True, trace_flags=flags)


def context_of(context: SpanContext) -> TraceContext:
    """Return the ids in the form in which they are stored and sent."""
    return TraceContext(f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags.sampled)


def nanoseconds(at: datetime | None) -> int | None:
    """Return the time in nanoseconds since the epoch; None for now."""
    return None if at is None else int(at.timestamp() * 1_000_000) * 1_000
