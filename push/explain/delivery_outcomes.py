"""The history of a notification after the decision, as sentences: queued, held back, attempted, sent or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.explain import personal_wording
from push.explain.reasons import end_sentence
from push.explain.structure import HistoryEntry
from push.models import Answer, Attempt, Channel, Decision, EndReason, Event, HeldBy, Notification, State
from push.selectors.response_texts import attempt_detail, receipt_delay
from push.selectors.route_texts import route_label
from workspace.models import Message, User
from workspace.selectors.accounts import time_zone_of
from workspace.time_zones import zone

MAX_EDITS = 5
ANSWER_KINDS: dict[str, str] = {Answer.ACCEPTED: "success", Answer.SENDING: "info", Answer.RETRY: "warning"}
ADVICE: dict[str, str | Promise] = {
    EndReason.CLEARED_BY_READ: gettext_lazy("No action needed: messages that were already read are not notified."),
    EndReason.MESSAGE_GONE: gettext_lazy("No action needed: the message no longer exists."),
    EndReason.ACCESS_LOST: gettext_lazy("A member of the room can add the person again."),
    EndReason.CONNECTED: gettext_lazy(
        "The member can turn on “Always display mobile notifications” in the account's preferences. E-mails are not "
        "sent to people who are online."
    ),
    EndReason.USER_INACTIVE: gettext_lazy("An administrator can activate the account on the person's page."),
    EndReason.PUSH_DISABLED: gettext_lazy("An administrator can turn push notifications on: Settings > Push > Enable."),
    EndReason.EMAIL_DISABLED: gettext_lazy("An administrator can allow e-mail notifications: Settings > Accounts."),
    EndReason.NO_DEVICE: gettext_lazy("The member can sign in to the mobile app again: it then registers the device."),
    EndReason.NO_EMAIL: gettext_lazy("The member can verify an e-mail address of their account."),
    EndReason.ADDRESS_SUPPRESSED: gettext_lazy("The member can verify the address again once it works."),
    EndReason.TOKEN_DEAD: gettext_lazy(
        "The app was removed or its notifications were blocked. The member can sign in to the mobile app again."
    ),
    EndReason.REFUSED: gettext_lazy("The response to the last attempt shows what the push service did not accept."),
    EndReason.UNAUTHORIZED: gettext_lazy(
        "An administrator can renew the registration with the gateway, or the certificates and keys: Settings > Push."
    ),
    EndReason.GAVE_UP: gettext_lazy(
        "An administrator can check that the gateway or the push services can be reached: Settings > Push."
    ),
    EndReason.EXPIRED: gettext_lazy(
        "An administrator can check whether the worker was running: the dashboard shows its heartbeats."
    ),
    EndReason.WORKER_LOST: gettext_lazy(
        "The worker's log may show why it stopped. An administrator can retry the notification on its page."
    ),
    EndReason.CANCELLED: gettext_lazy("An administrator can retry the notification on its page."),
    EndReason.RESTORED: gettext_lazy(
        "The message is in its room. An administrator can retry the notification on its page."
    ),
    EndReason.NOT_REGISTERED: gettext_lazy(
        "An administrator can register the server: Settings > Setup Wizard > Register Server."
    ),
    EndReason.TERMS_NOT_AGREED: gettext_lazy(
        "An administrator can agree to the terms: Settings > Setup Wizard > Cloud Service Privacy Terms Agreement."
    ),
    EndReason.NOT_CONNECTED: gettext_lazy("An administrator can connect the workspace to a cloud."),
    EndReason.NO_ROUTE: gettext_lazy(
        "An administrator can enable the gateway, add certificates and keys (Settings > Push), or add a route for the "
        "app (Routes)."
    ),
    EndReason.QUOTA_EXHAUSTED: gettext_lazy(
        "An administrator can check the remaining quota and ask the gateway's operator to raise it."
    ),
    EndReason.ROUTE_PAUSED: gettext_lazy(
        "The Routes page shows administrators what was refused and how to fix it. No notification is lost in the "
        "meantime."
    ),
    EndReason.NO_WEB_PUSH_KEYS: gettext_lazy(
        "The server's operator can restore ENCRYPTION_KEY or create new keys: manage.py showwebpushkeys --renew."
    ),
    EndReason.PROVIDER_OFF: gettext_lazy(
        "Under Routes, an administrator can turn on the service that delivers to the device."
    ),
    EndReason.NOT_BUILT: gettext_lazy("The error is in the server's log."),
}


def notification_history(notification: Notification, *, to_self: bool = False) -> tuple[HistoryEntry, ...]:
    """Return what happened to the notification, in order, and what will happen next. Queries its attempts.

    `to_self` addresses the recipient as "you".
    """
    return (
        queued_entry(notification),
        *held_entries(notification, to_self=to_self),
        *rescheduled_entries(notification),
        *attempt_entries(notification),
        *outcome_entries(notification, to_self=to_self),
    )


def queued_entry(notification: Notification) -> HistoryEntry:
    """Return the entry for when the notification was queued."""
    if notification.finished_at == notification.created_at:
        return HistoryEntry(notification.created_at, _("The member had read the room before the decision."))
    if notification.first_due_at is None and was_retried(notification):
        # Queued by an older version, which did not store the first due time.
        return HistoryEntry(notification.created_at, _("Queued."))
    due = notification.first_due_at or notification.held_from or notification.due_at
    return HistoryEntry(notification.created_at, _("Queued for %(due)s.") % {"due": local_datetime(due)})


def was_retried(notification: Notification) -> bool:
    """Return True if the notification was rescheduled for another attempt; its attempts show this."""
    return notification.state == State.RETRYING or notification.attempts.filter(retry_at__isnull=False).exists()


def held_entries(notification: Notification, *, to_self: bool) -> Iterator[HistoryEntry]:
    """Yield an entry if quiet hours hold the notification back, or did."""
    if notification.held_until:
        by = HeldBy(notification.held_by)
        since = notification.held_from or notification.first_due_at or notification.created_at
        text = held_until_text(notification.held_until, by, notification.user, to_self=to_self)
        yield HistoryEntry(since, text, "warning")


def held_until_text(until: datetime, by: HeldBy, user: User, *, to_self: bool) -> str:
    """Return the sentence that shows until when a push is held back, in the member's time zone, and by what."""
    name = time_zone_of(user)
    return _("Held back until %(until)s (%(zone)s) by %(whose)s.") % {
        "until": date_format(localtime(until, zone(name)), "DATETIME_FORMAT"),
        "zone": name,
        "whose": personal_wording.HELD_BY.get(by, by.label) if to_self else by.label,
    }


def rescheduled_entries(notification: Notification) -> Iterator[HistoryEntry]:
    """Yield an entry if the notification was due earlier or later than first planned and no other entry explains it.

    The cause of the change is not stored, so the sentences name all possible causes.
    """
    first, due, until = notification.first_due_at, notification.due_at, notification.held_until
    if was_retried(notification):
        return
    if first is None:
        if (first_attempt := notification.attempts.order_by("pk").first()) and first_attempt.started_at < due:
            yield HistoryEntry(
                first_attempt.started_at, _("Sent early, together with another notification for the same person.")
            )
    elif due < (until or first):
        yield HistoryEntry(
            due, _("Brought forward by an administrator, or together with another notification for the same person.")
        )
    elif due > first and until is None and notification.reason != EndReason.ROUTE_PAUSED:
        yield HistoryEntry(
            due, _("Rescheduled: it had been held back or postponed, or an administrator put it back in the queue.")
        )


def attempt_entries(notification: Notification) -> Iterator[HistoryEntry]:
    """Yield an entry for every delivery attempt, and one for its receipt if the device confirmed it."""
    attempts = notification.attempts.select_related("device").order_by("pk")
    for attempt in attempts:
        yield HistoryEntry(
            attempt.started_at, attempt_text(notification, attempt), ANSWER_KINDS.get(attempt.answer, "danger")
        )
        if attempt.received_at is not None:
            text = _("Received by %(device)s after %(seconds)s s.")
            device = str(attempt.device) if attempt.device else _("a device that was removed")
            text %= {"device": device, "seconds": receipt_delay(attempt)}
            yield HistoryEntry(attempt.received_at, text, "success")


def attempt_text(notification: Notification, attempt: Attempt) -> str:
    """Return the sentence for one attempt: the device, the provider's response, and when it is retried."""
    to = str(attempt.device) if attempt.device else _("a device that was removed")
    if notification.channel == Channel.EMAIL:
        to = _("the e-mail address")
    values = {"number": attempt.number, "to": to, "way": route_label(attempt.route)}
    sentence = _("Attempt %(number)d, to %(to)s (%(way)s)") if attempt.route else _("Attempt %(number)d, to %(to)s")
    detail, label = attempt_detail(attempt), str(Answer(attempt.answer).label)
    if attempt.answer == Answer.RETRY and attempt.retry_at is None:
        label = _("No definite answer")
    line = f"{sentence % values}: {label}" + (f" – {detail}" if detail else "")
    line = line if line.endswith((".", "!", "?")) else f"{line}."
    retry = " " + _("Next attempt at %(at)s.") % {"at": local_datetime(attempt.retry_at)} if attempt.retry_at else ""
    return f"{line}{retry}"


def outcome_entries(notification: Notification, *, to_self: bool) -> Iterator[HistoryEntry]:
    """Yield how the notification ended, or what it is waiting for."""
    at, reason = notification.finished_at, end_sentence(notification.reason, to_self=to_self)
    if notification.state == State.SENT:
        yield HistoryEntry(at, _("Sent."), "success")
    elif notification.state == State.DROPPED:
        yield HistoryEntry(at, _("Dropped: %(reason)s") % {"reason": reason}, "warning")
    elif notification.state == State.FAILED:
        yield HistoryEntry(at, _("Failed: %(reason)s") % {"reason": reason}, "danger")
    elif notification.is_being_sent:
        yield HistoryEntry(None, _("A worker is sending it now."))
    elif notification.reason == EndReason.ROUTE_PAUSED:
        yield HistoryEntry(
            notification.due_at,
            _("Waiting: the route to the device is paused. The next check is at this time."),
            "warning",
        )
    else:
        yield HistoryEntry(notification.due_at, _("Will be sent at this time, unless the room is read first."))


def advice_of(notification: Notification, *, to_self: bool = False) -> str:
    """Return the advice for a notification that ended without being sent: who can change what."""
    personal = personal_wording.ENDING_ADVICE.get(notification.reason) if to_self else None
    return str(personal or ADVICE.get(notification.reason, ""))


def edits_of(message: Message) -> tuple[HistoryEntry, ...]:
    """Return entries for the message's first edits. Nobody is notified of edits."""
    edits = Decision.objects.filter(message=message, event=Event.EDITED).order_by("pk")[:MAX_EDITS]
    text = _("The message was edited. Edits do not notify anyone (%(code)s).") % {"code": "edited"}
    return tuple(HistoryEntry(edit.accepted_at, text) for edit in edits)


def local_datetime(at: object) -> str:
    """Return a timestamp formatted in the site's time zone."""
    return date_format(localtime(at), "DATETIME_FORMAT")  # type: ignore[arg-type]
