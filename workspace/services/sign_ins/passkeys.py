"""Passkeys (WebAuthn): adding, renaming and removing them, and signing in with one.

django-allauth makes and checks the challenges, which are stored in the session. A passkey proves possession of the
device and knows its user (by finger, face or PIN), so it replaces both the password and the code.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import SignInSettings, User
from workspace.services.people.security_notices import SecurityChange, security_notice

NAME_MAX_LENGTH = 64
# The most passkeys that an account may have.
MAX_PASSKEYS = 20
# A response has some hundred bytes; attestations of security keys a few thousand.
RESPONSE_MAX_LENGTH = 20_000
# What the library raises for responses that are malformed or do not match the challenge.
RESPONSE_ERRORS = (ValidationError, ValueError, TypeError, KeyError, AttributeError)


class PasskeyError(ApplicationError):
    """The browser's response was not accepted."""

    def __init__(self) -> None:
        super().__init__("error-passkey-invalid", "Invalid passkey")


def passkeys_of(user: User) -> QuerySet[Authenticator]:
    """Return the account's passkeys, oldest first."""
    passkeys: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return passkeys.order_by("pk")


def passkeys_check() -> None:
    """Raise NotAllowedError if the workspace does not offer passkeys."""
    if not SignInSettings.current().passkeys:
        raise NotAllowedError()


def passkey_begin(*, user: User) -> dict[str, Any]:
    """Return the options with which the browser creates a passkey.

    Raises NotAllowedError, and `error-too-many-passkeys`.
    """
    passkeys_check()
    if passkeys_of(user).count() >= MAX_PASSKEYS:
        raise ApplicationError("error-too-many-passkeys", f"An account can have at most {MAX_PASSKEYS} passkeys")
    return dict(auth.begin_registration(user, passwordless=True))


def passkey_add(*, user: User, name: str, response: str) -> Authenticator:
    """Add the passkey that the browser has created. Raises NotAllowedError, PasskeyError, `error-too-many-passkeys`."""
    passkeys_check()
    credential = response_read(response)
    try:
        auth.parse_registration_response(credential)
        binding = auth.complete_registration(credential)
    except RESPONSE_ERRORS as error:
        raise PasskeyError() from error
    finally:
        # Each challenge is used once.
        auth.clear_state()
    if not binding.is_user_verified():
        raise PasskeyError()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if passkeys_of(user).count() >= MAX_PASSKEYS:
            raise ApplicationError("error-too-many-passkeys", f"An account can have at most {MAX_PASSKEYS} passkeys")
        added: Authenticator = auth.WebAuthn.add(user, name_clean(name), credential).instance
        security_notice(user=user, change=SecurityChange.PASSKEY_ADDED)
    return added


@transaction.atomic
def passkey_rename(*, user: User, key: int, name: str) -> bool:
    """Rename a passkey of the account; returns False if there is none."""
    passkey = passkeys_of(user).filter(pk=key).select_for_update().first()
    if passkey is None:
        return False
    passkey.wrap().name = name_clean(name)
    passkey.save(update_fields=["data"])
    return True


@transaction.atomic
def passkey_remove(*, user: User, key: int) -> bool:
    """Remove a passkey of the account; returns False if there is none."""
    deleted, _by_model = passkeys_of(user).filter(pk=key).delete()
    if deleted:
        security_notice(user=user, change=SecurityChange.PASSKEY_REMOVED)
    return bool(deleted)


def passkey_sign_in_begin() -> dict[str, Any]:
    """Return the options with which the browser lets the user choose a passkey. Raises NotAllowedError."""
    passkeys_check()
    return dict(auth.begin_authentication())


def passkey_accept(*, response: str) -> User:
    """Return the account whose passkey has answered the challenge. Raises NotAllowedError and PasskeyError."""
    passkeys_check()
    credential = response_read(response)
    try:
        parsed = auth.parse_authentication_response(credential)
        user = auth.extract_user_from_response(credential)
        authenticator = auth.complete_authentication(user, credential)
    except RESPONSE_ERRORS as error:
        raise PasskeyError() from error
    finally:
        auth.clear_state()
    if not parsed.response.authenticator_data.is_user_verified() or not isinstance(user, User):
        raise PasskeyError()
    authenticator.record_usage()
    return user


def response_read(text: str) -> dict[str, Any]:
    """Return the browser's response. Raises PasskeyError if it is malformed."""
    # PostgreSQL cannot store NUL characters.
    if len(text) > RESPONSE_MAX_LENGTH or "\0" in text or "\\u0000" in text:
        raise PasskeyError()
    try:
        response = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PasskeyError() from error
    if not isinstance(response, dict) or not isinstance(response.get("response"), dict):
        raise PasskeyError()
    return response


def name_clean(name: str) -> str:
    """Return the name of a passkey as it is stored."""
    return " ".join(name.split())[:NAME_MAX_LENGTH] or "Passkey"
