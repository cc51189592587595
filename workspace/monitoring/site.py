"""The ASGI application that answers probes and scrapes, and passes all other requests to the site.

They do not pass through Django: probes use the address of a machine as host name, and plain HTTP within a network, both
of which the site would refuse; and the answer that the process is alive must not depend on anything else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.utils import translation

from workspace.monitoring.access import has_token, staff_of
from workspace.monitoring.health.registry import Finding, Status, health_checks
from workspace.monitoring.health.running import HealthChecks
from workspace.monitoring.metrics.scrape import CONTENT_TYPE, scrape
from workspace.server.site_path import path_in_site

Application = Callable[[Any, Any, Any], Awaitable[None]]

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
PATHS = (LIVE, READY, METRICS)
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


class MonitoringSite:
    """Answers `/health/live`, `/health/ready` and `/metrics`.

    With `is_own_port`, metrics need no token unless one is set: anyone who can reach that port may read them.
    """

    def __init__(self, site: Application, *, is_own_port: bool = False) -> None:
        self._site = site
        self._is_own_port = is_own_port
        self._checks: HealthChecks | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = path_in_site(scope).rstrip("/") if scope["type"] == "http" else ""
        if path not in PATHS or (path == METRICS and not self._has_metrics()):
            await self._site(scope, receive, send)
        elif scope["method"] not in {"GET", "HEAD"}:
            await respond(scope, send, 405, b"", TEXT, {"allow": "GET, HEAD"})
        elif path == LIVE:
            await respond(scope, send, 200, encoded({"status": "alive"}))
        elif path == READY:
            await self._ready(scope, send)
        else:
            await self._metrics(scope, send)

    async def _ready(self, scope: Any, send: Any) -> None:
        self._checks = self._checks or HealthChecks(health_checks())
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        only, without = names_in(query, "only"), names_in(query, "without")
        if unknown := sorted((only | without) - set(self._checks.names)):
            # A check that was left out because its name was misspelt would go unnoticed.
            sentence = f"There is no check named {', '.join(unknown)}."
            await respond(scope, send, 400, encoded({"error": sentence, "checks": self._checks.names}))
            return
        names = (only or set(self._checks.names)) - without
        findings = await self._checks.findings(names)
        is_ready = all(finding.status is not Status.FAILED for finding in findings.values())
        is_program = self._is_trusted(scope)
        reader = None if is_program else await staff_of(scope)
        is_trusted = is_program or reader is not None
        # The workspace's default language is in the database, which may be what is out of order.
        chosen = reader.language if reader else ""
        language = chosen if chosen in settings.PAGE_LANGUAGES else settings.LANGUAGE_CODE
        with translation.override(language):
            checks = [described(name, finding, is_trusted=is_trusted) for name, finding in findings.items()]
        document = {"status": "ready" if is_ready else "unavailable", "checks": checks}
        await respond(scope, send, 200 if is_ready else 503, encoded(document))

    def _has_metrics(self) -> bool:
        """Return True if metrics are available here; otherwise there is no such page."""
        return self._is_own_port or bool(settings.METRICS_TOKEN)

    def _is_trusted(self, scope: Any) -> bool:
        """Return True if the request has the token, or needs none."""
        return has_token(headers_of(scope)) or (self._is_own_port and not settings.METRICS_TOKEN)

    async def _metrics(self, scope: Any, send: Any) -> None:
        if not self._is_trusted(scope):
            challenge = {"www-authenticate": 'Basic realm="metrics"'}
            await respond(scope, send, 401, b"The metrics token is required.\n", TEXT, challenge)
            return
        await respond(scope, send, 200, await asyncio.to_thread(scrape), CONTENT_TYPE)


def described(name: str, finding: Finding, *, is_trusted: bool) -> dict[str, str]:
    """Return a check for the response. Strangers see its name and status only."""
    texts = {"detail": str(finding.detail), "advice": str(finding.advice)} if is_trusted else {}
    return {"name": name, "status": finding.status.value, **{key: text for key, text in texts.items() if text}}


def names_in(query: dict[str, list[str]], parameter: str) -> set[str]:
    """Return the names in a parameter that contains them separated by commas."""
    return {name.strip() for value in query.get(parameter, []) for name in value.split(",") if name.strip()}


def headers_of(scope: Any) -> dict[str, str]:
    """Return the request's headers by their names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def encoded(document: dict[str, Any]) -> bytes:
    """Return the document as JSON."""
    return json.dumps(document, ensure_ascii=False).encode()


async def respond(
    scope: Any, send: Any, status: int, body: bytes, content_type: str = JSON, headers: dict[str, str] | None = None
) -> None:
    """Send a response that no cache stores."""
    all_headers = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **(headers or {}),
    }
    raw = [(name.encode(), value.encode("latin-1")) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
