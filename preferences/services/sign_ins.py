"""Records the browsers and networks of sign-ins, and sends an e-mail about new ones."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from preferences.content.sign_ins import alert_email
from preferences.models import SignInAlert, SignInTrait, TraitKind
from preferences.selectors.effective import account_choices, effective_value
from preferences.sign_ins import SignInFacts, trait_digest
from preferences.waking import alerts_wake
from workspace.logs.events import LogEvent
from workspace.models import EmailAddress, User

ALERT_NOT_SENT = LogEvent(
    "alert.not_sent",
    "The e-mail about a sign-in could not be sent. It is tried again.",
    {"user": "the number of the user"},
    logging.ERROR,
)
ALERT_GIVEN_UP = LogEvent(
    "alert.given_up",
    "The e-mail about a sign-in could not be sent for too long, and is not tried again.",
    {"user": "the number of the user"},
    logging.ERROR,
)

# A browser or network that was not used for this long counts as new.
TRAIT_LIFETIME = timedelta(days=90)
# A failed e-mail is retried after 1, 2, 4 ... minutes, for a day.
FIRST_RETRY = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(days=1)
MAX_FAILURES = 10
# How long an e-mail is reserved for the worker that sends it.
LEASE = timedelta(minutes=5)
BATCH = 1000


class MailServerUnreachableError(Exception):
    """The mail server did not respond. The other e-mails are sent later, instead of each waiting for the timeout."""


@transaction.atomic
def sign_in_record(*, user: User, facts: SignInFacts, at: datetime) -> bool:
    """Record a sign-in, and queue an e-mail if its program or network is new; returns True if an e-mail is queued.

    The first sign-in of a new account causes no e-mail, because there is nothing to compare it with.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    traits = {TraitKind.PROGRAM: facts.program, TraitKind.NETWORK: facts.network}
    digests = {kind: trait_digest(user.pk, trait) for kind, trait in traits.items() if trait}
    recent_traits = SignInTrait.objects.filter(user=user, seen_at__gt=at - TRAIT_LIFETIME)
    has_history = recent_traits.exists() or user.created_at < at - TRAIT_LIFETIME
    seen = set(recent_traits.filter(digest__in=digests.values()).values_list("kind", "digest"))
    SignInTrait.objects.bulk_create(
        [SignInTrait(user=user, kind=kind, digest=digest, seen_at=at) for kind, digest in digests.items()],
        update_conflicts=True,
        unique_fields=["user", "kind", "digest"],
        update_fields=["seen_at"],
    )
    is_new = any((kind.value, digest) not in seen for kind, digest in digests.items())
    if not (is_new and has_history and wants_alert(user)):
        return False
    SignInAlert.objects.create(user=user, program=facts.program, address=facts.address or None, at=at, retry_at=at)
    alerts_wake()
    return True


def wants_alert(user: User) -> bool:
    """Return True if the user wants e-mails about sign-ins and has a verified address."""
    wants = bool(effective_value(account_choices(user), "login_detection_email"))
    return wants and EmailAddress.objects.filter(user=user, verified=True).exists()


def alerts_send() -> int:
    """Send the e-mails that are due, and return their number. Safe to call from several workers at once."""
    due = SignInAlert.objects.filter(retry_at__lte=timezone.now()).order_by("retry_at")
    sent = 0
    for key in list(due.values_list("pk", flat=True)):
        try:
            sent += alert_send(key)
        except MailServerUnreachableError:
            break
    return sent


def alert_send(key: int) -> bool:
    """Send one e-mail unless another worker is sending it; returns True if it was sent. Failures are retried.

    Raises MailServerUnreachableError if the failure does not concern this e-mail alone.
    """
    now = timezone.now()
    due = SignInAlert.objects.filter(pk=key, retry_at__lte=now)
    if not due.update(retry_at=now + LEASE):
        return False
    alert = SignInAlert.objects.select_related("user").filter(pk=key).first()
    if alert is None:
        return False
    try:
        message = alert_email(alert)
        if message is not None:
            message.connection = get_connection()
            message.send()
    except Exception as error:
        ALERT_NOT_SENT.exception(user=alert.user.pk)
        alert_postpone(alert, now)
        if is_unreachable(error):
            raise MailServerUnreachableError from error
        return False
    alert.delete()
    return message is not None


def is_unreachable(error: Exception) -> bool:
    """Return True if the mail server did not respond or closed the connection, so that every e-mail would fail."""
    is_refusal = isinstance(error, smtplib.SMTPException) and not isinstance(
        error, smtplib.SMTPConnectError | smtplib.SMTPServerDisconnected
    )
    return isinstance(error, OSError) and not is_refusal


def alert_postpone(alert: SignInAlert, now: datetime) -> None:
    """Schedule the next try of a failed e-mail, or give up after a day."""
    if now - alert.at > GIVE_UP_AFTER:
        ALERT_GIVEN_UP.log(user=alert.user.pk)
        alert.delete()
        return
    wait = FIRST_RETRY * 2 ** min(alert.failures, MAX_FAILURES)
    SignInAlert.objects.filter(pk=alert.pk).update(failures=F("failures") + 1, retry_at=now + wait)


def alerts_discard() -> None:
    """Delete the pending e-mails: those of a restored backup have been sent since it was made."""
    SignInAlert.objects.all().delete()


def traits_prune() -> int:
    """Delete browsers and networks that were not used for a long time; returns how many."""
    old = SignInTrait.objects.filter(seen_at__lt=timezone.now() - TRAIT_LIFETIME).order_by("seen_at")
    return SignInTrait.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()[0]
