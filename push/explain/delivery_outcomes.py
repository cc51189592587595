"""What became of a notification, and of its message, after it was decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.explain import personal_wording
from push.explain.reasons import end_sentence
from push.explain.structure import Happening
from push.models import Answer, Attempt, Channel, Decision, EndReason, Event, HeldBy, Notification, State
from push.selectors.answer_words import try_words
from push.selectors.route_words import key_words
from workspace.models import Message, User
from workspace.selectors.accounts import time_zone_of
from workspace.time_zones import zone

EDITS_TOLD = 5
ANSWER_KINDS: dict[str, str] = {Answer.ACCEPTED: "success", Answer.SENDING: "info", Answer.RETRY: "warning"}
ADVICE: dict[str, str | Promise] = {
    EndReason.CLEARED_BY_READ: gettext_lazy("Nothing needs to change: what has been read is not announced any more."),
    EndReason.MESSAGE_GONE: gettext_lazy("Nothing needs to change: there is nothing left to announce."),
    EndReason.ACCESS_LOST: gettext_lazy("Somebody in the room can let the person in again."),
    EndReason.CONNECTED: gettext_lazy(
        "The member can turn on “Always display mobile notifications” in the account's preferences. E-mails are not "
        "sent to people who are online."
    ),
    EndReason.USER_INACTIVE: gettext_lazy("An administrator can activate the account on the person's page."),
    EndReason.PUSH_DISABLED: gettext_lazy("An administrator can turn push notifications on: Settings > Push > Enable."),
    EndReason.EMAIL_DISABLED: gettext_lazy("An administrator can allow e-mail notifications: Settings > Accounts."),
    EndReason.NO_DEVICE: gettext_lazy("The member can sign in to the mobile app again: it then registers the device."),
    EndReason.NO_EMAIL: gettext_lazy("The member can verify an e-mail address of the account."),
    EndReason.ADDRESS_SUPPRESSED: gettext_lazy("The member can confirm the address again, once it works."),
    EndReason.TOKEN_DEAD: gettext_lazy(
        "The app was removed, or its notifications were forbidden. The member can sign in to the mobile app again."
    ),
    EndReason.REFUSED: gettext_lazy("The answer to the last try says what the push service did not accept."),
    EndReason.UNAUTHORIZED: gettext_lazy(
        "An administrator can renew the registration with the gateway, or the certificates and keys: Settings > Push."
    ),
    EndReason.GAVE_UP: gettext_lazy(
        "An administrator can check that the gateway or the push services can be reached: Settings > Push."
    ),
    EndReason.EXPIRED: gettext_lazy(
        "An administrator can look at whether the worker was running: the dashboard shows its signs of life."
    ),
    EndReason.WORKER_LOST: gettext_lazy(
        "The worker's log may tell what ended it. An administrator can retry it on the notification's page."
    ),
    EndReason.CANCELLED: gettext_lazy("An administrator can retry it on the notification's page."),
    EndReason.NOT_REGISTERED: gettext_lazy(
        "An administrator can register the server: Settings > Setup Wizard > Register Server."
    ),
    EndReason.TERMS_NOT_AGREED: gettext_lazy(
        "An administrator can agree to the terms: Settings > Setup Wizard > Cloud Service Privacy Terms Agreement."
    ),
    EndReason.NOT_CONNECTED: gettext_lazy("An administrator can connect the workspace to a cloud."),
    EndReason.NO_ROUTE: gettext_lazy(
        "An administrator can enable the gateway, add certificates and keys (Settings > Push), or give the app a route "
        "of its own: Routes."
    ),
    EndReason.QUOTA_EXHAUSTED: gettext_lazy(
        "An administrator can see what is left of the gateway's quota, and have it raised by whoever runs the gateway."
    ),
    EndReason.ROUTE_PAUSED: gettext_lazy(
        "An administrator sees on the page Routes what was refused, and what puts it right. Nothing is lost meanwhile."
    ),
    EndReason.NO_WEB_PUSH_KEYS: gettext_lazy(
        "Whoever runs the server can restore ENCRYPTION_KEY, or make new keys: manage.py webpushkeys --renew."
    ),
    EndReason.NOT_BUILT: gettext_lazy("The server's log holds the error."),
}


def happenings_of(notification: Notification, *, to_self: bool = False) -> tuple[Happening, ...]:
    """Return what happened to the notification, in order, and what is to happen next; reads its attempts.

    `to_self` says it to the person whom it is about.
    """
    return (
        queued(notification),
        *held(notification, to_self=to_self),
        *moved(notification),
        *tries(notification),
        *ending(notification, to_self=to_self),
    )


def queued(notification: Notification) -> Happening:
    """Return that it was put into the queue."""
    if notification.finished_at == notification.created_at:
        return Happening(notification.created_at, _("The room had been read before it was decided."))
    if notification.first_due_at is None and is_tried_anew(notification):
        # From before the time that it was queued for was kept.
        return Happening(notification.created_at, _("Queued."))
    due = notification.first_due_at or notification.held_from or notification.due_at
    return Happening(notification.created_at, _("Queued for %(due)s.") % {"due": moment(due)})


def is_tried_anew(notification: Notification) -> bool:
    """Return whether it was put off for another try, which its tries tell of."""
    return notification.state == State.RETRYING or notification.attempts.filter(retry_at__isnull=False).exists()


def held(notification: Notification, *, to_self: bool) -> Iterator[Happening]:
    """Yield that quiet hours hold it back, or did."""
    if notification.held_until:
        by = HeldBy(notification.held_by)
        since = notification.held_from or notification.first_due_at or notification.created_at
        told = held_told(notification.held_until, by, notification.user, to_self=to_self)
        yield Happening(since, told, "warning")


def held_told(until: datetime, by: HeldBy, user: User, *, to_self: bool) -> str:
    """Return in words until when a push is held back, on the member's own clock, and by what."""
    name = time_zone_of(user)
    return _("Held back until %(until)s (%(zone)s) by %(whose)s.") % {
        "until": date_format(localtime(until, zone(name)), "DATETIME_FORMAT"),
        "zone": name,
        "whose": personal_wording.HELD_BY.get(by, by.label) if to_self else by.label,
    }


def moved(notification: Notification) -> Iterator[Happening]:
    """Yield that it came earlier or later than it was queued for, where nothing else that is told says so.

    What changed its time is not kept, so that the sentences name all that can have.
    """
    first, due, until = notification.first_due_at, notification.due_at, notification.held_until
    if is_tried_anew(notification):
        return
    if first is None:
        if (taken := notification.attempts.order_by("pk").first()) and taken.started_at < due:
            yield Happening(taken.started_at, _("Brought forward, along with another notification of the same person."))
    elif due < (until or first):
        yield Happening(
            due, _("Brought forward, by an administrator or along with another notification of the same person.")
        )
    elif due > first and until is None and notification.reason != EndReason.ROUTE_PAUSED:
        yield Happening(due, _("Due only now: it had been held back or put off, or an administrator put it back."))


def tries(notification: Notification) -> Iterator[Happening]:
    """Yield every try to hand it to a device."""
    attempts = notification.attempts.select_related("device").order_by("pk")
    for attempt in attempts:
        yield Happening(attempt.started_at, try_told(notification, attempt), ANSWER_KINDS.get(attempt.answer, "danger"))
        if attempt.received_at is not None:
            told = _("Received by %(device)s after %(seconds)s s.")
            device = str(attempt.device) if attempt.device else _("a device that is gone")
            told %= {"device": device, "seconds": delay_shown(attempt)}
            yield Happening(attempt.received_at, told, "success")


def delay_shown(attempt: Attempt) -> str:
    """Return how many seconds after it was sent the device said that it has the push, to a tenth."""
    assert attempt.received_at is not None
    seconds = max(0.0, (attempt.received_at - attempt.started_at).total_seconds())
    return number_format(seconds, 1)


def try_told(notification: Notification, attempt: Attempt) -> str:
    """Return one try in words: to which device, with which answer, and when it is tried again."""
    to = str(attempt.device) if attempt.device else _("a device that is gone")
    if notification.channel == Channel.EMAIL:
        to = _("the e-mail address")
    values = {"number": attempt.number, "to": to, "way": key_words(attempt.route)}
    sentence = _("Try %(number)d, to %(to)s (%(way)s)") if attempt.route else _("Try %(number)d, to %(to)s")
    said, label = try_words(attempt), str(Answer(attempt.answer).label)
    if attempt.answer == Answer.RETRY and attempt.retry_at is None:
        label = _("No definite answer")
    line = f"{sentence % values}: {label}" + (f" – {said}" if said else "")
    line = line if line.endswith((".", "!", "?")) else f"{line}."
    again = " " + _("Next try at %(at)s.") % {"at": moment(attempt.retry_at)} if attempt.retry_at else ""
    return f"{line}{again}"


def ending(notification: Notification, *, to_self: bool) -> Iterator[Happening]:
    """Yield how it ended, or what it waits for."""
    at, reason = notification.finished_at, end_sentence(notification.reason, to_self=to_self)
    if notification.state == State.SENT:
        yield Happening(at, _("Sent."), "success")
    elif notification.state == State.DROPPED:
        yield Happening(at, _("Dropped: %(reason)s") % {"reason": reason}, "warning")
    elif notification.state == State.FAILED:
        yield Happening(at, _("Failed: %(reason)s") % {"reason": reason}, "danger")
    elif notification.is_being_sent:
        yield Happening(None, _("A worker is sending it right now."))
    elif notification.reason == EndReason.ROUTE_PAUSED:
        yield Happening(
            notification.due_at, _("Waits: the way to the device is paused. Looked at again then."), "warning"
        )
    else:
        yield Happening(notification.due_at, _("Waits until then, unless the room is read first."))


def advice_of(notification: Notification, *, to_self: bool = False) -> str:
    """Return who can change what, where the notification ended without being sent."""
    own = personal_wording.ENDING_ADVICE.get(notification.reason) if to_self else None
    return str(own or ADVICE.get(notification.reason, ""))


def edits_of(message: Message) -> tuple[Happening, ...]:
    """Return the message's first edits, of which nobody was notified."""
    edits = Decision.objects.filter(message=message, event=Event.EDITED).order_by("pk")[:EDITS_TOLD]
    told = _("The message was edited; nobody is notified of that (%(code)s).") % {"code": "edited"}
    return tuple(Happening(edit.accepted_at, told) for edit in edits)


def moment(at: object) -> str:
    """Return a moment in words, in the site's time zone."""
    return date_format(localtime(at), "DATETIME_FORMAT")  # type: ignore[arg-type]
