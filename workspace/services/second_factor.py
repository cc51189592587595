"""Second factors of accounts: codes of an app (TOTP), with recovery codes for when it is lost, or codes by e-mail.

django-allauth stores those of apps and calculates the codes; people/email_codes.py has those that are sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    validate_totp_code,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from workspace.cache import call_count
from workspace.errors import ApplicationError, NotAllowedError, SecondFactorError
from workspace.models import PendingSecondFactor, SignInSettings, User
from workspace.selectors.accounts import authenticators_of, has_totp, second_factors_of
from workspace.services.people.email_codes import email_code_accept, email_code_ensure, email_codes_forget
from workspace.services.people.security_notices import SecurityChange, security_notice
from workspace.services.sign_in import sign_out

# How long a new secret waits for its first code.
SETUP_TIME = timedelta(minutes=30)
# Codes that a signed-in account may try in this many seconds. Those of sign-ins are counted by security/lockout.py.
MAX_CODES, IN_SECONDS = 10, 900
# The key in an authenticator's data: the time step of the last accepted code.
LAST_COUNTER = "last_counter"
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret for an authenticator app, as text and as the URL in its QR code."""

    secret: str
    url: str


def second_factor_check(*, user: User, code: str) -> None:
    """Raise SecondFactorError if the account has a second factor and `code` is empty or wrong. A code is used up.

    If codes are sent by e-mail, one is sent when it is missing.
    """
    methods = second_factors_of(user)
    if not methods:
        return
    if not code and methods[0] == EMAIL:
        sent = email_code_ensure(user=user)
        details = {"codeCount": len(sent.expiries), "codeExpires": sent.expiries}
        raise SecondFactorError.required(methods, codeGenerated=sent.is_new, emailOrUsername=user.username, **details)
    if not code:
        raise SecondFactorError.required(methods)
    if not code_accept(user=user, code=code):
        raise SecondFactorError.invalid(methods[0])


def code_accept(*, user: User, code: str) -> bool:
    """Return True for a code of one of the account's second factors, and never again for the same code."""
    return app_code_accept(user=user, code=code) or email_code_accept(user=user, code=normalize_user_code(code))


def app_code_accept(*, user: User, code: str) -> bool:
    """Return True for a code of the account's app or one of its recovery codes, and never again for the same code."""
    if len(normalize_user_code(code)) == mfa_settings.TOTP_DIGITS:
        return totp_accept(user=user, code=code)
    codes = authenticators_of(user, Authenticator.Type.RECOVERY_CODES).first()
    return codes is not None and bool(RecoveryCodes(codes).validate_code(code))


@transaction.atomic
def totp_accept(*, user: User, code: str) -> bool:
    """Return True for a current code of the app that is newer than the last accepted one.

    The library remembers used codes in the cache, which web processes without Redis do not share.
    """
    authenticator = authenticators_of(user, Authenticator.Type.TOTP).select_for_update().first()
    if authenticator is None:
        return False
    secret = decrypt(authenticator.data["secret"])
    last = authenticator.data.get(LAST_COUNTER)
    for counter in yield_hotp_counters_from_time():
        is_new = not isinstance(last, int) or counter > last
        if is_new and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            authenticator.data[LAST_COUNTER] = counter
            authenticator.last_used_at = timezone.now()
            authenticator.save(update_fields=["data", "last_used_at"])
            return True
    return False


def second_factor_confirm(*, user: User, code: str) -> None:
    """Check the code of an account that is signed in, as `second_factor_check`.

    Raises `error-too-many-requests` after too many wrong codes.
    """
    codes_limit(user)
    second_factor_check(user=user, code=code)


def codes_limit(user: User) -> None:
    """Count a code of the signed-in account; raises `error-too-many-requests` if there were too many."""
    if call_count(f"second-factor:{user.pk}", seconds=IN_SECONDS) > MAX_CODES:
        # Clients parse the seconds from the text.
        sentence = (
            f"Error, too many requests. Please slow down. You must wait {IN_SECONDS} seconds before trying again."
        )
        raise ApplicationError("error-too-many-requests", sentence, status=429)


@transaction.atomic
def second_factor_prepare(*, user: User) -> NewSecret:
    """Return a new secret, which `second_factor_enable` activates.

    Raises NotAllowedError if the workspace does not use second factors, and `error-2fa-already-enabled` if the account
    has an app.
    """
    if not SignInSettings.current().second_factors:
        raise NotAllowedError()
    if has_totp(user):
        raise ApplicationError("error-2fa-already-enabled")
    secret = generate_totp_secret()
    PendingSecondFactor.objects.update_or_create(user=user, defaults={"secret": secret, "created_at": timezone.now()})
    return NewSecret(secret, get_adapter().build_totp_url(user, secret))


def pending_secret(*, user: User) -> NewSecret | None:
    """Return the secret that waits for its first code; None if there is none, or it is too old."""
    oldest = timezone.now() - SETUP_TIME
    pending = PendingSecondFactor.objects.filter(user=user, created_at__gt=oldest).first()
    if pending is None or not pending.secret or has_totp(user):
        return None
    return NewSecret(pending.secret, get_adapter().build_totp_url(user, pending.secret))


@transaction.atomic
def second_factor_enable(*, user: User, code: str, current: AuthToken | None = None) -> list[str]:
    """Activate the new secret, which the code proves to be in the app, and return the recovery codes.

    The account's other apps, except the one with the token `current`, are signed out; personal access tokens remain
    valid. Raises `invalid-totp` if the code is wrong or the secret is too old.
    """
    codes_limit(user)
    pending = PendingSecondFactor.objects.select_for_update().filter(user=user).first()
    if pending is None or pending.created_at < timezone.now() - SETUP_TIME or has_totp(user):
        raise ApplicationError("invalid-totp")
    if not pending.secret or not validate_totp_code(pending.secret, code):
        raise ApplicationError("invalid-totp")
    TOTP.activate(user, pending.secret)
    # Uses the code up.
    totp_accept(user=user, code=code)
    pending.delete()
    security_notice(user=user, change=SecurityChange.APP_ADDED)
    for auth_token in AuthToken.objects.filter(user=user, personal=None).select_related("user"):
        if current is None or auth_token.pk != current.pk:
            sign_out(auth_token=auth_token)
    return codes_generate(user)


def second_factor_disable(*, user: User, code: str) -> bool:
    """Remove the account's app and recovery codes if the code is one of theirs; returns True if they were removed."""
    codes_limit(user)
    if not app_code_accept(user=user, code=code):
        return False
    app_remove(user=user)
    return True


@transaction.atomic
def app_remove(*, user: User) -> None:
    """Remove the account's app and recovery codes without a code, and inform the owner."""
    PendingSecondFactor.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).delete()
    security_notice(user=user, change=SecurityChange.APP_REMOVED)


@transaction.atomic
def second_factor_remove(*, user: User) -> None:
    """Remove all second factors and passkeys of the account without a code, and inform the owner."""
    PendingSecondFactor.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    email_codes_forget(user)
    security_notice(user=user, change=SecurityChange.RESET)


def recovery_codes_regenerate(*, user: User, code: str) -> list[str] | None:
    """Replace the account's recovery codes and return them; None if the code is wrong.

    Raises `invalid-totp` if the account has no app.
    """
    codes_limit(user)
    if not has_totp(user):
        raise ApplicationError("invalid-totp")
    return recovery_codes_replace(user=user) if app_code_accept(user=user, code=code) else None


@transaction.atomic
def recovery_codes_replace(*, user: User) -> list[str]:
    """Give the account new recovery codes and return them, and inform the owner. The earlier ones are void."""
    security_notice(user=user, change=SecurityChange.CODES_REPLACED)
    return codes_generate(user)


def codes_generate(user: User) -> list[str]:
    """Replace the account's recovery codes, and return the new ones."""
    authenticators_of(user, Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes
