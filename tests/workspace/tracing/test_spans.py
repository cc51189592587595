"""Spans of requests, and how contexts are read and written."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.exceptions import ImproperlyConfigured
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.asgi import requested
from workspace.config import env as env_module
from workspace.config.env import Environment
from workspace.logs.context import bound_id
from workspace.logs.requests import LoggedSite
from workspace.monitoring.metrics.http import route_set
from workspace.tracing.contexts import TraceContext, context_parse
from workspace.tracing.site import traced
from workspace.tracing.spans import current_context, span

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"


async def site(scope: Any, _receive: Any, send: Any) -> None:
    """Respond with the context that the worker would get, and the id in log lines."""
    route_set(scope, "/rooms/")
    status = 500 if scope["path"] == "/broken" else 200
    context = current_context()
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send(
        {"type": "http.response.body", "body": f"{context.header if context else ''} {bound_id('trace')}".encode()}
    )


def names(exporter: InMemorySpanExporter) -> list[str]:
    return [one.name for one in exporter.get_finished_spans()]


def test_a_request_continues_the_trace_of_its_caller(exporter: InMemorySpanExporter) -> None:
    header, logged_trace = requested(traced(site), "/", headers={"traceparent": SAMPLED}).body.decode().split(" ")
    [ended] = exporter.get_finished_spans()
    assert ended.name == "GET /rooms/"
    assert f"{ended.parent.span_id:016x}" == SPAN
    assert (header[3:35], logged_trace) == (TRACE, TRACE)
    assert ended.attributes is not None
    assert ended.attributes["http.response.status_code"] == 200


def test_a_caller_that_is_not_sampled_is_not_either(exporter: InMemorySpanExporter) -> None:
    header, _trace = requested(traced(site), "/", headers={"traceparent": UNSAMPLED}).body.decode().split(" ")
    assert header.startswith(f"00-{TRACE}-")
    assert header.endswith("-00")
    assert not names(exporter)


def test_a_request_without_a_caller_begins_a_trace_and_has_its_id(exporter: InMemorySpanExporter) -> None:
    response = requested(traced(LoggedSite(site)), "/", headers={"traceparent": "nonsense"})
    [ended] = exporter.get_finished_spans()
    assert ended.parent is None
    assert ended.attributes is not None
    assert ended.attributes["callboard.request"] == response.headers["x-request-id"]


def test_an_error_of_the_site_fails_the_span(exporter: InMemorySpanExporter) -> None:
    requested(traced(site), "/broken")
    assert [one.status.is_ok for one in exporter.get_finished_spans()] == [False]


def test_probes_and_static_files_have_no_span(exporter: InMemorySpanExporter) -> None:
    for path in ("/health/live", "/metrics", "/static/app.css"):
        requested(traced(site), path)
    assert not names(exporter)


def test_while_traces_are_off_there_is_nothing() -> None:
    assert traced(site) is site
    assert current_context() is None
    with span("decide") as opened:
        assert opened is None
    assert bound_id("trace") is None


@pytest.mark.processes
def test_while_traces_are_off_the_sdk_is_not_imported() -> None:
    program = (
        "import django, sys; django.setup(); import workspace.config.asgi, push.tasks, push.worker.cluster;"
        "print('workspace.tracing.sdk' in sys.modules, 'opentelemetry.exporter.otlp' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=site_settings.BASE_DIR
    )
    assert done.stdout.strip() == "False False", done.stderr


@pytest.mark.parametrize("header", [SAMPLED, UNSAMPLED])
def test_a_header_is_read_and_written(header: str) -> None:
    context = context_parse(header)
    assert context == TraceContext(TRACE, SPAN, header == SAMPLED)
    assert context.header == header


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        None,
        5,
        SAMPLED.upper(),
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_an_invalid_header_is_ignored(header: object) -> None:
    assert context_parse(header) is None


class TestVariables:
    @pytest.mark.parametrize(
        ("variables", "is_on"),
        [
            ({}, False),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
            ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
            ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
            ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, False),
            ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, False),
            ({"OTEL_SERVICE_NAME": "callboard"}, False),
        ],
        ids=lambda value: ",".join(value) or "none" if isinstance(value, dict) else str(value),
    )
    def test_the_standard_ones_turn_traces_on(
        self, variables: dict[str, str], is_on: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert Environment().traces() is is_on

    @pytest.mark.parametrize(
        "variables",
        [{"OTEL_TRACES_EXPORTER": "zipkin"}, {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}],
        ids=["exporter", "protocol"],
    )
    def test_what_is_not_supported_is_refused(self, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ImproperlyConfigured, match="OTEL"):
            Environment().traces()

    def test_a_missing_sdk_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
        monkeypatch.setattr(env_module, "is_installed", lambda _module: False)
        with pytest.raises(ImproperlyConfigured, match=r"callboard\[tracing\]"):
            Environment().traces()
