"""A member's own view of a room: whether the list of rooms shows it, and as a favorite."""

from __future__ import annotations

from django.db import transaction

from workspace.errors import ApplicationError
from workspace.models import Room, Subscription, User
from workspace.services.room_changes.memberships import membership_update


@transaction.atomic
def room_hide(*, user: User, room: Room) -> bool:
    """Hide the room from the member's list; returns False if it is hidden or they are not a member.

    A new message in a direct room shows it again.
    """
    membership = own_membership(user=user, room=room)
    return membership is not None and membership_update(subscription=membership, is_open=False)


@transaction.atomic
def room_favorite(*, user: User, room: Room, is_favorite: bool) -> bool:
    """Add the room to the member's favorites, or remove it; returns False if nothing changes.

    Raises `error-invalid-subscription` if they are not a member.
    """
    membership = own_membership(user=user, room=room)
    if membership is None:
        raise ApplicationError("error-invalid-subscription", "You must be part of a room to favorite it")
    return membership_update(subscription=membership, is_favorite=is_favorite)


def own_membership(*, user: User, room: Room) -> Subscription | None:
    """Return the user's membership, locked; None if they are not a member."""
    memberships = Subscription.objects.select_for_update(of=("self",)).select_related("room", "user")
    return memberships.filter(user=user, room=room).first()
