"""Tracks which notifications devices show, and schedules the removal of those that were read elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from push.models import Capability, Device, ShownRoom
from push.waking import wake
from workspace.models import Room, Subscription, User


def shown_record(*, accepted: Sequence[tuple[Device, int]], at: datetime) -> None:
    """Record that notifications of rooms (by key) were sent to devices at the time `at`.

    Devices that cannot remove notifications are ignored. If the member has read the room since then, or may no longer
    read it, the removal is scheduled at once.
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
    """Schedule the removal of the room's notifications from the user's devices."""
    devices = Device.objects.filter(user=user).values("pk")
    mark_read(ShownRoom.objects.filter(device__in=devices, room=room))


def room_gone(*, room: Room) -> None:
    """Schedule the removal of notifications of a room that is being deleted."""
    shown = ShownRoom.objects.filter(room=room)
    shown.update(room_public_id=room.public_id)
    mark_read(shown)


def mark_read(shown: models.QuerySet[ShownRoom]) -> None:
    """Schedule the removal of these notifications, unless it is already scheduled."""
    now = timezone.now()
    if shown.filter(read_at=None).update(read_at=now, due_at=now):
        wake("clear")
