"""Reads live events from the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from workspace.models import LiveEvent
from workspace.stored_json import value_or

# At most this many rows are read at once.
MAX_EVENTS = 1000
# When reading begins, gaps between this many last keys are noticed.
LAST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A live event as it was written; rooms, users and messages are given by key."""

    key: int
    kind: str
    room: int | None
    user: int | None
    message: int | None
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def users(self) -> list[int]:
        """Return the keys of the users whom the row names: one, or a list."""
        if self.user is not None:
            return [self.user]
        return value_or(list[int], self.args.get("users", []), [], name="LiveEvent.args")

    @property
    def is_new(self) -> bool:
        """Return True for a new message, not a changed one."""
        return self.args.get("new") is True

    @property
    def room_id(self) -> str:
        """Return the public id of the room, if the row contains it."""
        return self.text("room")

    @property
    def members(self) -> list[tuple[int, str]]:
        """Return the ended memberships that the row names: the users' keys, and the subscriptions' public ids."""
        return value_or(list[tuple[int, str]], self.args.get("members", []), [], name="LiveEvent.args")

    def text(self, name: str) -> str:
        """Return a text among the details; an empty one if it is missing."""
        return value_or(str, self.args.get(name, ""), "", name="LiveEvent.args")

    def values(self, name: str) -> list[Any]:
        """Return a list of any values among the details; an empty one if it is missing."""
        return value_or(list[Any], self.args.get(name, []), [], name="LiveEvent.args")

    def texts(self, name: str) -> list[str]:
        """Return a list of texts among the details; an empty one if it is missing."""
        return value_or(list[str], self.args.get(name, []), [], name="LiveEvent.args")


def read_rows(newest: int, missing: Collection[int]) -> list[Row]:
    """Return the next rows after the newest key, and the missing ones that exist by now, in order."""
    wanted = Q(pk__gt=newest)
    if missing:
        wanted |= Q(pk__in=missing)
    rows = LiveEvent.objects.filter(wanted).order_by("pk")
    columns = rows.values_list("pk", "kind", "room_key", "user_key", "message_key", "args")
    return [
        Row(key, kind, room, user, message, details(args))
        for key, kind, room, user, message, args in columns[:MAX_EVENTS]
    ]


def details(stored: object) -> dict[str, Any]:
    """Return the details of a row; empty if there are none, or if another version stored something unreadable."""
    return value_or(dict[str, Any], {} if stored is None else stored, {}, name="LiveEvent.args")


def last_keys() -> Sequence[int]:
    """Return the keys of the last rows."""
    return list(LiveEvent.objects.order_by("-pk").values_list("pk", flat=True)[:LAST_KEYS])
