"""Runs the health checks in bounded time, at most once a second however often they are requested.

django-health-check is not used. Its view answers 500 instead of 503, shows the error texts to everyone, and leaves a
thread behind for each probe of a database that hangs; of its checks, only the one of the cache would fit.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from redis import RedisError

from workspace.database.troubles import trouble_of
from workspace.logs.events import LogEvent
from workspace.monitoring.bounded import SingleFlight
from workspace.monitoring.health.registry import Finding, HealthCheck, Resource, Status, Text

CHECK_BROKEN = LogEvent(
    "health.check_broken",
    "A health check itself failed.",
    {"check": "the check"},
    logging.ERROR,
)
CHECK_CHANGED = LogEvent(
    "health.changed",
    "The status of a health check has changed. A failure is an error, a warning a warning.",
    {"check": "the check", "status": "`ok`, `warning` or `failed`", "detail": "what is wrong"},
)

# How long a probe waits for the checks, and how long their results are used again (seconds).
WAIT_SECONDS = 2.0
RESULT_SECONDS = 1.0

ADVICE: dict[Resource, Text] = {
    Resource.DATABASE: _("Check that the database server (DATABASE_URL) is running, reachable and not overloaded."),
    Resource.REDIS: _("Check that the Redis server (REDIS_URL) is running and reachable."),
    Resource.HOST: _("Check the disk of this server."),
}
NO_RESPONSE = _("No response within two seconds.")
NO_CONNECTION = _("It cannot be reached.")
BROKEN = _("The check failed; the log contains the error.")
NOT_CHECKED = _("Not checked, because an earlier check failed.")


class ResourceChecks:
    """The checks that wait for one resource."""

    def __init__(self, resource: Resource, checks: Sequence[HealthCheck]) -> None:
        self._resource = resource
        self._checks = checks
        self._flight = SingleFlight(self._run, f"health-{resource}")
        self._findings: dict[str, Finding] = {}
        self._finished_at = float("-inf")
        # Checks whose error has been logged, to log it once instead of with every probe.
        self._broken: set[str] = set()

    async def findings(self) -> dict[str, Finding]:
        """Return the results by name, after :data:`WAIT_SECONDS` at most; checks without one have failed."""
        if time.monotonic() - self._finished_at > RESULT_SECONDS:
            future = asyncio.wrap_future(self._flight.start())
            await asyncio.wait([future], timeout=WAIT_SECONDS)
            if not future.done():
                silent = Finding(Status.FAILED, NO_RESPONSE, ADVICE[self._resource])
                return {check.name: self._findings.get(check.name, silent) for check in self._checks}
        return dict(self._findings)

    def _run(self) -> None:
        self._findings = {}
        for check in self._checks:
            try:
                self._findings[check.name] = check.run()
                self._broken.discard(check.name)
            except Exception as error:
                trouble, is_down = trouble_of(error), is_outage(error)
                detail = trouble.sentence if trouble else NO_CONNECTION if is_down else BROKEN
                self._findings[check.name] = Finding(Status.FAILED, detail, ADVICE[self._resource])
                if is_down:
                    # Each further check would wait as long, and fail for the same reason.
                    rest = Finding(Status.FAILED, NOT_CHECKED, ADVICE[self._resource])
                    self._findings |= {one.name: rest for one in self._checks if one.name not in self._findings}
                    break
                if check.name not in self._broken:
                    CHECK_BROKEN.exception(check=check.name)
                    self._broken.add(check.name)
        self._finished_at = time.monotonic()


def is_outage(error: Exception) -> bool:
    """Return True if the error means that a server or disk is unavailable."""
    return trouble_of(error) is not None or isinstance(error, OSError | RedisError)


class HealthChecks:
    """All checks of this process."""

    def __init__(self, checks: Sequence[HealthCheck]) -> None:
        self.names = [check.name for check in checks]
        by_resource: dict[Resource, list[HealthCheck]] = {}
        for check in checks:
            by_resource.setdefault(check.resource, []).append(check)
        self._groups = [ResourceChecks(resource, group) for resource, group in by_resource.items()]
        self._statuses: dict[str, Status] = {}

    async def findings(self, names: Iterable[str]) -> dict[str, Finding]:
        """Return the results of the checks with these names."""
        groups = await asyncio.gather(*(group.findings() for group in self._groups))
        found = {name: finding for group in groups for name, finding in group.items()}
        self._log_changes(found)
        return {name: found[name] for name in self.names if name in names}

    def _log_changes(self, found: Mapping[str, Finding]) -> None:
        """Log each check whose status has changed, instead of a line for every probe."""
        for name, finding in found.items():
            before = self._statuses.get(name, Status.OK)
            if finding.status != before:
                level = logging.INFO if finding.status is Status.OK else logging.WARNING
                CHECK_CHANGED.log_at(level, check=name, status=finding.status.value, detail=str(finding.detail))
            self._statuses[name] = finding.status
