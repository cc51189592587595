"""What a stream begins with, read for many pages at once: after a restart of the server all of them reconnect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from push.selectors.desktop import counters_of, missed_events, newest_event, page_events
from push.services.desktop import streams_hold
from push.streams.events import beginning, event


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first bytes of a stream, and the keys of the events that they contain."""

    content: bytes
    received: frozenset[int]


def streams_begin(*, process: str, asked: Sequence[tuple[int, int | None]]) -> list[Beginning]:
    """Note that the process holds streams to these users, and return how each stream begins.

    Each is asked for by a user's key and the key of the last event that the page received, None for a new page.
    """
    users = {user for user, _after in asked}
    streams_hold(process=process, users=users)
    newest = newest_event()
    missed = missed_events({(user, after) for user, after in asked if after is not None})
    keys = {key for some in missed.values() for key in some}
    events_by_key = {item.key: item for item in page_events(keys, timezone.now())} if keys else {}
    unread = counters_of(users)
    begun = []
    for user, after in asked:
        own = missed[user, after] if after is not None else []
        shown = [events_by_key[key] for key in own if key in events_by_key]
        pieces = [event("notification", item.data, item.key) for item in shown if item.data is not None]
        pieces += [event("change", item.change, item.key) for item in shown if item.change is not None]
        pieces += [beginning(max([newest, *own])), event("counters", {"unread": unread[user]})]
        begun.append(Beginning(b"".join(pieces), frozenset(own)))
    return begun
