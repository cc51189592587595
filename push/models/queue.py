"""Decisions about messages, and the queue of notifications with their delivery attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from push.models.devices import Device
from workspace.models import Message, Room, User
from workspace.permissions import declared, permission


class Channel(models.TextChoices):
    """The channel that delivers a notification."""

    DESKTOP = "desktop", _("Desktop")
    PUSH = "push", _("Push")
    EMAIL = "email", _("E-mail")


class Event(models.TextChoices):
    """The event that caused a decision."""

    POSTED = "posted", _("Posted")
    EDITED = "edited", _("Edited")
    DELETED = "deleted", _("Deleted")


class Decision(models.Model):
    """The pending or completed decision about who is notified of a message. The row survives a lost task.

    While the members of a large room are processed in parts, `position` is the key of the last processed member.
    A decision that failed too often has no next attempt (:mod:`push.services.failed_decisions`).
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="decisions", verbose_name=_("message"))
    event = models.CharField(_("event"), max_length=8, choices=Event.choices, default=Event.POSTED)
    accepted_at = models.DateTimeField(_("accepted"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True)
    position = models.PositiveBigIntegerField(_("processed up to"), null=True, editable=False)
    counts: models.JSONField[Any, Any] = models.JSONField(
        _("counts"), default=dict, help_text=_("Members by channel and reason code.")
    )
    facts: models.JSONField[Any, Any] = models.JSONField(
        _("facts"),
        default=dict,
        editable=False,
        help_text=_("The message's facts for the decision, without values of single members."),
    )
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    retry_at = models.DateTimeField(
        _("next attempt"), default=timezone.now, null=True, help_text=_("Empty: it failed too often.")
    )
    # The request that posted, edited or deleted the message, and the span of its trace (`traceparent`).
    request_id = models.CharField(_("request"), max_length=64, null=True, blank=True, editable=False)
    trace_id = models.CharField(_("trace"), max_length=32, null=True, blank=True, editable=False)
    trace_parent = models.CharField(max_length=64, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(event=Event.POSTED), name="decision_once_per_post"
            )
        ]
        indexes = [
            models.Index(fields=["retry_at"], condition=models.Q(decided_at=None), name="decision_pending"),
            models.Index(
                fields=["retry_at"], condition=models.Q(position__isnull=False), name="decision_being_counted"
            ),
            models.Index(
                fields=["request_id"], condition=models.Q(request_id__isnull=False), name="decision_of_request"
            ),
            models.Index(fields=["trace_id"], condition=models.Q(trace_id__isnull=False), name="decision_of_trace"),
        ]
        permissions = declared(
            permission(
                "explain_notifications", "May have anybody's notifications explained", checked_in="push.explain.access"
            ),
        )

    def __str__(self) -> str:
        return f"{self.message} {self.event}"

    @property
    def is_given_up(self) -> bool:
        """Return True if the decision failed too often and is not retried."""
        return self.retry_at is None

    @property
    def is_failing(self) -> bool:
        """Return True if the last attempt failed, whether or not there will be another one."""
        return self.failures > 0 and (self.decided_at is None or self.position is not None)


class State(models.TextChoices):
    """The state of a notification. `claimed` is never stored: see :attr:`Notification.current_state`."""

    QUEUED = "queued", _("Queued")
    RETRYING = "retrying", _("Waiting to retry")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("Dropped")
    FAILED = "failed", _("Failed")


# Used instead of a rule's code for test pushes, which no rule decides.
TEST_RULE = "test_push"
WAITING = (State.QUEUED, State.RETRYING)
# The item is in the queue, worded like the condition of the partial indexes. It does not name states: SQLite uses a
# partial index only if the query repeats its condition literally, and values are sent as parameters.
IS_UNFINISHED = models.Q(finished_at__isnull=True)


class HeldBy(models.TextChoices):
    """What holds a push back: whose quiet hours, or a pause."""

    OWN = "own", _("the member's quiet hours")
    DEFAULT = "default", _("the workspace's quiet hours")
    PAUSE = "pause", _("the member's pause")


class Notification(models.Model):
    """One queued or finished notification for one member and message on one channel.

    Rows are written in very large batches, so the foreign keys have no database constraint (docs/keys.md).
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="notifications", db_constraint=False, db_index=False, verbose_name=_("user")
    )
    message = models.ForeignKey(
        Message,
        models.CASCADE,
        related_name="notifications",
        db_constraint=False,
        db_index=False,
        verbose_name=_("message"),
    )
    room = models.ForeignKey(
        Room, models.CASCADE, related_name="+", db_constraint=False, db_index=False, verbose_name=_("room")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    rule = models.CharField(_("rule"), max_length=32, help_text=_("Code of the rule that decided to send it."))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=32, blank=True, help_text=_("Code of the end reason."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    # Set only by code that changes `due_at`, so that new rows do not have to store it.
    first_due_at = models.DateTimeField(
        _("originally due"), null=True, blank=True, help_text=_("Empty: the due time has not changed.")
    )
    held_from = models.DateTimeField(
        _("held back from"), null=True, blank=True, help_text=_("When it would have been due without quiet hours.")
    )
    held_until = models.DateTimeField(_("held back until"), null=True, blank=True)
    held_by = models.CharField(_("held back by"), max_length=8, choices=HeldBy.choices, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    only_device = models.ForeignKey(
        Device,
        # If the device is removed, the test must not be sent to the others.
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("only device"),
        help_text=_("The device that a test is for; empty: all of the member's devices."),
    )

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "user", "channel"], name="notification_once_per_channel"),
            models.CheckConstraint(
                condition=models.Q(state__in=["sent", "dropped", "failed"], finished_at__isnull=False)
                | models.Q(state__in=["queued", "retrying"], finished_at__isnull=True),
                name="notification_finished_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=IS_UNFINISHED, name="notification_due"),
            models.Index(fields=["user", "due_at"], condition=IS_UNFINISHED, name="notification_due_of_user"),
            models.Index(
                fields=["finished_at"], condition=models.Q(finished_at__isnull=False), name="notification_finished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    @property
    def is_being_sent(self) -> bool:
        """Return True if a worker has begun to send it; reads `claimed_item`, which lists should prefetch."""
        claimed = getattr(self, "claimed_item", None) if self.finished_at is None else None
        return claimed is not None and claimed.begun_at is not None

    @property
    def current_state(self) -> State:
        """Return the state to show: the stored one, or `claimed` while a worker is sending it."""
        return State.CLAIMED if self.is_being_sent else State(self.state)


class Answer(models.TextChoices):
    """The result of one delivery attempt."""

    SENDING = "sending", _("No response yet")
    UNKNOWN = "unknown", _("Unknown: the worker died")
    ACCEPTED = "accepted", _("Accepted")
    DEAD = "dead", _("Invalid token")
    REFUSED = "refused", _("Refused")
    UNAUTHORIZED = "unauthorized", _("Credentials refused")
    RETRY = "retry", _("Will be retried")
    NO_ROUTE = "no_route", _("No route to the device")
    OVER_QUOTA = "over_quota", _("Quota exhausted")
    HELD = "held", _("Waiting: the route is paused")


DEFINITE = (Answer.ACCEPTED, Answer.DEAD, Answer.REFUSED, Answer.UNAUTHORIZED, Answer.NO_ROUTE, Answer.OVER_QUOTA)


class Attempt(models.Model):
    """One attempt to deliver a notification to one device; saved before sending, completed with the response."""

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="attempts", verbose_name=_("notification")
    )
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="attempts", verbose_name=_("device"))
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    claimed_by = models.CharField(_("sent by"), max_length=36, blank=True)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer.choices, default=Answer.SENDING)
    route = models.CharField(_("route"), max_length=300, blank=True, help_text=_("The route that was used."))
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True, help_text=_("The push service's code."))
    detail = models.CharField(_("detail"), max_length=255, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    received_at = models.DateTimeField(
        _("received"),
        null=True,
        blank=True,
        help_text=_("When the device confirmed the push; not every app does this."),
    )

    # Set on an attempt that is about to be made: the number of earlier attempts for this device during which the worker
    # died, and the last of them if it is the previous attempt.
    unknown_before = 0
    unanswered: Attempt | None = None
    # Set on an attempt that is about to be made: the push service's code for the previous attempt.
    previous_reason = ""
    # Set on an attempt that is about to be made: no retries after this time. None: the usual retries.
    retry_until: datetime | None = None

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "device", "number"], name="attempt_numbered_per_device")
        ]

    def __str__(self) -> str:
        return f"{self.notification} → {self.device}"

    @property
    def step(self) -> int:
        """Return the retry step that determines the delay; attempts with unknown result do not count."""
        return self.number - self.unknown_before
