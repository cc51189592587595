"""`manage.py checkpush`: tell whether pushes can work, and what to do if they cannot."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.models import Notification
from push.monitoring.readiness import Readiness, push_readiness
from push.selectors.checks import Check, Light
from push.selectors.testing import TEST_TIMEOUT, PushTestResult, push_test_of, push_test_result
from push.services.testing import push_test_to
from workspace.errors import ApplicationError
from workspace.roles import is_workspace
from workspace.selectors.accounts import user_by_username

STATUSES = {Light.GREEN: "ok", Light.AMBER: "warning", Light.RED: "failed", Light.UNKNOWN: "unknown"}
POLL_SECONDS = 0.25


class Command(BaseCommand):
    """`manage.py checkpush [--json] [--send USER]`."""

    help = "Checks whether pushes can work, with the checklist of the Push settings. Exits with 1 if they cannot."
    wait: Callable[[float], None] = staticmethod(time.sleep)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON.")
        parser.add_argument("--send", metavar="USER", help="Also send a test push to this user's devices.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_workspace():
            raise CommandError("This installation is only a cloud (ROLES). Check pushes on the workspaces.")
        readiness = push_readiness()
        test = self.send(options["send"]) if options["send"] else None
        works = readiness.works and (test is None or is_delivered(test))
        lines = [json.dumps(document(readiness, test, works=works), indent=2, ensure_ascii=False)]
        self.stdout.write("\n".join(lines if options["json"] else text(readiness, test, works=works)))
        if not works:
            sys.exit(1)

    def send(self, username: str) -> PushTestResult | str:
        """Send a test push and return its result, after some seconds at most; the error if it cannot be sent."""
        user = user_by_username(username)
        if user is None:
            raise CommandError(f"There is no user named {username}.")
        try:
            notification: Notification | None = push_test_to(user=user)
        except ApplicationError as error:
            return error.message
        end = time.monotonic() + TEST_TIMEOUT.total_seconds() + 1
        while True:
            assert notification is not None
            result = push_test_result(notification)
            if result.finished or time.monotonic() > end:
                return result
            self.wait(POLL_SECONDS)
            notification = push_test_of(notification.pk)


def is_delivered(test: PushTestResult | str) -> bool:
    """Return True if a device's provider accepted the test push."""
    return not isinstance(test, str) and test.accepted > 0


def url_of(check: Check) -> str:
    """Return the address of the page that fixes the problem."""
    return settings.SITE_URL.removesuffix(settings.SITE_PATH) + check.url if check.url else ""


def text(readiness: Readiness, test: PushTestResult | str | None, *, works: bool) -> Iterator[str]:
    """Yield the lines for a person."""
    for check in readiness.checks:
        yield f"{STATUSES[check.light]:>8}  {check.title}: {check.sentence}"
        if check.url and check.light != Light.GREEN:
            yield f"{'':>8}  → {check.step}: {url_of(check)}"
    if isinstance(test, str):
        yield f"{'failed':>8}  Test push: {test}"
    elif test is not None:
        yield from (f"{result.state:>8}  Test push to {result.device}: {result.sentence}" for result in test.devices)
        if test.problem:
            yield f"{'failed':>8}  Test push: {test.problem}"
    if works:
        yield "Pushes can work."
    elif readiness.works:
        yield "Pushes can work, but no provider accepted the test push."
    else:
        yield "Pushes cannot work, or not for everybody."


def document(readiness: Readiness, test: PushTestResult | str | None, *, works: bool) -> dict[str, Any]:
    """Return the result as JSON."""
    checks = [
        {
            "title": str(check.title),
            "status": STATUSES[check.light],
            "sentence": check.sentence,
            "page": str(check.step),
            "url": url_of(check),
        }
        for check in readiness.checks
    ]
    if test is None:
        return {"works": works, "checks": checks}
    if isinstance(test, str):
        return {"works": works, "checks": checks, "test": {"problem": test, "devices": []}}
    devices = [
        {"device": str(result.device), "state": result.state, "sentence": result.sentence} for result in test.devices
    ]
    return {"works": works, "checks": checks, "test": {"problem": test.problem, "devices": devices}}
