"""Finds the notification that an id belongs to: of a message, notification, attempt, request or trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from push.models import Attempt, Decision, Event, Notification
from workspace.models import Message, User

MAX_MESSAGES = 20
MAX_NOTIFICATIONS = 50
# The largest primary key that the databases store.
KEY_MAX = 2**63 - 1


class IdKind(models.TextChoices):
    """What an id may be of."""

    ANY = "", _("Any id")
    MESSAGE = "message", _("Message")
    NOTIFICATION = "notification", _("Notification")
    ATTEMPT = "attempt", _("Attempt")
    REQUEST = "request", _("Request")
    TRACE = "trace", _("Trace")


@dataclass(slots=True)
class Found:
    """What an id belongs to. A number may be of a notification and, by chance, of an attempt."""

    messages: list[Message] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    attempt: int | None = None


def follow(text: str, kind: str) -> Found:
    """Return what the id belongs to; with a `kind`, only rows of this kind."""
    found = Found()
    is_number = text.isascii() and text.isdecimal() and int(text) <= KEY_MAX
    if is_number and kind in {IdKind.ANY, IdKind.NOTIFICATION}:
        found.notifications += notifications_complete(Notification.objects.filter(pk=int(text)))
    if is_number and kind in {IdKind.ANY, IdKind.ATTEMPT}:
        attempts = Attempt.objects.filter(pk=int(text)).values("notification")
        known = {notification.pk for notification in found.notifications}
        of_attempt = notifications_complete(Notification.objects.filter(pk__in=attempts).exclude(pk__in=known))
        found.notifications += of_attempt
        found.attempt = int(text) if of_attempt or kind == IdKind.ATTEMPT else None
    if kind in {IdKind.ANY, IdKind.MESSAGE}:
        found.messages += messages_complete(Message.objects.filter(public_id=text))
    for of_kind, column in ((IdKind.REQUEST, "request_id"), (IdKind.TRACE, "trace_id")):
        if kind in {IdKind.ANY, of_kind}:
            decisions = Decision.objects.filter(**{column: text}).order_by("pk")
            keys = list(dict.fromkeys(decisions.values_list("message", flat=True)[: 2 * MAX_MESSAGES]))
            known = {message.pk for message in found.messages}
            found.messages += messages_complete(
                Message.objects.filter(pk__in=[key for key in keys if key not in known]).order_by("pk")[:MAX_MESSAGES]
            )
    return found


def messages_complete(messages: QuerySet[Message]) -> list[Message]:
    """Return the messages with what the page shows. Their texts are not loaded."""
    return list(messages.select_related("room", "sender").defer("text", "content", "attachments"))


def notifications_complete(notifications: QuerySet[Notification]) -> list[Notification]:
    """Return the notifications with what the page shows, as far as their message still exists."""
    rows = list(notifications.prefetch_related("user", "claimed_item"))
    messages = {
        message.pk: message
        for message in messages_complete(Message.objects.filter(pk__in={row.message_id for row in rows}))
    }
    for row in rows:
        if row.message_id in messages:
            row.message = messages[row.message_id]
    return [row for row in rows if row.message_id in messages]


def notifications_of(message: Message, *, user: User | None) -> Sequence[Notification]:
    """Return the first notifications of a message, or those of one user; one more than are shown."""
    notifications = Notification.objects.filter(message=message, **({"user": user} if user else {}))
    return notifications_complete(notifications.order_by("user_id", "channel")[: MAX_NOTIFICATIONS + 1])


def decision_about(message: Message) -> Decision | None:
    """Return the decision about who is notified of the message; None if it has been deleted."""
    return Decision.objects.filter(message=message, event=Event.POSTED).first()
