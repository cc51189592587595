"""Signing in by username or e-mail address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from workspace.models import User
from workspace.selectors.accounts import user_by_sign_in_name


class NameOrEmailBackend(ModelBackend):
    """Django's own backend, finding the account by its username or an address that is its own."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = user_by_sign_in_name(username)
        if user is None:
            # As much work as for an account that exists, so that the time taken tells nothing.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return the name under which failed sign-ins are counted: the account's, by whichever of its names it is tried."""
    name = (credentials or {}).get("username") or request.POST.get("username")
    if not name:
        return None
    user = user_by_sign_in_name(name)
    return (user.username if user else name.lower())[:255]
