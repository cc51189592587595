"""Signing in to the API and out of it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db import Error, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import knox_settings

from workspace.clients import token_client_name
from workspace.database.prepared import PreparedQuery
from workspace.database.writes import write_if_possible
from workspace.errors import SecondFactorError, SignInError
from workspace.logs.events import LogEvent
from workspace.models import User
from workspace.security.lockout import attempt_end
from workspace.selectors.accounts import needs_verified_address
from workspace.services.presence import clients_disconnect
from workspace.services.sign_ins.tokens import token_remember, tokens_used, unexpiring_used
from workspace.signals import signed_out
from workspace.wakeups import announce

SIGN_OUT_NOT_ANNOUNCED = LogEvent(
    "user.sign_out_not_announced",
    "The end of a sign-in could not be announced. The web processes notice it a little later.",
    level=logging.ERROR,
)

EXTENDED_AFTER = timedelta(days=1)
# Clients expect that each sign-in expires. Meteor reports a century for those that do not.
UNLIMITED = timedelta(days=365 * 100)
# The channel that announces to the web processes that sign-ins may have ended; the payload is empty.
SIGN_OUTS = "callboard_sign_outs"


def credentials_check(*, request: HttpRequest, name: str, password: str, code: str = "") -> User:
    """Return the account with this username or e-mail address, password, and code if it has a second factor.

    Must not be called in a transaction, because attempts are counted. Raises SignInError: `Unauthorized` for wrong
    credentials, `totp-required` and `totp-invalid` for a missing or wrong code, `error-login-blocked-for-user` after
    too many failures, `error-user-is-not-activated` for a deactivated account, `error-invalid-email` for one without a
    verified address if the workspace requires it.
    """
    try:
        user = authenticate(request, username=name, password=password, code=code)
    except SecondFactorError as error:
        if not code:
            # A correct password alone is no guess. The request that follows brings the code.
            attempt_end(request)
            raise SignInError(error.code, error.message, details=error.details) from None
        user_login_failed.send(__name__, credentials={"username": name}, request=request)
        blocked_check(request)
        raise SignInError(error.code, error.message, details=error.details) from None
    if isinstance(user, User):
        if needs_verified_address(user):
            raise SignInError("error-invalid-email", "Invalid email")
        # Resets the counter of failed sign-ins, and records the last sign-in.
        user_logged_in.send(sender=User, request=request, user=user)
        return user
    blocked_check(request)
    if getattr(request, "deactivated_account", None):
        raise SignInError("error-user-is-not-activated", "User is not activated")
    raise SignInError()


def blocked_check(request: HttpRequest) -> None:
    """Raise `error-login-blocked-for-user` if there were too many failed attempts."""
    if getattr(request, "axes_locked_out", False):
        # If the flag stayed set, axes' middleware would replace the response.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise SignInError("error-login-blocked-for-user", "Login has been temporarily blocked for this user")


def sign_in(*, user: User, request: HttpRequest | None = None) -> str:
    """Sign in a user whose credentials were checked, and return the API token. `request` is that of the client.

    Expired sign-ins of the user are removed, with the devices that they registered. Raises SignInError
    (`error-user-is-not-activated`) for a deactivated account.
    """
    if not user.is_active:
        raise SignInError("error-user-is-not-activated", "User is not activated")
    for ended in expired_sign_ins().filter(user=user):
        sign_out(auth_token=ended)
    auth_token, token = AuthToken.objects.create(user=user)
    token_remember(auth_token=auth_token, request=request)
    return str(token)


def sign_in_resume(*, token: str) -> User:
    """Return the user of the token; raises SignInError if it is invalid or expired."""
    auth_token = token_find(token)
    if auth_token is None:
        raise SignInError(message="You've been logged out by the server. Please log in again.")
    user: User = auth_token.user
    return user


def token_find(token: str) -> AuthToken | None:
    """Return the sign-in of the token, if it has not expired and the account is active."""
    auth_token = token_rows.first(hash_token(token))
    if auth_token is None or not auth_token.user.is_active:
        return None
    return None if auth_token.expiry and auth_token.expiry <= timezone.now() else auth_token


token_rows: PreparedQuery[AuthToken] = PreparedQuery(
    lambda digest: AuthToken.objects.select_related("user").filter(digest=digest), str
)


def tokens_find(*, tokens: Collection[str]) -> dict[str, AuthToken]:
    """Return the sign-ins of the tokens that have not expired and whose accounts are active, with one query."""
    auth_tokens = sign_ins_find(digests={hash_token(token) for token in tokens})
    return {token: auth_tokens[digest] for token in tokens if (digest := hash_token(token)) in auth_tokens}


def sign_ins_find(*, digests: Collection[str]) -> dict[str, AuthToken]:
    """Return the sign-ins with these digests that have not ended, with one query."""
    rows = AuthToken.objects.select_related("user").filter(digest__in=digests, user__is_active=True)
    return {row.digest: row for row in rows.exclude(expiry__lte=timezone.now())}


def sign_in_expiry(auth_token: AuthToken) -> datetime:
    """Return the time that clients are shown as the expiry of a sign-in, also for personal access tokens."""
    expiry: datetime = auth_token.expiry or auth_token.created + UNLIMITED
    return expiry


def sign_ins_ended(*, digests: Collection[str]) -> set[str]:
    """Return the digests of those sign-ins that have ended, or whose accounts are no longer active."""
    rows = AuthToken.objects.filter(digest__in=digests, user__is_active=True)
    return set(digests) - set(rows.exclude(expiry__lte=timezone.now()).values_list("digest", flat=True))


def sign_ins_extend(*, auth_tokens: Iterable[AuthToken]) -> None:
    """Renew the expiry of sign-ins that are in use, each at most once a day, and record that they are used.

    Personal access tokens do not expire.
    """
    auth_tokens, expiry = list(auth_tokens), timezone.now() + knox_settings.TOKEN_TTL
    old = [row.pk for row in auth_tokens if row.expiry and expiry - row.expiry > EXTENDED_AFTER]
    used = [*old, *unexpiring_used(auth_tokens)]

    def save() -> None:
        AuthToken.objects.filter(pk__in=old).update(expiry=expiry)
        tokens_used(digests=used)

    if used:
        # Requests that only read must work while the database cannot save anything.
        write_if_possible(save)


def sign_in_extend(*, auth_token: AuthToken) -> None:
    """Renew the expiry of a sign-in that is in use, at most once a day."""
    sign_ins_extend(auth_tokens=[auth_token])


def expired_sign_ins() -> QuerySet[AuthToken]:
    """Return the sign-ins that have expired but were not removed yet."""
    ended: QuerySet[AuthToken] = AuthToken.objects.filter(expiry__lte=timezone.now()).select_related("user")
    return ended


@transaction.atomic
def sign_out(*, auth_token: AuthToken) -> None:
    """End the sign-in, and disconnect the client that used it."""
    user, digest = auth_token.user, auth_token.digest
    auth_token.delete()
    signed_out.send(User, user=user, digest=digest)
    clients_disconnect(user=user, prefix=token_client_name(digest))
    transaction.on_commit(sign_outs_announce)


def sign_outs_announce() -> None:
    """Wake the web processes, which close the sockets of sign-ins that have ended."""
    try:
        announce(SIGN_OUTS)
    except Error:
        SIGN_OUT_NOT_ANNOUNCED.exception()
