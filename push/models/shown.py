"""What devices still show of rooms, so that it can be taken away once it is read elsewhere."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from push.models.devices import Device
from workspace.models import Room


class ShownRoom(models.Model):
    """That a device was sent notifications of a room which it can take away again, and has not been told to.

    Since `read_at` they are read; then an update is due at `due_at`, of which `tries` have failed so far. The row goes
    when the device has it.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="shown_rooms", verbose_name=_("device"))
    room = models.ForeignKey(
        Room, models.CASCADE, related_name="+", db_constraint=False, db_index=False, verbose_name=_("room")
    )
    shown_at = models.DateTimeField(_("shown"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("room shown on a device")
        verbose_name_plural = _("rooms shown on devices")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["device", "room"], name="shown_room_once_per_device")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="shown_room_due"),
            models.Index(fields=["shown_at"], name="shown_room_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.room} → {self.device}"
