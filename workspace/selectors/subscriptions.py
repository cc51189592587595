"""Changes to a user's subscriptions and rooms since a given time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from workspace.models import FormerRow, Room, RoomType, Subscription, User

# The direct room with oneself that a test push needs. No list contains it until its member opens it or writes there.
NEVER_SHOWN = Q(
    is_open=False, last_seen_at=None, room__type=RoomType.DIRECT, room__members_count=1, room__last_message_at=None
)


@dataclass(frozen=True, slots=True)
class OtherMembers:
    """The other members of a direct room: their usernames and display names."""

    usernames: str
    names: str


def subscriptions_changed(user: User | int, since: datetime | None) -> QuerySet[Subscription]:
    """Return the user's subscriptions that have changed since, including changes to the room; all if `since` is None.

    The title of a direct room contains the names of its members, so renaming a member changes it.
    """
    own = Subscription.objects.filter(~NEVER_SHOWN, user=user).order_by("pk")
    if since is None:
        return own
    renamed = Subscription.objects.filter(room=OuterRef("room"), user__updated_at__gt=since).exclude(user=user)
    return own.filter(
        Q(updated_at__gt=since)
        | Q(room__updated_at__gt=since)
        | Q(room__last_message_at__gt=since)
        | (Q(room__type=RoomType.DIRECT) & Exists(renamed))
    )


def subscriptions_ended(user: User, since: datetime) -> list[FormerRow]:
    """Return the user's subscriptions that have ended since, with their last values, within the retention time."""
    kind = Subscription._meta.label_lower
    former_rows = FormerRow.objects.filter(user=user, kind=kind, at__gt=since, values__has_key="public_id")
    last_rows = {row.key: row for row in former_rows.order_by("at", "pk")}
    existing = set(Subscription.objects.filter(pk__in=last_rows).values_list("pk", flat=True))
    return [row for key, row in last_rows.items() if key not in existing]


def rooms_left(user: User, since: datetime) -> dict[str, datetime]:
    """Return the public ids of rooms that the user has left since, and when."""
    left_at = {row.values["room_id"]: row.at for row in subscriptions_ended(user, since)}
    rejoined = set(Subscription.objects.filter(user=user, room__in=left_at).values_list("room", flat=True))
    rooms = Room.objects.filter(pk__in=left_at.keys() - rejoined)
    return {public_id: left_at[key] for key, public_id in rooms.values_list("pk", "public_id")}


def rooms_changed(user: User | int, since: datetime | None) -> QuerySet[Room]:
    """Return the user's rooms that have changed since, or that the user has joined since; all if `since` is None."""
    joined = Subscription.objects.filter(~NEVER_SHOWN, room=OuterRef("pk"), user=user)
    rooms = Room.objects.filter(Exists(joined)).select_related("creator").order_by("pk")
    if since is None:
        return rooms
    recent = joined.filter(joined_at__gt=since)
    return rooms.filter(Q(updated_at__gt=since) | Q(last_message_at__gt=since) | Exists(recent))


def other_members_of(user: User, rooms: Iterable[Room]) -> dict[int, OtherMembers]:
    """Return the other members of the direct rooms, by room; the user themselves in a room with nobody else."""
    direct = {room.pk for room in rooms if room.is_direct}
    return {key: other_members(user, members) for key, members in direct_members(direct).items()}


class DirectMember(NamedTuple):
    """A member of a direct room: the key of the account, its username and its display name."""

    key: int
    username: str
    display_name: str


def direct_members(rooms: Collection[int]) -> dict[int, list[DirectMember]]:
    """Return the members of these direct rooms (given by key), by room key."""
    members = Subscription.objects.filter(room__in=rooms).order_by("user__username")
    people: defaultdict[int, list[DirectMember]] = defaultdict(list)
    columns = ("room_id", "user_id", "user__username", "user__name")
    for room, key, username, name in members.values_list(*columns) if rooms else ():
        people[room].append(DirectMember(key, username, name or username))
    return dict(people)


def other_members(user: User, people: list[DirectMember]) -> OtherMembers:
    """Return the names of a direct room for this user."""
    others = [person for person in people if person.key != user.pk] or people
    return OtherMembers(
        ",".join(person.username for person in others), ", ".join(person.display_name for person in others)
    )
