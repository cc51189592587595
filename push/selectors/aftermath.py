"""What became of a notification after it was decided."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import Answer, Attempt, Channel, EndReason, Notification, State
from push.selectors.explained import Happening
from push.selectors.reasons import reason_sentence

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
    EndReason.CANCELLED: gettext_lazy("An administrator can retry it on the notification's page."),
    EndReason.NOT_REGISTERED: gettext_lazy(
        "An administrator can register the server: Settings > Setup Wizard > Register Server."
    ),
    EndReason.TERMS_NOT_AGREED: gettext_lazy(
        "An administrator can agree to the terms: Settings > Setup Wizard > Cloud Service Privacy Terms Agreement."
    ),
    EndReason.NOT_CONNECTED: gettext_lazy("An administrator can connect the workspace to a cloud."),
    EndReason.NO_ROUTE: gettext_lazy(
        "An administrator can enable the gateway, or add certificates and keys: Settings > Push."
    ),
    EndReason.NOT_BUILT: gettext_lazy("The server's log holds the error."),
}


def happenings_of(notification: Notification) -> tuple[Happening, ...]:
    """Return what happened to the notification, in order, and what is to happen next; reads its attempts."""
    return (queued(notification), *tries(notification), *ending(notification))


def queued(notification: Notification) -> Happening:
    """Return that it was put into the queue."""
    if notification.finished_at == notification.created_at:
        return Happening(notification.created_at, _("The member had read the room before it was decided."))
    return Happening(notification.created_at, _("Queued for %(due)s.") % {"due": moment(notification.due_at)})


def tries(notification: Notification) -> Iterator[Happening]:
    """Yield every try to hand it to a device."""
    attempts = notification.attempts.select_related("device").order_by("pk")
    for attempt in attempts:
        yield Happening(attempt.started_at, try_told(notification, attempt), ANSWER_KINDS.get(attempt.answer, "danger"))


def try_told(notification: Notification, attempt: Attempt) -> str:
    """Return one try in words: to which device, with which answer, and when it is tried again."""
    to = str(attempt.device) if attempt.device else _("a device that is gone")
    if notification.channel == Channel.EMAIL:
        to = _("the member's address")
    told = _("Try %(number)d, to %(to)s: %(answer)s") % {
        "number": attempt.number,
        "to": to,
        "answer": Answer(attempt.answer).label,
    }
    status = f" (HTTP {attempt.status})" if attempt.status else ""
    detail = f": {attempt.detail}" if attempt.detail else "."
    again = " " + _("Next try at %(at)s.") % {"at": moment(attempt.retry_at)} if attempt.retry_at else ""
    return f"{told}{status}{detail}{again}"


def ending(notification: Notification) -> Iterator[Happening]:
    """Yield how it ended, or what it waits for."""
    at, reason = notification.finished_at, end_sentence(notification.reason)
    if notification.state == State.SENT:
        yield Happening(at, _("Sent."), "success")
    elif notification.state == State.DROPPED:
        yield Happening(at, _("Dropped: %(reason)s") % {"reason": reason}, "warning")
    elif notification.state == State.FAILED:
        yield Happening(at, _("Failed: %(reason)s") % {"reason": reason}, "danger")
    elif notification.state == State.CLAIMED:
        yield Happening(None, _("A worker is sending it right now."))
    else:
        yield Happening(notification.due_at, _("Waits until then, unless the member reads the room first."))


def end_sentence(reason: str) -> str:
    """Return why it ended, in words; a code that a rule has as well means something else here."""
    return str(EndReason(reason).label) if reason in EndReason.values else reason_sentence(reason)


def advice_of(notification: Notification) -> str:
    """Return who can change what, where the notification ended without being sent."""
    return str(ADVICE.get(notification.reason, ""))


def moment(at: object) -> str:
    """Return a moment in words, in the site's time zone."""
    return date_format(localtime(at), "DATETIME_FORMAT")  # type: ignore[arg-type]
