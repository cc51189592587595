"""The values in an object of arguments, the room of a call with its endpoints, and the form of lists of changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import MatchError
from workspace.api.paging import MAX_OFFSET
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Room, RoomType
from workspace.selectors.rooms import room_readable_by

# The prefix of the endpoints for each type of room.
PREFIXES = {RoomType.CHANNEL.value: "channels", RoomType.PRIVATE.value: "groups", RoomType.DIRECT.value: "im"}


def room_for(call: MethodCall, rid: str) -> Room:
    """Return the room; raises `error-invalid-room` if it does not exist or the caller may not read it."""
    try:
        return room_readable_by(user=call.caller, public_id=rid)
    except ApplicationError as error:
        raise ApplicationError("error-invalid-room", "Invalid room") from error


def updates(response: dict[str, Any], since: datetime | None) -> Any:
    """Return the changes in the response of an endpoint; without a time, only the list of what exists."""
    if since is None:
        return response["update"]
    return {"update": response["update"], "remove": response["remove"]}


def endpoint_for(room: Room, name: str) -> str:
    """Return the endpoint for the type of the room, such as `GET channels.members` for `GET members`."""
    verb, _separator, action = name.partition(" ")
    return f"{verb} {PREFIXES[room.type]}.{action}"


def named_endpoint_for(room: Room, name: str) -> str:
    """Return the endpoint for a channel or private group; raises `error-not-allowed` for a direct room."""
    if room.is_direct:
        raise NotAllowedError()
    return endpoint_for(room, name)


def room_of_params(call: MethodCall, params: dict[str, Any], name: str = "rid") -> Room:
    """Return the room whose id is in an object of arguments, if the caller may read it."""
    return room_for(call, text_of(params, name))


def text_of(params: dict[str, Any], name: str) -> str:
    """Return a text in an object of arguments; raises MatchError if there is none."""
    text = params.get(name)
    if not isinstance(text, str):
        raise MatchError(f"Missing key '{name}'")
    return text


def number_of(params: dict[str, Any], name: str) -> int | None:
    """Return a number in an object of arguments, if any; raises MatchError for anything else."""
    number = params.get(name)
    if number is None:
        return None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_OFFSET:
        raise MatchError(f"Expected integer for '{name}'")
    return number
