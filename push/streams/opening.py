"""Prepares the start of streams for many pages at once, because all pages reconnect after a server restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from push.selectors.desktop import counters_of, missed_events, newest_event, page_events
from push.services.desktop import streams_hold
from push.streams.events import event, stream_start


@dataclass(frozen=True, slots=True)
class StreamStart:
    """The first bytes of a stream, and the keys of the events that they contain."""

    content: bytes
    received: frozenset[int]


def streams_begin(*, process: str, requests: Sequence[tuple[int, int | None]]) -> list[StreamStart]:
    """Record that the process has streams for these users, and return the start of each stream.

    Each request consists of a user's key and the key of the last event that the page received, or None for a new page.
    """
    users = {user for user, _after in requests}
    streams_hold(process=process, users=users)
    newest = newest_event()
    missed = missed_events({(user, after) for user, after in requests if after is not None})
    keys = {key for some in missed.values() for key in some}
    events_by_key = {item.key: item for item in page_events(keys, timezone.now())} if keys else {}
    unread = counters_of(users)
    starts = []
    for user, after in requests:
        own = missed[user, after] if after is not None else []
        shown = [events_by_key[key] for key in own if key in events_by_key]
        pieces = [event("notification", item.data, item.key) for item in shown if item.data is not None]
        pieces += [event("change", item.change, item.key) for item in shown if item.change is not None]
        pieces += [stream_start(max([newest, *own])), event("counters", {"unread": unread[user]})]
        starts.append(StreamStart(b"".join(pieces), frozenset(own)))
    return starts
