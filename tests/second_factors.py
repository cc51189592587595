"""Accounts with a second factor, and the codes of their authenticator apps."""

from __future__ import annotations

import time
from dataclasses import dataclass

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from workspace.models import User
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
