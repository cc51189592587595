"""`/metrics`, and what is counted of HTTP requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.db import OperationalError

from tests.asgi import no_site, requested
from tests.metrics import TOKEN, recorded, scraped
from workspace.monitoring.bounded import SingleFlight
from workspace.monitoring.metrics import readings, web_process
from workspace.monitoring.metrics.declarations import current_recorder
from workspace.monitoring.metrics.http import MeasuredSite
from workspace.monitoring.site import MonitoringSite

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def no_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read nothing from the database."""
    monkeypatch.setattr(readings, "READINGS", [])


def test_without_a_token_there_is_no_such_page(settings: Any) -> None:
    settings.METRICS_TOKEN, settings.METRICS_PORT = "", 9100
    assert requested(MonitoringSite(no_site), "/metrics", headers=BEARER).status == 404


def test_strangers_are_refused(metrics: None, no_readings: None) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "sessionid=x"}):
        response = requested(MonitoringSite(no_site), "/metrics", headers=headers)
        assert (response.status, b"callboard" in response.body) == (401, False)


def test_the_token_gives_the_text_format(metrics: None, no_readings: None) -> None:
    response = requested(MonitoringSite(no_site), "/metrics", headers=BEARER)
    assert (response.status, response.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert b"callboard_database_up 1.0" in response.body


def test_the_own_port_needs_a_token_only_if_one_is_set(metrics: None, no_readings: None, settings: Any) -> None:
    port = MonitoringSite(no_site, is_own_port=True)
    assert requested(port, "/metrics").status == 401
    settings.METRICS_TOKEN, settings.METRICS_PORT = "", 9100
    assert requested(port, "/metrics").status == 200


def test_a_database_that_is_down_leaves_the_counters(metrics: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[readings.Value]:
        raise OperationalError("no connection") from OSError(28, "No space left")

    monkeypatch.setattr(readings, "flight", SingleFlight(fail, "metrics"))
    requested(MeasuredSite(no_site), "/x")
    assert scraped("callboard_http_requests_total", route="none", method="GET", status="404") == 1


def test_a_database_that_hangs_does_not_hold_up_the_scrape(
    metrics: None, hanging: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(readings, "flight", SingleFlight(lambda: hanging.wait(30) and [], "metrics"))
    before = threading.active_count()
    assert [scraped("callboard_database_up"), scraped("callboard_database_up")] == [0.0, 0.0]
    assert threading.active_count() <= before + 1


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def measured_site(metrics: None, settings: Any) -> MeasuredSite:
    """The site with its URL patterns."""
    settings.MIDDLEWARE = ["workspace.monitoring.metrics.http.RouteMiddleware"]
    return MeasuredSite(get_asgi_application())


def request_site(site: MeasuredSite, path: str, method: str = "GET") -> int:
    """Return the status of the site's response."""

    async def answered() -> int:
        statuses: list[int] = []
        bodies = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not bodies:
                await asyncio.Event().wait()
            return bodies.pop()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1")],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        await site(scope, receive, send)
        return statuses[0]

    return asyncio.run(answered())


def test_requests_are_counted_by_pattern_and_never_by_path(measured_site: MeasuredSite) -> None:
    for path in ("/api/v1/no.such-endpoint", "/api/v1/another"):
        assert request_site(measured_site, path) == 404
    assert request_site(measured_site, "/no/such/page-with-a-secret") == 404
    assert recorded("callboard_http_requests_total", route="/api/", status="404", method="GET") == 2
    assert recorded("callboard_http_requests_total", route="none", status="404") == 1
    assert recorded("callboard_http_request_duration_seconds_count", route="/api/") == 2
    assert "secret" not in "".join(map(str, readings.families())) + scrape_text()


def scrape_text() -> str:
    recorder = current_recorder()
    assert recorder is not None
    return str([family.samples for family in recorder.files.collect()])


def test_unknown_methods_are_one_series(metrics: None) -> None:
    for method in ("BREW", "PROPFIND"):
        requested(MeasuredSite(no_site), "/", method=method)
    assert recorded("callboard_http_requests_total", method="other") == 2


def test_a_web_process_records_its_sockets_and_streams(metrics: None) -> None:
    web_process.sample()
    assert scraped("callboard_sockets_open") == 0
    assert scraped("callboard_streams_open") == 0


def test_the_pool_of_connections(metrics: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool:
        @staticmethod
        def get_stats() -> dict[str, int]:
            return {"pool_max": 16, "pool_size": 5, "pool_available": 2, "requests_waiting": 1}

    monkeypatch.setattr(web_process, "connection", type("Connection", (), {"pool": Pool}))
    web_process.sample()
    names = ("limit_connections", "connections", "used_connections", "waiting_requests")
    assert [recorded(f"callboard_database_pool_{name}") for name in names] == [16, 5, 3, 1]
