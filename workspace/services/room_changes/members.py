"""Removing and muting members, and adding all accounts."""

from __future__ import annotations

from django.db import transaction

from workspace.errors import ApplicationError, MissingPermissionError, NotAllowedError
from workspace.models import Room, SystemMessage, User
from workspace.selectors.room_roles import may_in_room
from workspace.services.messages import system_message_post
from workspace.services.room_changes.memberships import membership_locked, membership_update
from workspace.services.rooms import member_remove, members_add

# More accounts must be added by an administrator, in several steps.
MAX_ACCOUNTS = 10_000


@transaction.atomic
def member_kick(*, kicker: User, room: Room, user: User) -> None:
    """Remove a member from a channel or private group.

    Raises `error-not-allowed` if the kicker may not, `error-user-not-in-room`, and `error-you-are-last-owner` for the
    room's last owner.
    """
    if room.is_direct or not may_in_room(user=kicker, room=room, permission="workspace.remove_user"):
        raise NotAllowedError()
    member_remove(user=user, room=room, keeps_owner=True, remover=kicker)


@transaction.atomic
def member_mute(*, muter: User, room: Room, user: User) -> None:
    """Let the member read, but not post. In a read-only room, withdraw the exception from :func:`member_unmute`.

    Raises `error-not-allowed`, `error-invalid-room-type` for a direct room and `error-user-not-in-room`.
    """
    mute_check(muter=muter, room=room)
    membership = membership_locked(room=room, user=user)
    if membership_update(
        subscription=membership, is_muted=membership.is_muted or not room.is_read_only, is_unmuted=False
    ):
        system_message_post(room=room, user=muter, type=SystemMessage.MUTED, text=user.username)


@transaction.atomic
def member_unmute(*, unmuter: User, room: Room, user: User) -> None:
    """Let the member post again. In a read-only room, the member may then post although others may not.

    Raises the errors of :func:`member_mute`.
    """
    mute_check(muter=unmuter, room=room)
    membership = membership_locked(room=room, user=user)
    if membership_update(subscription=membership, is_muted=False, is_unmuted=room.is_read_only):
        system_message_post(room=room, user=unmuter, type=SystemMessage.UNMUTED, text=user.username)


def mute_check(*, muter: User, room: Room) -> None:
    """Raise an error unless the user may mute members of the room."""
    if not may_in_room(user=muter, room=room, permission="workspace.mute_user"):
        raise NotAllowedError()
    if room.is_direct:
        raise ApplicationError("error-invalid-room-type", f"{room.type} is not a valid room type")


@transaction.atomic
def members_add_all(*, adder: User, room: Room, active_only: bool = False) -> int:
    """Add all accounts to the room, or all active ones; return the number of new members.

    Raises MissingPermissionError, `error-room-archived`, and `error-user-limit-exceeded` for more than 10,000 accounts.
    """
    if room.is_direct or not adder.has_perm("workspace.add_all_to_room"):
        raise MissingPermissionError()
    if room.is_archived:
        raise ApplicationError("error-room-archived", "The room is archived")
    users = User.objects.filter(is_active=True) if active_only else User.objects.all()
    if users.count() > MAX_ACCOUNTS:
        raise ApplicationError("error-user-limit-exceeded", "User Limit Exceeded")
    return members_add(room=room, users=users)
