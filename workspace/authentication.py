"""Signing in by username or e-mail address, password, and the code of a second factor if the account has one."""

from __future__ import annotations

from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied, AxesBackendRequestParameterRequired
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from workspace.models import User
from workspace.security.lockout import attempt_begin
from workspace.selectors.accounts import user_by_sign_in_name
from workspace.services.second_factor import second_factor_check


class AttemptLimitBackend(AxesStandaloneBackend):  # type: ignore[misc]
    """Counts the attempt before the other backends check it, and refuses it if there were too many."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_kwargs: Any
    ) -> None:
        if request is None:
            raise AxesBackendRequestParameterRequired("Signing in requires a request, whose attempts are counted.")
        if not attempt_begin(request, {"username": username}):
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise AxesBackendPermissionDenied("There were too many failed attempts to sign in.")


class NameOrEmailBackend(ModelBackend):
    """Django's backend, with lookup by username or verified e-mail address, and second factors.

    The second factor is checked here, so that no part of the site can forget it.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        code: str = "",
        **_kwargs: Any,
    ) -> User | None:
        """Return the account. Each call hashes one password, whether the account exists or not.

        Raises SecondFactorError if the password is right, but the account's second factor was not confirmed by `code`.
        """
        if not username or password is None:
            return None
        user = user_by_sign_in_name(username)
        if user is None:
            # Takes as long as checking a password, so that the response time does not reveal whether the account
            # exists.
            User().set_password(password)
            return None
        if not user.check_password(password):
            return None
        if not self.user_can_authenticate(user):
            if request is not None:
                request.deactivated_account = user  # type: ignore[attr-defined]
            return None
        second_factor_check(user=user, code=code)
        return user
