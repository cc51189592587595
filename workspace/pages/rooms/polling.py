"""What an open page of a room asks for again and again: newer messages, and for visitors what has changed.

Members hear of changes through their stream of events; visitors of a channel have none of it.
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
# What was committed this much later than it says is still found.
MARGIN = timedelta(seconds=2)
MEMBERS_ASK = "5s"
VISITORS_ASK = "2s"


def poll_context(request: HttpRequest, room: Room, subscription: Subscription | None) -> dict[str, Any]:
    """Return how often the page asks, `after` which message, and what `changed` since it asked last (public ids)."""
    after = request.GET.get("after", "")
    if subscription is not None:
        return {"ask_every": MEMBERS_ASK, "after": after, "changed": []}
    since = parse_key(request.GET.get("since", ""))
    now = timezone.now()
    changed = recently_changed_ids(room, time_from_microseconds(since)) if since else []
    asked_at = int((now - MARGIN).timestamp() * MICROSECONDS)
    return {"ask_every": VISITORS_ASK, "after": after, "changed": changed, "since": asked_at}


def time_from_microseconds(since: int) -> datetime:
    """Return the time that a page names, in microseconds since 1970; the earliest one if it makes no sense."""
    try:
        return datetime.fromtimestamp(since / MICROSECONDS, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.min.replace(tzinfo=UTC)
