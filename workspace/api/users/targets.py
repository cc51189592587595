"""The user that an endpoint is about, from its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.selectors.accounts import user_by_id_or_name

REQUIRED = 'The required "userId" or "username" param was not provided'
UNKNOWN = 'The required "userId" or "username" param provided does not match any users'
NAMES = ("userId", "username", "user")


class UserParams(Params):
    """The user, by id or username."""

    userId = TextParam(required=False, max_length=255)
    username = TextParam(required=False, max_length=255)
    user = TextParam(required=False, max_length=255, help_text="Another name of `username`.")


def names_user(params: Mapping[str, Any]) -> bool:
    """Return True if the parameters contain a user."""
    return any(name in params for name in NAMES)


def user_from(params: Mapping[str, Any]) -> User:
    """Return the user in the parameters; raises `error-user-param-not-provided` and `error-invalid-user`."""
    if not names_user(params):
        raise ApplicationError("error-user-param-not-provided", REQUIRED)
    try:
        if "userId" in params:
            return user_by_id_or_name(public_id=params["userId"])
        return user_by_id_or_name(username=params.get("username") or params["user"])
    except ApplicationError as error:
        raise ApplicationError("error-invalid-user", UNKNOWN) from error
