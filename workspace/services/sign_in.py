"""Signing in to the API."""

from __future__ import annotations

from knox.models import AuthToken

from workspace.models import User


def sign_in(*, user: User) -> str:
    """Sign the user in to the API and return the token that its requests carry; only its digest is stored."""
    _row, token = AuthToken.objects.create(user=user)
    return str(token)
