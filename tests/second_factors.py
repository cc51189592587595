"""Accounts with a second factor, and the codes of their authenticator apps."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail

from tests.factories import EmailAddressFactory
from workspace.models import EmailCode, User
from workspace.services.account_mails import email_code_mail_send
from workspace.services.people.email_codes import email_codes_enable
from workspace.services.second_factor import second_factor_enable, second_factor_prepare

PERIOD = 30


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A second factor in use."""

    secret: str
    recovery_codes: list[str]

    def code(self, *, steps: int = 0) -> str:
        """Return the code that the app shows, or that it shows some steps of 30 seconds later.

        The current one was used when the second factor was set up; the next one is accepted already.
        """
        return app_code(self.secret, steps=steps)


def app_code(secret: str, *, steps: int = 0) -> str:
    """Return the code that an authenticator app with this secret shows."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + steps))


def second_factor_of(user: User) -> SecondFactor:
    """Set up a second factor for the account."""
    prepared = second_factor_prepare(user=user)
    codes = second_factor_enable(user=user, code=app_code(prepared.secret))
    return SecondFactor(prepared.secret, codes)


def email_factor_of(user: User) -> None:
    """Let the account require codes by e-mail."""
    if not user.emails.filter(verified=True).exists():
        EmailAddressFactory(user=user, verified=True)
    email_codes_enable(user=user)


def mailed_code() -> str:
    """Send the codes that were requested, as the worker does, and return the code in the last e-mail."""
    for requested in EmailCode.objects.filter(digest="").order_by("pk"):
        email_code_mail_send(str(requested.pk))
    (code,) = re.findall(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    return str(code)
