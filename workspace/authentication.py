"""Signing in by username or e-mail address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from workspace.models import User
from workspace.selectors.accounts import user_by_sign_in_name


class NameOrEmailBackend(ModelBackend):
    """Django's backend, with lookup by username or verified e-mail address."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = user_by_sign_in_name(username)
        if user is None:
            # Takes as long as checking a password, so that the response time does not reveal whether the account
            # exists.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
