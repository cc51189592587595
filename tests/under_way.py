"""Counts the requests that the live server is still answering, and turns away those that come after a test's end."""

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
    """Middleware that knows what is under way.

    A browser that is closed leaves requests behind, whose transactions would meet the emptying of the database: what
    has arrived is waited for, and what arrives later is refused before it asks the database for anything.
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
    """Count a request that begins; returns whether it may."""
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
    """Answer requests again."""
    global _is_shut
    with _changed:
        _is_shut = False


def requests_shut() -> bool:
    """Answer no further requests until the next test; returns whether those under way have ended."""
    global _is_shut
    with _changed:
        _is_shut = True
    return requests_end()


def requests_end(*, seconds: float = 30) -> bool:
    """Wait until no request is under way; returns whether that came about."""
    with _changed:
        return _changed.wait_for(lambda: _count == 0, seconds)


def context_leave(context: BrowserContext) -> None:
    """Close it, once nothing of its pages is under way: what is would meet the emptying of the database."""
    # Pages tell the server that they are left; by then it still answers.
    for page in context.pages:
        page.goto("about:blank")
    context.close()
    assert requests_end()
