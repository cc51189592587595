"""Saving who is in the rooms of a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from workspace.models import Room, Subscription, User
from workspace.models.history import rows_delete
from workspace.services.rooms import DIRECT_ROOM_MAX_PEOPLE
from workspace.signals import membership_ended, memberships_began

MAX_DIRECT_MEMBERS = DIRECT_ROOM_MAX_PEOPLE
BATCH = 1000


def memberships_save(
    *,
    rooms: Mapping[int, Room],
    before: Mapping[int, Set[int]],
    after: Mapping[int, Set[int]],
    at: datetime | None = None,
) -> None:
    """Add and remove members, given by key, of rooms that the caller has locked; `before` are the present ones.

    New members have joined at the time `at` (default: now), such as that of the first message.
    """
    joined_at = at or timezone.now()
    joined = {room: users - before.get(room, set()) for room, users in after.items()}
    left = {room: before.get(room, set()) - users for room, users in after.items()}
    Subscription.objects.bulk_create(
        [
            Subscription(room_id=room, user_id=user, joined_at=joined_at)
            for room in joined
            for user in sorted(joined[room])
        ],
        batch_size=BATCH,
    )
    for room, users in left.items():
        if users:
            rows_delete(rows=Subscription.objects.filter(room=room, user__in=users))
    rooms_by_change: dict[int, list[int]] = defaultdict(list)
    for room in after:
        if change := len(joined[room]) - len(left[room]):
            rooms_by_change[change].append(room)
    for change, keys in rooms_by_change.items():
        Room.objects.filter(pk__in=keys).update(members_count=F("members_count") + change)
        for room in keys:
            rooms[room].members_count += change
    announce(rooms, joined, left)


def announce(rooms: Mapping[int, Room], joined: Mapping[int, Set[int]], left: Mapping[int, Set[int]]) -> None:
    """Send the signals for new and former members."""
    for room, users in joined.items():
        if users:
            memberships_began.send(Subscription, room=rooms[room], users=frozenset(users))
    gone = User.objects.in_bulk({user for users in left.values() for user in users})
    for room, users in left.items():
        for user in users & gone.keys():
            membership_ended.send(Subscription, user=gone[user], room=rooms[room])
