"""The sign-in of a socket, and signing in with a token that the client already has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from knox.models import AuthToken

from workspace.api.methods.errors import CallerUnknownError
from workspace.models import Connection, EmailAddress, GeneralSettings, User
from workspace.selectors.presence import presence_rows, presence_view
from workspace.services.sign_in import sign_in_expiry, sign_ins_extend, tokens_find
from workspace.time_zones import utc_offset


class SignedOutError(CallerUnknownError):
    """The sign-in of the socket has ended."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who has signed in on a socket: the account's key and public id, and the digest of the API token."""

    user_id: int
    public_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A successful sign-in. `fields` are what the client learns of its own account, in the collection `users`."""

    sign_in: SignIn
    expires: datetime
    fields: dict[str, Any] = field(hash=False)


def resume_all(tokens: Sequence[str]) -> list[SignedIn | None]:
    """Return for each token the sign-in, or None if it has ended. The number of queries does not depend on them."""
    auth_tokens = tokens_find(tokens=tokens)
    sign_ins_extend(auth_tokens=auth_tokens.values())
    signed_in = signed_in_all(auth_tokens.values())
    by_digest = {one.sign_in.digest: one for one in signed_in}
    return [by_digest[auth_tokens[token].digest] if token in auth_tokens else None for token in tokens]


def signed_in_all(auth_tokens: Iterable[AuthToken]) -> list[SignedIn]:
    """Return the sign-ins with these API tokens."""
    auth_tokens = list(auth_tokens)
    fields = own_fields({auth_token.user_id for auth_token in auth_tokens})
    return [
        SignedIn(
            SignIn(auth_token.user_id, auth_token.user.public_id, auth_token.digest),
            sign_in_expiry(auth_token),
            fields[auth_token.user_id],
        )
        for auth_token in auth_tokens
    ]


def own_fields(users: set[int]) -> dict[int, dict[str, Any]]:
    """Return what the clients of these users learn of their own accounts, by the key of the user."""
    now = timezone.now()
    rows = presence_rows(User.objects.filter(pk__in=users), at=now, fields=("pk", "username", "name", "time_zone"))
    emails: dict[int, list[dict[str, Any]]] = {user: [] for user in users}
    for user, address, verified in EmailAddress.objects.filter(user__in=users).values_list(
        "user_id", "address", "verified"
    ):
        emails[user].append({"address": address, "verified": verified})
    return {row["pk"]: account_fields(row, emails[row["pk"]], now) for row in rows}


def account_fields(row: dict[str, Any], emails: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Return the fields of an account. Its connection is online, because this socket has just been opened."""
    view = replace(presence_view(row, at=now), connection=Connection.ONLINE)
    return {
        "username": row["username"],
        "name": row["name"] or row["username"],
        "emails": emails,
        "status": view.shown,
        "statusConnection": view.connection,
        "statusDefault": view.status,
        "statusText": view.status_text,
        "utcOffset": utc_offset(row["time_zone"] or GeneralSettings.current().time_zone, now),
        "active": True,
    }
