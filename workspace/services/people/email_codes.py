"""Codes that are sent by e-mail, as second factor of an account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from workspace.cache import call_count
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import EmailCode, EmailSecondFactor, MailKind, SignInSettings, User
from workspace.selectors.accounts import has_email_codes
from workspace.services.people.requested_mails import mail_request
from workspace.services.people.security_notices import SecurityChange, security_notice

DIGITS = 6
# How long a code is accepted, and how long before its end a sign-in sends another one.
LIFETIME = timedelta(minutes=15)
RENEWED_BEFORE = timedelta(minutes=5)
# A code is void after this many wrong ones, so that it cannot be guessed.
MAX_WRONG = 5
# E-mails to an account in this many seconds. Anyone who knows its name can request them.
MAX_MAILS, IN_SECONDS = 5, 900


@dataclass(frozen=True, slots=True)
class Requested:
    """The codes that an account may enter: whether one was requested just now, and when each becomes invalid."""

    is_new: bool
    expiries: list[datetime]


@transaction.atomic
def email_codes_enable(*, user: User) -> None:
    """Make signing in require a code by e-mail.

    Raises NotAllowedError if the workspace does not offer it, and `error-invalid-user` without a verified address.
    """
    rules = SignInSettings.current()
    if not (rules.second_factors and rules.email_codes):
        raise NotAllowedError()
    if not user.emails.filter(verified=True).exists():
        raise ApplicationError("error-invalid-user", "You need to verify your emails before setting up 2FA")
    _choice, is_new = EmailSecondFactor.objects.get_or_create(user=user)
    if is_new:
        security_notice(user=user, change=SecurityChange.EMAIL_CODES_ON)


@transaction.atomic
def email_codes_disable(*, user: User) -> None:
    """Stop requiring codes by e-mail, forget those that were sent, and inform the owner."""
    if email_codes_forget(user):
        security_notice(user=user, change=SecurityChange.EMAIL_CODES_OFF)


def email_codes_forget(user: User) -> bool:
    """Delete the choice of codes by e-mail, and those that were sent; returns True if the account used them."""
    EmailCode.objects.filter(user=user).delete()
    deleted, _by_model = EmailSecondFactor.objects.filter(user=user).delete()
    return bool(deleted)


def email_code_ensure(*, user: User) -> Requested:
    """Request a code for the account, unless one is valid for some minutes more."""
    known = list(codes_of(user).values_list("created_at", flat=True))
    is_new = not any(at > timezone.now() - LIFETIME + RENEWED_BEFORE for at in known) and email_code_request(user=user)
    if is_new:
        known = list(codes_of(user).values_list("created_at", flat=True))
    return Requested(is_new, [at + LIFETIME for at in known])


@transaction.atomic
def email_code_request(*, user: User) -> bool:
    """Let the worker send another code to the account, in addition to those that are valid.

    Returns False, and sends nothing, if the account does not use them or too many e-mails were sent.
    """
    if not has_email_codes(user) or call_count(f"email-code:{user.pk}", seconds=IN_SECONDS) > MAX_MAILS:
        return False
    EmailCode.objects.filter(user=user, created_at__lte=timezone.now() - LIFETIME).delete()
    mail_request(kind=MailKind.CODE, reference=EmailCode.objects.create(user=user).pk)
    return True


@transaction.atomic
def email_code_generate(*, code_pk: int) -> str:
    """Generate the code that was requested, and return it. Empty if it has been generated already, or is not valid."""
    requested = EmailCode.objects.select_for_update().filter(pk=code_pk, digest="").first()
    if requested is None or requested.created_at <= timezone.now() - LIFETIME:
        return ""
    code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
    requested.digest = digest_of(requested, code)
    requested.save(update_fields=["digest"])
    return code


@transaction.atomic
def email_code_accept(*, user: User, code: str) -> bool:
    """Return True for a code that was sent to the account. It is used up, and so are the others."""
    if not has_email_codes(user):
        return False
    codes = codes_of(user).exclude(digest="").select_for_update()
    matches = [row for row in codes if constant_time_compare(row.digest, digest_of(row, code))]
    if matches:
        EmailCode.objects.filter(user=user).delete()
    else:
        codes_of(user).update(wrong_attempts=F("wrong_attempts") + 1)
    return bool(matches)


def codes_of(user: User) -> QuerySet[EmailCode]:
    """Return the codes that were requested for the account and are still valid."""
    return EmailCode.objects.filter(
        user=user, created_at__gt=timezone.now() - LIFETIME, wrong_attempts__lt=MAX_WRONG
    ).order_by("pk")


def digest_of(row: EmailCode, code: str) -> str:
    """Return the keyed digest of a code. Without the key, all six-digit codes could be tried."""
    return salted_hmac("workspace.email_code", f"{row.user_id}:{row.pk}:{code}", algorithm="sha256").hexdigest()
