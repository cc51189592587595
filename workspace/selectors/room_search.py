"""Finding rooms and people by a part of their name, for the directory and completions in clients."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, Subscription, User

NAMED = (RoomType.CHANNEL, RoomType.PRIVATE)


def rooms_administered(user: User, *, words: str = "", types: Collection[str] = ()) -> QuerySet[Room]:
    """Return all rooms, or those of some types, whose name or (in direct rooms) member names contain the words.

    Raises `error-not-authorized` unless the user administers rooms.
    """
    if not may_administer_rooms(user):
        raise ApplicationError("error-not-authorized", "error-not-authorized")
    rooms = Room.objects.filter(deleted_at=None).select_related("creator")
    if types:
        rooms = rooms.filter(type__in=types)
    if words:
        members = Subscription.objects.filter(room=OuterRef("pk"), user__username__icontains=words)
        rooms = rooms.filter(Q(name__icontains=words) | Q(Exists(members), type=RoomType.DIRECT))
    return rooms


def may_administer_rooms(user: User) -> bool:
    """Return True if the user may list all rooms."""
    return user.has_perm("workspace.view_room_administration")


def own_rooms_beginning(user: User, name: str) -> QuerySet[Room]:
    """Return the channels and groups that the user is in and whose names begin with this."""
    own = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    return Room.objects.filter(Exists(own), type__in=NAMED, name__istartswith=name)


def owned_rooms_beginning(user: User, name: str) -> QuerySet[Room]:
    """Return the channels and groups that the user owns and whose names begin with this."""
    owned = Subscription.objects.filter(room=OuterRef("pk"), user=user, is_owner=True)
    return Room.objects.filter(Exists(owned), type__in=NAMED, name__istartswith=name)


def may_find_people(user: User) -> bool:
    """Return True if the user may find accounts that are in no room with them."""
    return user.has_perm("workspace.view_outside_room") and user.has_perm("workspace.view_d_room")
