"""Giving members roles in a room, and withdrawing them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Room, SystemMessage, User
from workspace.permissions import LEADER, MODERATOR, OWNER
from workspace.selectors.room_roles import may_in_room
from workspace.services.messages import system_message_post
from workspace.services.room_changes.memberships import membership_locked, membership_update


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRole:
    """A role in rooms: its column in memberships, the permission to give it, and its name with an article."""

    column: str
    permission: str
    words: str


ROLES = {
    OWNER: RoomRole(column="is_owner", permission="workspace.set_owner", words="an owner"),
    MODERATOR: RoomRole(column="is_moderator", permission="workspace.set_moderator", words="a moderator"),
    LEADER: RoomRole(column="is_leader", permission="workspace.set_leader", words="a leader"),
}


@transaction.atomic
def room_role_give(*, giver: User, room: Room, user: User, role: str) -> None:
    """Give the member a role in the room: `owner`, `moderator` or `leader`.

    Raises `error-not-allowed` if the giver may not, `error-user-not-in-room`, and, for an owner,
    `error-user-already-owner`, or the same with the other role.
    """
    role_check(giver=giver, room=room, role=role)
    membership = membership_locked(room=room, user=user)
    if not membership_update(subscription=membership, **{ROLES[role].column: True}):
        raise ApplicationError(f"error-user-already-{role}", f"User is already {ROLES[role].words}")
    system_message_post(room=room, user=giver, type=SystemMessage.ROLE_ADDED, text=user.username, role=role)


@transaction.atomic
def room_role_withdraw(*, withdrawer: User, room: Room, user: User, role: str) -> None:
    """Withdraw a role in the room from the member.

    Raises `error-not-allowed`, `error-user-not-in-room`, `error-user-not-owner` (or the same with the other role), and
    `error-remove-last-owner` if the room would have no owner.
    """
    role_check(giver=withdrawer, room=room, role=role)
    membership = membership_locked(room=room, user=user)
    if not getattr(membership, ROLES[role].column):
        raise ApplicationError(f"error-user-not-{role}", f"User is not {ROLES[role].words}")
    if role == OWNER and not room.subscriptions.filter(is_owner=True).exclude(user=user).exists():
        raise ApplicationError(
            "error-remove-last-owner", "This is the last owner. Please set a new owner before removing this one."
        )
    membership_update(subscription=membership, **{ROLES[role].column: False})
    system_message_post(room=room, user=withdrawer, type=SystemMessage.ROLE_REMOVED, text=user.username, role=role)


def role_check(*, giver: User, room: Room, role: str) -> None:
    """Raise `error-not-allowed` unless the user may give and withdraw this role in the room."""
    if room.is_direct or not may_in_room(user=giver, room=room, permission=ROLES[role].permission):
        raise NotAllowedError()
