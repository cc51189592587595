"""Confirming important changes with the password or the code of a second factor."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from knox.models import AuthToken

from workspace.cache import call_count
from workspace.errors import ApplicationError, SecondFactorError, SecondFactorMissingError
from workspace.models import PersonalAccessToken, User
from workspace.security.password_hashers import PasswordDigest
from workspace.selectors.accounts import has_second_factor
from workspace.selectors.sign_ins.requirements import needs_second_factor
from workspace.services.second_factor import second_factor_confirm

# The number of attempts at the password in this many seconds, to prevent guessing with an unattended client.
MAX_TRIES, IN_SECONDS = 10, 900
DIGEST = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
METHOD = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the client sent to confirm a change: the SHA-256 digest (hexadecimal) of the password, or a code."""

    digest: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


def identity_confirm(*, user: User, auth_token: AuthToken | None, proof: Proof, is_strict: bool = False) -> None:
    """Check the digest of the account's password, or a code of its second factor, before an important change.

    If it `is_strict`, accounts with a second factor need a code. Personal access tokens that ignore second factors need
    no proof. Raises `totp-required` without a proof, `totp-invalid` for a wrong one, and `error-too-many-requests`
    after too many.
    """
    if auth_token is not None and ignores_second_factors(auth_token):
        return
    if has_second_factor(user) and (is_strict or not proof.digest):
        second_factor_confirm(user=user, code=proof.code)
        return
    if not proof.digest:
        details: dict[str, Any] = {"method": METHOD, "codeGenerated": False, "availableMethods": []}
        raise SecondFactorError("totp-required", "TOTP Required", details=details)
    if not password_matches(user=user, password=digest_parse(proof.digest)):
        raise SecondFactorError("totp-invalid", "TOTP Invalid", details={"method": METHOD})


def password_matches(*, user: User, password: str) -> bool:
    """Return True if this is the account's password, or the digest of it.

    Counts the attempt, and raises `error-too-many-requests` if there were too many.
    """
    if attempts_exceeded(user):
        raise ApplicationError("error-too-many-requests", "Too many attempts. Try again later", status=429)
    return user.check_password(password)


def digest_parse(text: str) -> PasswordDigest:
    """Return the SHA-256 digest (hexadecimal) that a client sent; one that no password has if it is malformed."""
    return PasswordDigest(text.lower() if DIGEST.fullmatch(text) else "")


def attempts_exceeded(user: User) -> bool:
    """Count an attempt at the account's password by somebody who is signed in; returns True if there were too many."""
    return call_count(f"password-change:{user.pk}", seconds=IN_SECONDS) > MAX_TRIES


def second_factor_demand(*, user: User, auth_token: AuthToken | None) -> None:
    """Raise SecondFactorMissingError if a role of the account requires a second factor, and the account has none.

    Personal access tokens that ignore second factors are exempt.
    """
    if needs_second_factor(user) and (auth_token is None or not ignores_second_factors(auth_token)):
        raise SecondFactorMissingError()


def ignores_second_factors(auth_token: AuthToken) -> bool:
    """Return True for a personal access token that its owner has exempted from second factors."""
    return PersonalAccessToken.objects.filter(pk=auth_token.pk, bypasses_two_factor=True).exists()
