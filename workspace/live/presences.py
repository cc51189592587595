"""Presence events: `user-status` for everyone, and `stream-user-presence` for the users that a client asks for.

Reports of clients are published as rows. That a user becomes away or offline because nothing was reported is not
written anywhere (docs/presence.md), so each process reads the presence again at the time when it may change.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.live.deliveries import Delivery
from workspace.live.index import discard
from workspace.live.listeners import Frame, Listener, Payload
from workspace.live.reading import Row
from workspace.live.streams import NOTIFY_LOGGED, USER_PRESENCE, USER_STATUS
from workspace.models import Connection, LiveKind, Status, User
from workspace.models.presence import VISIBLE_COLUMNS
from workspace.selectors.presence import visible_presence, visible_users

CODES: dict[str, int] = {Connection.OFFLINE: 0, Connection.ONLINE: 1, Connection.AWAY: 2, Status.BUSY: 3}
# How many users an account may watch over all its clients of a process.
MAX_WATCHED = 10_000


class TooManyWatchedError(ApplicationError):
    """The account's clients together watch as many users as are allowed."""

    def __init__(self) -> None:
        super().__init__("error-too-many-subscriptions", f"You may watch at most {MAX_WATCHED} users", status=429)


@dataclass(frozen=True, slots=True)
class Seen:
    """What others see of a user's presence, and when that may change without a report."""

    user_id: str
    username: str
    shown: str
    text: str
    changes_at: datetime | None

    def looks_like(self, other: Seen | None) -> bool:
        """Return True if others see the same; without a row, they see a user who is offline."""
        before = (other.shown, other.text) if other else (Connection.OFFLINE, "")
        return (self.shown, self.text) == before


def read_presences(users: Q, at: datetime) -> dict[int, Seen]:
    """Return what others see of the presence of these active users, by key."""
    columns = [f"presence__{name}" for name in VISIBLE_COLUMNS]
    rows = User.objects.filter(users, is_active=True).values_list("pk", "public_id", "username", *columns)
    return {
        key: seen_of(user_id, username, dict(zip(VISIBLE_COLUMNS, values, strict=True)), at)
        for key, user_id, username, *values in rows
    }


def seen_of(user_id: str, username: str, columns: Mapping[str, Any], at: datetime) -> Seen:
    """Return what others see of a user, from the columns of the presence; a status of None means that there is none."""
    shown, text = visible_presence(columns if columns["status"] is not None else None, at)
    times = (columns["status_expires_at"], columns["connected_until"], columns["away_at"])
    return Seen(user_id, username, shown, text, min((time for time in times if time and time > at), default=None))


def existing_users(ids: Collection[str]) -> set[str]:
    """Return those of the public ids that belong to accounts, including deactivated ones."""
    return set(User.objects.filter(public_id__in=ids).values_list("public_id", flat=True))


def read_everyone(at: datetime) -> dict[int, Seen]:
    """Return the presence of all users who are not offline."""
    return read_presences(Q(pk__in=visible_users(at=at).values("pk")), at)


class Presences:
    """The presence of the users that the listeners of a fan-out watch."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Listener]] = defaultdict(set)
        self._watched_by: dict[Listener, set[str]] = {}
        # How many users the clients of each account watch together.
        self._counts: Counter[int | None] = Counter()
        self._seen: dict[int, Seen] = {}
        self._times: list[tuple[datetime, int]] = []
        self.is_for_everyone = False

    def is_watched(self, user: str) -> bool:
        """Return True if anyone watches the user with this public id."""
        return user in self._watchers

    def watched_by(self, listener: Listener) -> list[str]:
        """Return the public ids of the users that the listener watches."""
        return sorted(self._watched_by.get(listener, ()))

    def watch(self, listener: Listener, added: Iterable[str], removed: Iterable[str]) -> set[str]:
        """Change which users a listener watches, by public id; return those that nobody has watched before.

        Raises TooManyWatchedError if the clients of the account would watch too many users.
        """
        for user in removed:
            self._forget(listener, user)
        new = set(added) - self._watched_by.get(listener, set())
        if self._counts[listener.user_id] + len(new) > MAX_WATCHED:
            raise TooManyWatchedError()
        unknown = {user for user in new if user not in self._watchers}
        if new:
            self._counts[listener.user_id] += len(new)
            self._watched_by.setdefault(listener, set()).update(new)
        for user in new:
            self._watchers[user].add(listener)
        return unknown

    def close(self, listener: Listener) -> None:
        """Forget a listener."""
        for user in self.watched_by(listener):
            self._forget(listener, user)

    def _forget(self, listener: Listener, user: str) -> None:
        own = self._watched_by.get(listener, set())
        if user not in own:
            return
        own.discard(user)
        discard(self._watchers, user, listener)
        if not own:
            del self._watched_by[listener]
        self._counts[listener.user_id] -= 1
        if not self._counts[listener.user_id]:
            del self._counts[listener.user_id]

    def watchers_of(self, user: str) -> list[Listener]:
        """Return the listeners that watch the user with this public id."""
        return list(self._watchers.get(user, ()))

    def is_used(self) -> bool:
        """Return True if anyone hears of presences."""
        return self.is_for_everyone or bool(self._watchers)

    def reset(self) -> None:
        """Forget all presences, when nobody hears of them any more."""
        self._seen.clear()
        self._times.clear()
        self.is_for_everyone = False

    def note(self, presences: Mapping[int, Seen]) -> list[Seen]:
        """Record presences that were just read, and return those that others now see differently."""
        changed = [seen for key, seen in presences.items() if not seen.looks_like(self._seen.get(key))]
        for key, seen in presences.items():
            if self.is_for_everyone or seen.user_id in self._watchers:
                self._seen[key] = seen
                if seen.changes_at is not None:
                    heapq.heappush(self._times, (seen.changes_at, key))
            else:
                self._seen.pop(key, None)
        return changed

    def due(self, at: datetime) -> list[int]:
        """Return the keys of the users whose presence may have changed by now without a report."""
        keys = set()
        while self._times and self._times[0][0] <= at:
            time, key = heapq.heappop(self._times)
            # A later report has replaced earlier times.
            if (seen := self._seen.get(key)) and seen.changes_at == time:
                keys.add(key)
        return sorted(keys)

    def next_time(self) -> datetime | None:
        """Return when the next presence may change without a report."""
        return self._times[0][0] if self._times else None

    def condition_for(self, users: Collection[int] | None) -> Q:
        """Return the condition for those of the users (None: all) whose presence anyone hears of."""
        condition = Q() if users is None else Q(pk__in=users)
        if not self.is_for_everyone:
            condition &= Q(public_id__in=list(self._watchers))
        elif users is None:
            condition &= Q(pk__in=list(self._seen)) | Q(presence__connected_until__gt=timezone.now())
        return condition


def reported_users(rows: Sequence[Row]) -> tuple[bool, set[int]]:
    """Return whether everyone's presence may have changed, and the users whose presence has, by key."""
    reports = [row for row in rows if row.kind == LiveKind.PRESENCE]
    users = {user for row in reports for user in row.users}
    return any(not row.users for row in reports), users


def status_delivery(seen: Seen) -> Delivery:
    """Return the presence for everyone who is signed in."""
    args = [[seen.user_id, seen.username, CODES.get(seen.shown, 0), seen.text]]
    return Delivery(Frame(NOTIFY_LOGGED, USER_STATUS, Payload(args)))


def presence_frame(seen: Seen) -> Frame:
    """Return the presence for those who watch the user."""
    args = [[seen.username, CODES.get(seen.shown, 0), seen.text]]
    return Frame(USER_PRESENCE, seen.user_id, Payload(args), user_id=seen.user_id)
