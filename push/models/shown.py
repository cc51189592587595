"""Notifications that devices still show, so that they can be removed or updated later."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from push.models.devices import Device
from push.models.queue import Notification
from workspace.models import Room


class ShownRoom(models.Model):
    """A device that shows notifications of a room and can remove them, but has not been asked to yet.

    When the member reads the room (`read_at`), an update becomes due at `due_at`; `tries` is the number of failed
    attempts. The row is deleted when the device has received the update.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="shown_rooms", verbose_name=_("device"))
    room = models.ForeignKey(
        # The row remains if the room is deleted, so that its notifications can be removed from devices.
        Room,
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("room"),
    )
    room_public_id = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("Set if the room was deleted.")
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


class ShownMessage(models.Model):
    """A notification on a device whose message was edited or deleted later: an update is due at `due_at`.

    `tries` is the number of failed attempts. The row is deleted when the device has received the update.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="shown_messages", verbose_name=_("device"))
    notification = models.ForeignKey(
        Notification,
        models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("notification"),
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("changed message on a device")
        verbose_name_plural = _("changed messages on devices")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["notification", "device"], name="shown_message_once_per_device")]
        indexes = [
            models.Index(fields=["due_at"], name="shown_message_due"),
            models.Index(fields=["changed_at"], name="shown_message_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.notification} → {self.device}"
