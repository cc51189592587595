"""Queries for rooms, and who may read them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from workspace.database.prepared import PreparedQuery
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, Subscription, User
from workspace.models.rooms import DEFAULT_CHANNEL_ID

LEAVE_PERMISSION: dict[str, str] = {RoomType.CHANNEL: "workspace.leave_c", RoomType.PRIVATE: "workspace.leave_p"}


def room_not_found() -> ApplicationError:
    """Return the error for a room that does not exist or that the caller may not read."""
    return ApplicationError(
        "error-room-not-found", 'The required "roomId" or "roomName" param provided does not match any room'
    )


def room_by_id_or_name(*, public_id: str = "", name: str = "") -> Room:
    """Return the room; raises `error-room-not-found` if there is none."""
    existing = Room.objects.filter(deleted_at=None)
    rooms = existing.filter(public_id=public_id) if public_id else existing.filter(name__lower=name.lower())
    room = rooms.first() if public_id or name else None
    if room is None:
        raise room_not_found()
    return room


def subscription_of(*, user: User, room: Room) -> Subscription | None:
    """Return the user's subscription to the room; None if they are not a member."""
    return membership_rows.first(user.pk, room.pk)


membership_rows: PreparedQuery[Subscription] = PreparedQuery(
    lambda user, room: Subscription.objects.filter(user=user, room=room), int, int
)


def can_read(*, user: User, room: Room) -> bool:
    """Return True if the user may read the room: as a member or, for channels, with the permission to view them."""
    return can_read_with(subscription_of(user=user, room=room), user=user, room=room)


def can_read_with(subscription: Subscription | None, *, user: User, room: Room) -> bool:
    """Return the same as :func:`can_read`, with the user's subscription to the room, if there is one."""
    if room.is_direct and not user.has_perm("workspace.view_d_room"):
        return False
    if subscription is not None:
        return True
    return room.type == RoomType.CHANNEL and user.has_perm("workspace.view_c_room")


def can_leave(*, user: User, room: Room) -> bool:
    """Return True if a member may leave the room. Direct rooms cannot be left."""
    return room.type in LEAVE_PERMISSION and user.has_perm(LEAVE_PERMISSION[room.type])


def needs_join_code(*, user: User, room: Room) -> bool:
    """Return True if the user must give a code to join the channel."""
    return bool(room.join_code_digest) and not user.has_perm("workspace.join_without_join_code")


def room_readable_by(*, user: User, public_id: str = "", name: str = "") -> Room:
    """Return the room; raises `error-room-not-found` also if the user may not read it."""
    room = room_by_id_or_name(public_id=public_id, name=name)
    if not can_read(user=user, room=room):
        raise room_not_found()
    return room


def room_title_for(*, room: Room, user: User) -> str:
    """Return the title of the room, as this user sees it. A direct room has the names of the other members."""
    if not room.is_direct:
        return f"#{room.name}"
    people = User.objects.filter(subscriptions__room=room).order_by("username")
    return ", ".join(person.display_name for person in people if person.pk != user.pk) or user.display_name


def rooms_owned_alone(user: User) -> QuerySet[Room]:
    """Return open channels and groups with other members, of which this user is the only active owner."""
    owners = Subscription.objects.filter(room=OuterRef("pk"), is_owner=True)
    others = owners.filter(user__is_active=True).exclude(user=user)
    rooms = Room.objects.filter(Exists(owners.filter(user=user)), ~Exists(others), members_count__gt=1)
    return rooms.filter(is_archived=False).order_by("pk")


def rooms_for_new_accounts() -> QuerySet[Room]:
    """Return the channels and groups that new accounts join."""
    is_default = Q(is_default=True) | Q(public_id=DEFAULT_CHANNEL_ID)
    return Room.objects.filter(is_default, is_archived=False, deleted_at=None).order_by("pk")
