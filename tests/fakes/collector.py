"""An OpenTelemetry collector that receives spans over OTLP/HTTP, as Jaeger or Tempo would."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake

DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span, with its ids in hexadecimal."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    service: str = ""


class FakeCollector(ServedFake):
    """Use as a context manager; `address` is the value of OTEL_EXPORTER_OTLP_ENDPOINT."""

    def __init__(self) -> None:
        self.spans: list[ReceivedSpan] = []
        self.changed = threading.Condition()

    def make_server(self) -> FakeServer:
        collector = self

        class Handler(FakeHandler):
            def do_POST(self) -> None:  # noqa: N802 (the name is http.server's)
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    content = gzip.decompress(content)
                collector.take(content if self.path == "/v1/traces" else b"")
                self.respond(200, {"Content-Type": "application/x-protobuf"})

        return FakeServer(("127.0.0.1", 0), Handler)

    def take(self, content: bytes) -> None:
        """Record the spans of a request."""
        request = ExportTraceServiceRequest.FromString(content)
        with self.changed:
            for resource in request.resource_spans:
                service = values_of(resource.resource.attributes).get("service.name", "")
                for scope in resource.scope_spans:
                    self.spans += [span_of(span, service) for span in scope.spans]
            self.changed.notify_all()

    def wait(self, condition: Callable[[list[ReceivedSpan]], bool]) -> None:
        """Wait until the received spans satisfy the condition; fails after the deadline."""
        with self.changed:
            met = self.changed.wait_for(lambda: condition(self.spans), DEADLINE)
        assert met, f"Received: {[(span.name, span.trace_id) for span in self.spans]}"

    def trace(self, trace_id: str) -> list[ReceivedSpan]:
        """Return the spans of a trace."""
        return [span for span in self.spans if span.trace_id == trace_id]


def span_of(span: Any, service: str) -> ReceivedSpan:
    ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    return ReceivedSpan(span.name, *ids, values_of(span.attributes), service)


def values_of(attributes: Any) -> dict[str, Any]:
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes}
