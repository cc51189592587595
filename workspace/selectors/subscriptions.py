"""What has changed of a user's subscriptions and rooms since a moment, and what is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from workspace.models import FormerRow, Room, RoomType, Subscription, User


@dataclass(frozen=True, slots=True)
class OtherMembers:
    """The other people of a direct room, by their usernames and by the names that people read."""

    usernames: str
    names: str


def subscriptions_changed(user: User, since: datetime | None) -> QuerySet[Subscription]:
    """Return the user's subscriptions of which something has changed after the moment, be it in the room; all without.

    A direct room is called by the people in it, so their renaming changes it.
    """
    mine = Subscription.objects.filter(user=user).order_by("pk")
    if since is None:
        return mine
    renamed = Subscription.objects.filter(room=OuterRef("room"), user__updated_at__gt=since).exclude(user=user)
    return mine.filter(
        Q(updated_at__gt=since)
        | Q(room__updated_at__gt=since)
        | Q(room__last_message_at__gt=since)
        | (Q(room__type=RoomType.DIRECT) & Exists(renamed))
    )


def subscriptions_ended(user: User, since: datetime) -> list[FormerRow]:
    """Return the user's subscriptions that ended after the moment, as they were; known for the retention time."""
    kind = Subscription._meta.label_lower
    noted = FormerRow.objects.filter(user=user, kind=kind, at__gt=since, values__has_key="public_id")
    left = {row.key: row for row in noted.order_by("at", "pk")}
    here = set(Subscription.objects.filter(pk__in=left).values_list("pk", flat=True))
    return [row for key, row in left.items() if key not in here]


def rooms_left(user: User, since: datetime) -> dict[str, datetime]:
    """Return the public ids of rooms that the user is not in any more since after the moment, with when that was."""
    left = {row.values["room_id"]: row.at for row in subscriptions_ended(user, since)}
    again = set(Subscription.objects.filter(user=user, room__in=left).values_list("room", flat=True))
    rooms = Room.objects.filter(pk__in=left.keys() - again)
    return {public_id: left[key] for key, public_id in rooms.values_list("pk", "public_id")}


def rooms_changed(user: User, since: datetime | None) -> QuerySet[Room]:
    """Return the user's rooms that have changed after the moment, or that the user has joined since; all without."""
    joined = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    mine = Room.objects.filter(Exists(joined)).select_related("creator").order_by("pk")
    if since is None:
        return mine
    lately = joined.filter(joined_at__gt=since)
    return mine.filter(Q(updated_at__gt=since) | Q(last_message_at__gt=since) | Exists(lately))


def other_members_of(user: User, rooms: Iterable[Room]) -> dict[int, OtherMembers]:
    """Return the other people of the direct ones among the rooms, by room; oneself in a room of one's own."""
    direct = [room.pk for room in rooms if room.is_direct]
    members = Subscription.objects.filter(room__in=direct).select_related("user").order_by("user__username")
    people: defaultdict[int, list[User]] = defaultdict(list)
    for member in members if direct else ():
        people[member.room_id].append(member.user)
    return {key: other_members(user, found) for key, found in people.items()}


def other_members(user: User, people: list[User]) -> OtherMembers:
    """Return how a direct room of these people is called to the user."""
    others = [person for person in people if person.pk != user.pk] or people
    return OtherMembers(
        ",".join(person.username for person in others), ", ".join(person.display_name for person in others)
    )
