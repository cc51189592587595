"""Signing in by username or e-mail address, password, and the code of a second factor if the account has one."""

from __future__ import annotations

import logging
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied, AxesBackendRequestParameterRequired
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from workspace.ldap.directory import DirectoryError, ldap_identity, ldap_is_used, ldap_rules
from workspace.logs.events import LogEvent
from workspace.models import LdapSettings, User
from workspace.openid.problems import ExternalSignInError, Problem
from workspace.security.lockout import attempt_begin
from workspace.security.password_hashers import PasswordDigest
from workspace.selectors.accounts import user_by_sign_in_name
from workspace.services.people.external_accounts import external_sign_in
from workspace.services.second_factor import second_factor_check

DIRECTORY_FAILED = LogEvent(
    "user.directory_failed",
    "The directory (LDAP) could not be asked about a password.",
    {"problem": "the cause"},
    logging.WARNING,
)
DIRECTORY_REFUSED = LogEvent(
    "user.directory_refused",
    "The directory (LDAP) accepted a password, but the person may not sign in here.",
    {"code": "the kind of problem", "problem": "the cause"},
    logging.WARNING,
)


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


class DirectoryBackend(ModelBackend):
    """Checks the password in a directory (LDAP), if the settings name one. The next backend checks passwords here."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        code: str = "",
        **_kwargs: Any,
    ) -> User | None:
        """Return the account of a person in the directory, with its second factor checked as below.

        Raises PermissionDenied if the directory refuses the password, and the account must not use one of its own.
        """
        # A digest can only be compared with passwords that are stored here.
        if not username or password is None or isinstance(password, PasswordDigest) or not ldap_is_used():
            return None
        user = self.user_in_directory(request, username, password)
        if user is not None:
            if request is not None:
                # The name in the directory may be another one.
                request.second_factor_name = user.username  # type: ignore[attr-defined]
            second_factor_check(user=user, code=code)
            return user
        if LdapSettings.current().local_passwords:
            return None
        local = user_by_sign_in_name(username)
        if local is not None and local.is_staff:
            return None
        raise PermissionDenied

    def user_in_directory(self, request: HttpRequest | None, name: str, password: str) -> User | None:
        """Return the account of the person, if the directory accepts the password."""
        try:
            identity = ldap_identity(name=name, password=password)
            return external_sign_in(identity=identity, rules=ldap_rules()) if identity else None
        except DirectoryError as error:
            DIRECTORY_FAILED.log(problem=str(error))
        except ExternalSignInError as error:
            DIRECTORY_REFUSED.log(code=error.problem.value, problem=error.cause)
            if error.problem is Problem.DEACTIVATED and request is not None:
                request.deactivated_account = True  # type: ignore[attr-defined]
        return None


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
