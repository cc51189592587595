"""Finding and saving the memberships that the other services of this package change."""

from __future__ import annotations

from typing import Any

from workspace.errors import ApplicationError
from workspace.models import Room, Subscription, User
from workspace.signals import subscription_changed


def membership_locked(*, room: Room, user: User) -> Subscription:
    """Return the user's membership, locked together with the room's row; raises `error-user-not-in-room`.

    All changes of roles lock the room first, so that concurrent changes cannot leave it without an owner.
    """
    Room.objects.select_for_update(no_key=True).get(pk=room.pk)
    subscription = Subscription.objects.select_for_update().filter(room=room, user=user).first()
    if subscription is None:
        raise ApplicationError("error-user-not-in-room", "User is not in this room")
    return subscription


def membership_update(*, subscription: Subscription, **changes: Any) -> bool:
    """Save the changed columns and announce the change; returns False if nothing changes."""
    changed = {name: value for name, value in changes.items() if getattr(subscription, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(subscription, name, value)
    subscription.save(update_fields=[*changed, "updated_at"])
    subscription_changed.send(Subscription, user=subscription.user, room=subscription.room)
    return True
