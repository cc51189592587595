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
