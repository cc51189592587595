"""The rooms in the sidebar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workspace.addresses import room_path
from workspace.models import RoomType, Subscription, User
from workspace.pages.contributions import CounterChoice, contributions
from workspace.selectors.room_list import RoomEntry, entries_of, subscriptions_listed

ROOMS_SHOWN = 20
MAX_COUNT_SHOWN = 99
ICONS = {RoomType.CHANNEL.value: "tag", RoomType.PRIVATE.value: "lock", RoomType.DIRECT.value: "person"}


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room in a list, with the counters that the member wants to see; 0 hides a counter."""

    entry: RoomEntry
    choice: CounterChoice

    @property
    def public_id(self) -> str:
        return self.entry.subscription.room.public_id

    @property
    def title(self) -> str:
        return self.entry.title

    @property
    def icon(self) -> str:
        return ICONS[self.entry.subscription.room.type]

    @property
    def url(self) -> str:
        return room_path(self.entry.subscription.room)

    @property
    def has_unseen(self) -> bool:
        return self.entry.has_unseen and not self.choice.hides_unread

    @property
    def unread(self) -> int:
        return 0 if self.choice.hides_unread else self.entry.subscription.unread

    @property
    def mentions(self) -> int:
        return 0 if self.choice.hides_mentions else self.entry.mentions

    @property
    def unread_shown(self) -> str:
        return f"{MAX_COUNT_SHOWN}+" if self.unread > MAX_COUNT_SHOWN else str(self.unread)


@dataclass(frozen=True, slots=True)
class RoomLines:
    """The first rooms of the member, and whether there are more."""

    lines: list[RoomLine]
    has_more: bool


def lines_of(subscriptions: Iterable[Subscription], *, user: User) -> list[RoomLine]:
    """Return the user's subscriptions as list entries."""
    entries = entries_of(subscriptions, user=user)
    choices = contributions.counter_choices([entry.subscription.pk for entry in entries])
    return [RoomLine(entry, choices.get(entry.subscription.pk, CounterChoice())) for entry in entries]


def sidebar_room_lines(user: User) -> RoomLines:
    """Return the rooms for the user's sidebar."""
    subscriptions = list(subscriptions_listed(user)[: ROOMS_SHOWN + 1])
    return RoomLines(lines_of(subscriptions[:ROOMS_SHOWN], user=user), has_more=len(subscriptions) > ROOMS_SHOWN)
