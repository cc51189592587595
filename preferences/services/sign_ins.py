"""Remembering from where an account is used, and telling its owner of what was not seen before."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from preferences.content.sign_ins import alert_email
from preferences.models import SignInAlert, SignInTrait, TraitKind
from preferences.selectors.effective import account_chosen, in_force
from preferences.sign_ins import SignInFacts, trait_digest
from preferences.waking import alerts_wake
from workspace.models import EmailAddress, User

log = logging.getLogger(__name__)

# A browser or network that was not used for so long is a new one.
REMEMBERED = timedelta(days=90)
# An e-mail that fails is tried again after 1, 2, 4 ... minutes, for a day.
FIRST_RETRY = timedelta(minutes=1)
GIVEN_UP_AFTER = timedelta(days=1)
MOST_FAILURES = 10
# While one worker sends an e-mail, no other takes it.
LEASE = timedelta(minutes=5)
BATCH = 1000


@transaction.atomic
def sign_in_note(*, user: User, facts: SignInFacts, at: datetime) -> bool:
    """Remember a sign-in, and have an e-mail sent if its program or network is new; returns whether one is sent.

    Of the first sign-in of a new account nobody is told: there is nothing that it could differ from.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    traits = {TraitKind.PROGRAM: facts.program, TraitKind.NETWORK: facts.network}
    digests = {kind: trait_digest(user.pk, trait) for kind, trait in traits.items() if trait}
    known = SignInTrait.objects.filter(user=user, seen_at__gt=at - REMEMBERED)
    has_history = known.exists() or user.created_at < at - REMEMBERED
    seen = set(known.filter(digest__in=digests.values()).values_list("kind", "digest"))
    SignInTrait.objects.bulk_create(
        [SignInTrait(user=user, kind=kind, digest=digest, seen_at=at) for kind, digest in digests.items()],
        update_conflicts=True,
        unique_fields=["user", "kind", "digest"],
        update_fields=["seen_at"],
    )
    is_new = any((kind.value, digest) not in seen for kind, digest in digests.items())
    if not (is_new and has_history and is_wanted(user)):
        return False
    SignInAlert.objects.create(user=user, program=facts.program, address=facts.address or None, at=at, retry_at=at)
    alerts_wake()
    return True


def is_wanted(user: User) -> bool:
    """Return whether the user wants such e-mails, and has an address for them."""
    wants = bool(in_force(account_chosen(user), "login_detection_email"))
    return wants and EmailAddress.objects.filter(user=user, verified=True).exists()


def alerts_send() -> int:
    """Send the e-mails that are due; returns how many. Any number of workers may do this at once."""
    due = SignInAlert.objects.filter(retry_at__lte=timezone.now()).order_by("retry_at")
    return sum(alert_send(key) for key in list(due.values_list("pk", flat=True)))


def alert_send(key: int) -> bool:
    """Send one e-mail, unless another worker does; one that fails is tried again for a day."""
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
    except Exception:
        log.exception("The e-mail about a sign-in of %s could not be sent.", alert.user.username)
        alert_postpone(alert, now)
        return False
    alert.delete()
    return message is not None


def alert_postpone(alert: SignInAlert, now: datetime) -> None:
    """Let the e-mail be tried again, or give it up."""
    if now - alert.at > GIVEN_UP_AFTER:
        log.error("The e-mail about a sign-in of %s is given up.", alert.user.username)
        alert.delete()
        return
    wait = FIRST_RETRY * 2 ** min(alert.failures, MOST_FAILURES)
    SignInAlert.objects.filter(pk=alert.pk).update(failures=F("failures") + 1, retry_at=now + wait)


def traits_prune() -> int:
    """Forget browsers and networks that were not used for a long time; returns how many."""
    old = SignInTrait.objects.filter(seen_at__lt=timezone.now() - REMEMBERED).order_by("seen_at")
    return SignInTrait.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()[0]
