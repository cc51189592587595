"""Keeps track of the presence of users that listeners hear of, and delivers changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.live.deliveries import Delivery
from workspace.live.index import Entry, Index
from workspace.live.listeners import Listener
from workspace.live.presences import (
    Presences,
    existing_users,
    presence_frame,
    read_everyone,
    read_presences,
    reported_users,
    status_delivery,
)
from workspace.live.reading import Row
from workspace.live.running import Run
from workspace.live.streams import NOTIFY_LOGGED, USER_STATUS, is_name

# Presences that change within this time are read together.
TOGETHER = timedelta(seconds=1)


class PresenceWatch:
    """The presence events of a fan-out."""

    def __init__(self, run: Run, index: Index, deliver: Callable[[Iterable[Delivery]], None]) -> None:
        self._run = run
        self._index = index
        self._deliver = deliver
        self._presences = Presences()

    async def watch(self, entry: Entry, options: object) -> None:
        """Change which users a listener watches. Ids without an account are ignored.

        Raises `invalid-params` for malformed options, and TooManyWatchedError.
        """
        added, removed = watch_options(entry.event, options)
        asked = {user for user in added if not self._presences.is_watched(user)}
        missing = asked - await self._run(existing_users, asked) if asked else set()
        if self._index.find(entry.listener, entry.topic) is None:
            # The subscription has ended meanwhile.
            return
        unknown = self._presences.watch(entry.listener, [user for user in added if user not in missing], removed)
        if unknown:
            self._presences.note(await self._run(read_presences, Q(public_id__in=unknown), timezone.now()))

    def watched_by(self, listener: Listener) -> list[str]:
        """Return the public ids of the users that the listener watches."""
        return self._presences.watched_by(listener)

    def unwatch(self, entry: Entry) -> None:
        """The listener has ended a subscription: to one user's presence, or to all that it watched."""
        if entry.event:
            self._presences.watch(entry.listener, (), [entry.event])
        elif self._index.find(entry.listener, entry.topic) is None:
            self._presences.close(entry.listener)

    async def begin(self) -> None:
        """Read everyone's presence, if somebody hears of it and it is not known yet."""
        if not self._presences.is_for_everyone and self._index.interest().hears(NOTIFY_LOGGED, USER_STATUS):
            self._presences.is_for_everyone = True
            self._presences.note(await self._run(read_everyone, timezone.now()))

    async def handle(self, rows: Sequence[Row]) -> None:
        """Deliver the presences that were reported."""
        everyone, users = reported_users(rows)
        if users or everyone:
            await self._update(None if everyone else users)

    async def tick(self) -> None:
        """Deliver the presences that have changed by timeout."""
        due = self._presences.due(timezone.now())
        if due:
            await self._update(due)

    def seconds_to_wait(self, longest: float) -> float:
        """Return for how long nothing has to be done, at most `longest` seconds."""
        at = self._presences.next_time()
        if at is None:
            return longest
        return min(max((at - timezone.now()).total_seconds(), TOGETHER.total_seconds()), longest)

    async def _update(self, users: Collection[int] | None) -> None:
        self._presences.is_for_everyone &= self._index.interest().hears(NOTIFY_LOGGED, USER_STATUS)
        if not self._presences.is_used():
            self._presences.reset()
            return
        condition = self._presences.condition_for(users)
        changed = self._presences.note(await self._run(read_presences, condition, timezone.now()))
        if self._presences.is_for_everyone:
            self._deliver([status_delivery(seen) for seen in changed])
        for seen in changed:
            frame = presence_frame(seen)
            for listener in self._presences.watchers_of(seen.user_id):
                listener.deliver(frame)

    def close(self, listener: Listener) -> None:
        """Forget a listener that has ended."""
        self._presences.close(listener)


def watch_options(event: str, options: object) -> tuple[list[str], list[str]]:
    """Return which users to watch and which not to watch any more, by public id; raises `invalid-params`."""
    if event:
        return [event], []
    given: Mapping[str, Any] = options if isinstance(options, Mapping) else {}
    lists = [given.get(name) or [] for name in ("added", "removed")]
    for ids in lists:
        if not isinstance(ids, list) or not all(isinstance(one, str) and is_name(one) for one in ids):
            raise ApplicationError("invalid-params", "The ids of users must be lists of texts")
    return lists[0], lists[1]
