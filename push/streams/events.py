"""The format of server-sent events (HTML standard, 9.2)."""

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
# After how many milliseconds a page reconnects if its stream breaks.
RETRY = 1000
# Regular comments keep proxies from closing the stream, and detect pages that are gone.
KEEPALIVE = b": \n\n"


def event(kind: str, data: Any, key: int | None = None) -> bytes:
    """Return one event. A page that reconnects sends the `key` of the last event that it received."""
    identity = f"id: {key}\n" if key is not None else ""
    return f"{identity}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def stream_start(key: int) -> bytes:
    """Return the first bytes of a stream."""
    return f"retry: {RETRY}\n".encode() + event("hello", {}, key)


def last_event_key(request: HttpRequest) -> int | None:
    """Return the key of the last event that the page received (`Last-Event-ID`, or `after` in the query), if any."""
    return parse_key(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))


def is_same_site(request: HttpRequest) -> bool:
    """Return True if the request comes from a page of this site, according to the browser."""
    return request.headers.get("Sec-Fetch-Site", "none") in SAME_SITE
