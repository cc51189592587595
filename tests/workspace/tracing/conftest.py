"""Spans in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from workspace.tracing.sdk import Tracer, tracer_replace


@pytest.fixture
def exporter(settings: Any) -> Iterator[InMemorySpanExporter]:
    """Turns traces on; the exporter has the spans that have ended."""
    settings.TRACING = True
    exporter = InMemorySpanExporter()
    tracer_replace(Tracer(exporter))
    yield exporter
    tracer_replace(None)
