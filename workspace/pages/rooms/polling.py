"""Polling of open room pages for newer messages and for changes.

Members receive edits and deletions at once, through their event stream, which visitors of a channel do not have.
Reactions and pins are only found by polling.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from workspace.models import Room, Subscription
from workspace.pages.form_data import parse_key
from workspace.selectors.room_messages import recently_changed_ids

MICROSECONDS = 1_000_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
# Changes that are committed this much later than their timestamp are still found.
MARGIN = timedelta(seconds=2)
MEMBER_INTERVAL = "5s"
VISITOR_INTERVAL = "2s"


def poll_context(request: HttpRequest, room: Room, subscription: Subscription | None) -> dict[str, Any]:
    """Return the polling interval, the last message shown (`after`), and the ids of messages that changed since.

    While nothing is new, the response has no content, and the page keeps asking since the same time.
    """
    after = request.GET.get("after", "")
    since = parse_key(request.GET.get("since", ""))
    now = timezone.now()
    changed = []
    if since:
        shown_at = time_from_microseconds(since)
        changed = recently_changed_ids(room, shown_at - MARGIN, shown_at)
    interval = VISITOR_INTERVAL if subscription is None else MEMBER_INTERVAL
    return {"ask_every": interval, "after": after, "changed": changed, "since": int(now.timestamp() * MICROSECONDS)}


def time_from_microseconds(since: int) -> datetime:
    """Return the time for a number of microseconds since 1970; the earliest time if it is out of range."""
    try:
        return max(datetime.fromtimestamp(since / MICROSECONDS, tz=UTC), EARLIEST)
    except (OverflowError, ValueError, OSError):
        return EARLIEST
