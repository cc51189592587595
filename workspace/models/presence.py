"""A user's presence: the status they chose, and the connection that their clients report."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models.accounts import User
from workspace.models.history import Values, track_history
from workspace.permissions import declared, permission

DEFAULT_IDLE_LIMIT = 60
VISIBLE_COLUMNS = ("status", "status_text", "status_expires_at", "connected_until", "away_at")


class Status(models.TextChoices):
    """The status that a user chooses; `offline` appears in the list as "Invisible"."""

    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")
    BUSY = "busy", _("Busy")
    OFFLINE = "offline", _("Invisible")


class Connection(models.TextChoices):
    """The state of a user's clients."""

    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")
    OFFLINE = "offline", _("Offline")


class Presence(models.Model):
    """The presence of a user. A user without a row has never been connected.

    The connection is not stored. It is computed from two times, so that no job is needed to end it: *offline* from
    `connected_until` on, else *away* from `away_at` on, else *online*. Both times are recalculated from all clients of
    the user whenever one of them reports (docs/presence.md).
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="presence")
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ONLINE)
    status_text = models.CharField(_("status text"), max_length=120, blank=True)
    status_expires_at = models.DateTimeField(_("status ends"), null=True, blank=True)
    last_active_at = models.DateTimeField(_("last active"), null=True, blank=True)
    connected_until = models.DateTimeField(_("connected until"), null=True, blank=True)
    away_at = models.DateTimeField(_("away from"), null=True, blank=True)
    idle_limit = models.PositiveIntegerField(
        _("idle limit"),
        default=DEFAULT_IDLE_LIMIT,
        help_text=_("Seconds without activity before the user is away; 0: never."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    # The visible columns as they are stored; None for a new row.
    loaded: dict[str, Any] | None = None

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        permissions = declared(
            permission(
                "manage_user_status",
                "May see how many clients are connected",
                checked_in="workspace.api.site.connections",
            ),
        )

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Load a row, and remember what it contained."""
        presence = super().from_db(*args, **kwargs)
        presence.loaded = presence.visible_columns()
        return presence

    def visible_columns(self) -> dict[str, Any]:
        """Return the columns on which depends what others see."""
        return {name: self.__dict__.get(name) for name in VISIBLE_COLUMNS}


class FormerPresence(models.Model):
    """A user's presence until `at`, when it changed: the columns of `Presence` that the rules read.

    Rows are written only for changes that affect the past (:func:`presence_differs`). The query that evaluates a
    whole room joins this table, so that it sees the presence at the time when the message was accepted.
    """

    # No database constraint: the last presence of an account is recorded while it is deleted, and pruned later.
    user = models.ForeignKey(
        User,
        models.DO_NOTHING,
        related_name="former_presences",
        verbose_name=_("user"),
        db_index=False,
        db_constraint=False,
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    status_expires_at = models.DateTimeField(_("status ends"), null=True)
    connected_until = models.DateTimeField(_("connected until"), null=True)
    away_at = models.DateTimeField(_("away from"), null=True)
    created_at = models.DateTimeField(_("created"))
    at = models.DateTimeField(_("until"), default=timezone.now)

    class Meta:
        verbose_name = _("former presence")
        verbose_name_plural = _("former presences")
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "at"], name="former_presence_of_user"),
            models.Index(fields=["at"], name="former_presence_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.at:%Y-%m-%d %H:%M:%S}"


class ClientPresence(models.Model):
    """A connected client of a user, such as an open page or a mobile app.

    The row of a client that has disconnected remains until another client of the same user reports.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="clients", db_index=False, verbose_name=_("user"))
    client = models.CharField(_("client"), max_length=64)
    last_active_at = models.DateTimeField(_("last active"), null=True, blank=True)
    connected_until = models.DateTimeField(_("connected until"))
    # A web socket is in use until its client says otherwise. Other clients report each use.
    in_use = models.BooleanField(_("in use"), default=False, db_default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        default_permissions = ("view",)
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="client_presence_once")]

    def __str__(self) -> str:
        return self.client


def presence_differs(before: Values, after: Values, at: datetime) -> bool:
    """Return True if a change affects what was true of the time before it.

    The regular reports of a client in use only postpone when the user will be away or offline: the user was online
    until now by either row. Only the reports that end an absence are therefore recorded.
    """
    if before == after:
        return False
    if any(before[name] != after[name] for name in ("status", "status_expires_at")):
        return True
    return not (online_until(before, at) and online_until(after, at))


def online_until(presence: Values, at: datetime) -> bool:
    """Return True if, by these values, the user was online up to the time `at`."""
    connected, away = presence["connected_until"], presence["away_at"]
    return connected is not None and connected >= at and (away is None or away >= at)


track_history(
    Presence,
    "status",
    "status_expires_at",
    "connected_until",
    "away_at",
    differs=presence_differs,
    former=FormerPresence,
)
