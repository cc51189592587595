"""Parameters that name users next to a room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.api.params import ListParam, Params, TextParam
from workspace.api.rooms.any_type import RoomParams
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.selectors.accounts import user_by_id_or_name, users_by_ids, users_by_names

MAX_PEOPLE = 1000
NOBODY_NAMED = ApplicationError(
    "error-user-param-not-provided", 'The required "userId" or "username" param was not provided'
)
UNKNOWN = ApplicationError(
    "error-invalid-user", 'The required "userId" or "username" param provided does not match any users'
)


class PersonParams(Params):
    """A user, by id if both are given."""

    userId = TextParam(required=False)
    username = TextParam(required=False)


class RoomPersonParams(RoomParams, PersonParams):
    """The room, and one of its members."""


class PeopleParams(PersonParams):
    """One or more users."""

    any_of = ("userId", "userIds")

    userIds = ListParam(child=TextParam(), required=False, max_length=MAX_PEOPLE)
    usernames = ListParam(child=TextParam(), required=False, max_length=MAX_PEOPLE)

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        # Clients expect an error that names the ids only.
        if not values.keys() & {"username", "usernames"}:
            super().combinations_check(values)


def person_from_params(params: Mapping[str, Any]) -> User:
    """Return the user in the parameters; raises `error-user-param-not-provided` or `error-invalid-user`."""
    public_id, username = params.get("userId", ""), params.get("username", "")
    if not public_id and not username:
        raise NOBODY_NAMED
    try:
        return user_by_id_or_name(public_id=public_id, username=username)
    except ApplicationError as error:
        raise UNKNOWN from error


def people_from_params(params: Mapping[str, Any]) -> list[User]:
    """Return the users in the parameters; raises `error-invalid-user` if one does not exist."""
    for name in ("userIds", "usernames"):
        if name in params:
            return users_by_ids(params[name]) if name == "userIds" else users_by_names(params[name])
    return [user_by_id_or_name(public_id=params.get("userId", ""), username=params.get("username", ""))]
