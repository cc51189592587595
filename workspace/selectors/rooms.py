"""Reading rooms and who may see them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, Subscription, User

LEAVE_PERMISSION: dict[str, str] = {RoomType.CHANNEL: "workspace.leave_c", RoomType.PRIVATE: "workspace.leave_p"}


def room_not_found() -> ApplicationError:
    """Return the error of a room that there is not, or that the asker may not know of."""
    return ApplicationError(
        "error-room-not-found", 'The required "roomId" or "roomName" param provided does not match any room'
    )


def room_by_id_or_name(*, public_id: str = "", name: str = "") -> Room:
    """Return the room; raises `error-room-not-found` when there is none."""
    rooms = Room.objects.filter(public_id=public_id) if public_id else Room.objects.filter(name__lower=name.lower())
    room = rooms.first() if public_id or name else None
    if room is None:
        raise room_not_found()
    return room


def subscription_of(*, user: User, room: Room) -> Subscription | None:
    """Return the member's subscription, if they are a member."""
    return Subscription.objects.filter(user=user, room=room).first()


def can_read(*, user: User, room: Room) -> bool:
    """Return whether the user may read the room: its members, and for channels whoever may view channels."""
    if room.is_direct and not user.has_perm("workspace.view_d_room"):
        return False
    if Subscription.objects.filter(user=user, room=room).exists():
        return True
    return room.type == RoomType.CHANNEL and user.has_perm("workspace.view_c_room")


def can_leave(*, user: User, room: Room) -> bool:
    """Return whether a member may leave the room by their own wish; nobody leaves a direct room."""
    return room.type in LEAVE_PERMISSION and user.has_perm(LEAVE_PERMISSION[room.type])


def room_readable_by(*, user: User, public_id: str = "", name: str = "") -> Room:
    """Return the room when the user may read it; one that they may not is as unknown to them as none."""
    room = room_by_id_or_name(public_id=public_id, name=name)
    if not can_read(user=user, room=room):
        raise room_not_found()
    return room


def room_title_for(*, room: Room, user: User) -> str:
    """Return how the room is called to the user; a direct room is called by the other people in it."""
    if not room.is_direct:
        return f"#{room.name}"
    people = User.objects.filter(subscriptions__room=room).order_by("username")
    return ", ".join(person.display_name for person in people if person.pk != user.pk) or user.display_name


def rooms_owned_alone(user: User) -> QuerySet[Room]:
    """Return the open channels and groups that others are in and of which no other active account is an owner."""
    owners = Subscription.objects.filter(room=OuterRef("pk"), is_owner=True)
    others = owners.filter(user__is_active=True).exclude(user=user)
    rooms = Room.objects.filter(Exists(owners.filter(user=user)), ~Exists(others), members_count__gt=1)
    return rooms.filter(is_archived=False).order_by("pk")
