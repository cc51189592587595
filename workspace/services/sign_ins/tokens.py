"""Records of the apps and programs that use API tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from knox.models import AuthToken

from workspace.cache import first_within
from workspace.models import SignedInClient
from workspace.security.client_traits import address_of, program_of

# A use is recorded about once in this time for each token.
USED_EVERY = timedelta(days=1)


def traits_of(request: HttpRequest) -> dict[str, str | None]:
    """Return the program and the address from which a request came."""
    return {
        "program": program_of(request.headers.get("User-Agent", "")),
        "address": address_of(request.META.get("REMOTE_ADDR")) or None,
    }


@transaction.atomic
def token_remember(*, auth_token: AuthToken, request: HttpRequest | None = None) -> None:
    """Record the app or program that uses a new API token."""
    traits = traits_of(request) if request is not None else {}
    SignedInClient.objects.create(user=auth_token.user, auth_token=auth_token, **traits)


def unexpiring_used(auth_tokens: Iterable[AuthToken]) -> list[str]:
    """Return the digests of those personal access tokens whose use is to be recorded now."""
    seconds = int(USED_EVERY.total_seconds())
    return [
        row.digest
        for row in auth_tokens
        if row.expiry is None and first_within(f"token-used:{row.digest[:24]}", seconds=seconds)
    ]


def tokens_used(*, digests: Iterable[str]) -> None:
    """Record that API tokens are in use."""
    SignedInClient.objects.filter(auth_token__in=list(digests)).update(used_at=timezone.now())
