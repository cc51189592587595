"""Rooms and their members, for lists in the API."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from workspace.errors import MissingPermissionError
from workspace.models import Room, RoomType, Status, Subscription, User
from workspace.permissions import ROOM_ROLES
from workspace.selectors.presence import shown_expression
from workspace.selectors.subscriptions import NEVER_SHOWN

STATUSES_ONLINE = [status for status in Status.values if status != Status.OFFLINE]
# The permission required to list rooms of each type, even those that the user has joined.
LIST_PERMISSION: dict[str, str] = {
    RoomType.CHANNEL: "workspace.view_joined_room",
    RoomType.DIRECT: "workspace.view_d_room",
}


def rooms_listed(user: User, type: RoomType) -> QuerySet[Room]:
    """Return the rooms of the type that the user is a member of, or all channels if they may view channels.

    Raises MissingPermissionError if they may not list any.
    """
    rooms = Room.objects.filter(type=type).select_related("creator")
    if type == RoomType.CHANNEL and user.has_perm("workspace.view_c_room"):
        return rooms
    if type in LIST_PERMISSION and not user.has_perm(LIST_PERMISSION[type]):
        raise MissingPermissionError()
    joined = Subscription.objects.filter(~NEVER_SHOWN, room=OuterRef("pk"), user=user)
    return rooms.filter(Exists(joined))


def rooms_joined(user: User, type: RoomType) -> QuerySet[Room]:
    """Return the rooms of the type that the user is in."""
    return Room.objects.filter(type=type, subscriptions__user=user).select_related("creator")


def members_listed(room: Room, *, at: datetime, words: str = "", statuses: Collection[str] = ()) -> QuerySet[Any, Any]:
    """Return the room's active members. The column `shown` is the status that others see at the time `at`.

    With `words`, only members whose username or name contains them; with `statuses`, only members with one of these.
    """
    members = User.objects.filter(subscriptions__room=room, is_active=True)
    if words:
        members = members.filter(Q(username__icontains=words) | Q(name__icontains=words))
    seen = members.annotate(shown=shown_expression(at, "presence__"))
    if statuses:
        seen = seen.filter(shown__in=statuses)
    rows: QuerySet[Any, Any] = seen.values("public_id", "username", "name", "updated_at", "shown")
    return rows


def members_online(room: Room, *, at: datetime) -> QuerySet[Any, Any]:
    """Return the room's active members that others see as not offline, by username."""
    return members_listed(room, at=at, statuses=STATUSES_ONLINE).order_by("username")


def members_by_role(
    room: Room, *, at: datetime, words: str = "", statuses: Collection[str] = (), descending: bool = False
) -> QuerySet[Any, Any]:
    """Return the room's active members like :func:`members_listed`, with their roles: owners first, then moderators."""
    own = FilteredRelation("subscriptions", condition=Q(subscriptions__room=room))
    roles = {f"is_{role}": F(f"membership__is_{role}") for role in ROOM_ROLES}
    members = members_listed(room, at=at, words=words, statuses=statuses).alias(membership=own).annotate(**roles)
    name = F("username__lower")
    rows: QuerySet[Any, Any] = members.order_by(
        "-is_owner", "-is_moderator", name.desc() if descending else name.asc(), "pk"
    )
    return rows
