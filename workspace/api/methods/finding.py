"""What several methods need: the room of a call, and lists with or without a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.errors import ApplicationError
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
