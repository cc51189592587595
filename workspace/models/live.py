"""Live events: what has changed, for clients that are connected at the moment."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models
from django.utils import timezone


class LiveKind(StrEnum):
    """What has changed. Readers ignore other kinds, because a newer version may have written them."""

    MESSAGE = "message"
    MESSAGE_DELETED = "message_deleted"
    MESSAGES_READ = "messages_read"
    ROOM = "room"
    ROOM_DELETED = "room_deleted"
    SUBSCRIPTIONS = "subscriptions"
    MEMBERS_ADDED = "members_added"
    MEMBERS_REMOVED = "members_removed"
    USER = "user"
    USER_DELETED = "user_deleted"
    PREFERENCES = "preferences"
    PRESENCE = "presence"
    USER_ROLES = "user_roles"
    ROLE = "role"
    ROLE_DELETED = "role_deleted"
    PERMISSIONS = "permissions"
    SETTINGS = "settings"
    SIGNED_OUT = "signed_out"
    TRANSIENT = "transient"


class LiveEvent(models.Model):
    """A change, written in its transaction. Each web process reads the row once and informs its clients.

    There is one row per change, however many users hear of it. The row refers to what changed, and the content is read
    when it is delivered; `args` has only what cannot be read later. Rows are deleted after some minutes. The keys are
    not foreign keys, so that a row is cheap to write.
    """

    kind = models.CharField(max_length=24)
    room_key = models.BigIntegerField(null=True)
    user_key = models.BigIntegerField(null=True)
    message_key = models.BigIntegerField(null=True)
    args: models.JSONField[Any, Any] = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
