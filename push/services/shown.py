"""Keeping account of what devices show, and noting what of it was read elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from push.models import Capability, Device, ShownRoom
from push.waking import wake
from workspace.models import Room, Subscription, User


def shown_note(*, accepted: Sequence[tuple[Device, int]], at: datetime) -> None:
    """Note that devices were sent notifications of rooms (by key) at the moment `at`.

    Only those that can take them away again: for others nothing can be done. What the member has read since then,
    or may no longer read, is taken away again at once.
    """
    able = {(device.pk, room): device for device, room in accepted if Capability.CLEAR in device.capabilities}
    if not able:
        return
    ShownRoom.objects.bulk_create(
        [ShownRoom(device_id=device, room_id=room, shown_at=at) for device, room in able],
        update_conflicts=True,
        unique_fields=["device", "room"],
        update_fields=["shown_at", "read_at", "due_at", "tries"],
    )
    memberships = Subscription.objects.filter(user=OuterRef("device__user"), room=OuterRef("room"))
    is_over = Exists(memberships.filter(last_seen_at__gte=at)) | ~Exists(memberships)
    devices, rooms = zip(*able, strict=True)
    mark_read(ShownRoom.objects.filter(is_over, device__in=devices, room__in=rooms))


def room_read_elsewhere(*, user: User, room: Room) -> None:
    """Let what the user's devices show of the room be taken away."""
    devices = Device.objects.filter(user=user).values("pk")
    mark_read(ShownRoom.objects.filter(device__in=devices, room=room))


def room_gone(*, room: Room) -> None:
    """Let what devices show of a room that is being deleted be taken away."""
    shown = ShownRoom.objects.filter(room=room)
    shown.update(room_public_id=room.public_id)
    mark_read(shown)


def mark_read(shown: models.QuerySet[ShownRoom]) -> None:
    """Let what is shown be taken away, unless it is about to be already."""
    now = timezone.now()
    if shown.filter(read_at=None).update(read_at=now, due_at=now):
        wake("clear")
