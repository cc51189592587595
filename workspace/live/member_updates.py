"""Changed rooms and subscriptions, for the members who are connected: `rooms-changed` and `subscriptions-changed`.

A message in a room changes the subscriptions of all members. Its row names only the room; each process finds the
members who listen to it. Changes that arrive while earlier ones are delivered are delivered together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from workspace.api.contributions import contributions
from workspace.api.rooms.objects import rooms_of
from workspace.live.deliveries import Delivery, present
from workspace.live.index import Interest
from workspace.live.listeners import Frame, Payload
from workspace.live.reading import Row
from workspace.live.streams import NOTIFY_USER, ROOMS_CHANGED, SUBSCRIPTIONS_CHANGED
from workspace.models import LiveKind, Room, Subscription
from workspace.selectors.subscriptions import NEVER_SHOWN

UPDATED, INSERTED, REMOVED = "updated", "inserted", "removed"
# A user's key and a room's key.
UserAndRoom = tuple[int, int]


@dataclass(slots=True)
class MemberChanges:
    """What has changed, by key: rooms, all subscriptions of rooms or users, single subscriptions, and new ones."""

    rooms: set[int] = field(default_factory=set)
    members_of: set[int] = field(default_factory=set)
    subscriptions_of: set[int] = field(default_factory=set)
    subscriptions: set[UserAndRoom] = field(default_factory=set)
    inserted: set[UserAndRoom] = field(default_factory=set)

    def __bool__(self) -> bool:
        return any((self.rooms, self.members_of, self.subscriptions_of, self.subscriptions, self.inserted))

    def add(self, row: Row) -> None:
        """Add what a row has changed."""
        room = row.room
        if room is None:
            if row.kind == LiveKind.SUBSCRIPTIONS:
                self.subscriptions_of.update(row.users)
            return
        if row.kind in (LiveKind.ROOM, LiveKind.MESSAGE_DELETED) or (row.kind == LiveKind.MESSAGE and row.is_new):
            self.rooms.add(room)
            self.members_of.add(room)
        elif row.kind == LiveKind.SUBSCRIPTIONS:
            if users := row.users:
                self.subscriptions.update((user, room) for user in users)
            else:
                self.members_of.add(room)
        elif row.kind == LiveKind.MEMBERS_ADDED:
            self.rooms.add(room)
            self.inserted.update((user, room) for user in row.users)
        elif row.kind == LiveKind.MEMBERS_REMOVED:
            self.rooms.add(room)

    @property
    def pairs(self) -> set[UserAndRoom]:
        return self.subscriptions | self.inserted


@dataclass(frozen=True, slots=True)
class Target:
    """A membership of a connected user, given by keys. `user_id` is the user's public id."""

    subscription: int
    room: int
    user: int
    user_id: str
    action: str
    hears_room: bool
    hears_subscription: bool


def removed_deliveries(rows: Iterable[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield the ends of memberships, for the former members."""
    subscribers, room_listeners = interest.own_of(SUBSCRIPTIONS_CHANGED), interest.own_of(ROOMS_CHANGED)
    for row in rows:
        if row.kind != LiveKind.MEMBERS_REMOVED:
            continue
        for user, subscription_id in row.members:
            if user_id := subscribers.get(user):
                ended = {"_id": subscription_id, "rid": row.room_id, "u": {"_id": user_id}}
                yield Delivery(Frame(NOTIFY_USER, f"{user_id}/{SUBSCRIPTIONS_CHANGED}", Payload([REMOVED, ended])))
            if user_id := room_listeners.get(user):
                event = f"{user_id}/{ROOMS_CHANGED}"
                yield Delivery(Frame(NOTIFY_USER, event, Payload([REMOVED, {"_id": row.room_id}])))


def find_targets(changes: MemberChanges, interest: Interest) -> list[Target]:
    """Return the memberships that have changed, of users who hear of it, with one query."""
    subscribers, room_listeners = interest.own_of(SUBSCRIPTIONS_CHANGED), interest.own_of(ROOMS_CHANGED)
    hearing = subscribers | room_listeners
    if not hearing:
        return []
    pairs = {pair for pair in changes.pairs if pair[0] in hearing}
    wanted = Q(room__in=changes.rooms | changes.members_of) | Q(user__in=changes.subscriptions_of & hearing.keys())
    wanted |= Q(user__in={user for user, _room in pairs}, room__in={room for _user, room in pairs})
    listed = Subscription.objects.filter(wanted, ~NEVER_SHOWN, user__in=hearing)
    rows = listed.order_by("pk").values_list("pk", "user_id", "room_id")
    targets = []
    for key, user, room in rows:
        is_new = (user, room) in changes.inserted
        subscription_changed = (user, room) in pairs or room in changes.members_of or user in changes.subscriptions_of
        hears_room = user in room_listeners and (is_new or room in changes.rooms)
        hears_subscription = user in subscribers and subscription_changed
        if hears_room or hears_subscription:
            action = INSERTED if is_new else UPDATED
            targets.append(Target(key, room, user, hearing[user], action, hears_room, hears_subscription))
    return targets


def room_deliveries(targets: Iterable[Target]) -> list[Delivery]:
    """Return the changed rooms for those who hear of them. Each room is read and encoded once."""
    targets = [target for target in targets if target.hears_room]
    rooms = Room.objects.filter(pk__in={target.room for target in targets}).select_related("creator").order_by("pk")
    described = {room.pk: present(values) for room, values in described_rooms(rooms)} if targets else {}
    payloads = {
        (room, action): Payload([action, described[room]])
        for room, action in {(target.room, target.action) for target in targets}
        if room in described
    }
    return [
        Delivery(Frame(NOTIFY_USER, f"{target.user_id}/{ROOMS_CHANGED}", payload))
        for target in targets
        if (payload := payloads.get((target.room, target.action)))
    ]


def described_rooms(rooms: Iterable[Room]) -> Iterable[tuple[Room, dict[str, Any]]]:
    """Return the rooms, each with its API object."""
    rooms = list(rooms)
    return zip(rooms, rooms_of(rooms), strict=True)


def subscription_deliveries(targets: Collection[Target]) -> list[Delivery]:
    """Return the changed subscriptions for their users."""
    keys = [target.subscription for target in targets]
    described = contributions.subscriptions(Subscription.objects.filter(pk__in=keys))
    return [
        Delivery(
            Frame(
                NOTIFY_USER,
                f"{target.user_id}/{SUBSCRIPTIONS_CHANGED}",
                Payload([target.action, present(described[target.subscription])]),
            )
        )
        for target in targets
        if target.subscription in described
    ]


def split(targets: Sequence[Target], size: int) -> Iterable[Sequence[Target]]:
    """Yield the targets whose subscription is heard, in parts."""
    heard = [target for target in targets if target.hears_subscription]
    return (heard[start : start + size] for start in range(0, len(heard), size))
