"""Events as they travel (the HTML standard, 9.2 "Server-sent events")."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from workspace.pages.form_data import parse_key

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}
SAME_SITE = ("same-origin", "none")
# After how many milliseconds a page comes back whose stream was cut.
RETRY = 1000
# A comment now and then keeps proxies from taking the stream for dead, and finds pages that have vanished.
KEEPALIVE = b": \n\n"


def event(kind: str, data: Any, key: int | None = None) -> bytes:
    """Return one event; the page tells the `key` of the last one that it received when it comes back."""
    identity = f"id: {key}\n" if key is not None else ""
    return f"{identity}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def beginning(key: int) -> bytes:
    """Return what a stream begins with."""
    return f"retry: {RETRY}\n".encode() + event("hello", {}, key)


def after_asked(request: HttpRequest) -> int | None:
    """Return the key of the last event that the page received (`Last-Event-ID`, or `after` in the query), if any."""
    return parse_key(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))


def is_same_site(request: HttpRequest) -> bool:
    """Return whether the request comes from a page of this site, as far as the browser says."""
    return request.headers.get("Sec-Fetch-Site", "none") in SAME_SITE
