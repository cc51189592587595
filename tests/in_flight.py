"""Counts the running requests of the live server, and rejects requests after the end of a test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

_changed = threading.Condition()
_count = 0
_is_shut = False


class RequestsUnderWay:
    """Middleware that counts running requests.

    A closed browser leaves requests behind whose transactions would collide with emptying the database. Running
    requests are awaited, and later ones are rejected before they access the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _enter():
            return HttpResponse(status=503)
        try:
            return self._get_response(request)
        finally:
            _leave()


def _enter() -> bool:
    """Count a new request; returns False if it must be rejected."""
    global _count
    with _changed:
        if not _is_shut:
            _count += 1
        return not _is_shut


def _leave() -> None:
    global _count
    with _changed:
        _count -= 1
        _changed.notify_all()


def requests_admit() -> None:
    """Allow requests again."""
    global _is_shut
    with _changed:
        _is_shut = False


def requests_shut() -> bool:
    """Reject requests until the next test; returns True if all running requests have ended."""
    global _is_shut
    with _changed:
        _is_shut = True
    return requests_end()


def requests_end(*, seconds: float = 30) -> bool:
    """Wait until no request is running; returns False on timeout."""
    with _changed:
        return _changed.wait_for(lambda: _count == 0, seconds)


def context_leave(context: BrowserContext) -> None:
    """Close the context when no requests of its pages are running: they would disturb emptying the database."""
    # Pages report that they are closing; the server must still respond to that.
    for page in context.pages:
        page.goto("about:blank")
    context.close()
    assert requests_end()
