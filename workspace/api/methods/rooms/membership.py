"""Methods that return rooms, and those for the caller's membership."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workspace.api.messages.targets import room_by_id_else_name
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import room_for, updates
from workspace.api.methods.registry import method
from workspace.errors import ApplicationError, NotAllowedError
from workspace.services.rooms import room_show


@method("rooms/get", endpoint="GET rooms.get")
def rooms_get(call: MethodCall, updated_since: datetime | None = None) -> Any:
    """Return the caller's rooms. With a date, `{"update": […], "remove": […]}`: what has changed since."""
    return updates(call.endpoint("GET rooms.get", updatedSince=updated_since), updated_since)


@method("getRoomById", endpoint="GET rooms.info")
def get_room_by_id(call: MethodCall, rid: str) -> Any:
    """Return a room that the caller may read."""
    return call.endpoint("GET rooms.info", roomId=rid)["room"]


@method("getRoomByTypeAndName", endpoint="GET rooms.info")
def get_room_by_type_and_name(call: MethodCall, type: str, name: str) -> Any:
    """Return a room by its type (`c`, `p` or `d`) and its name or id, if the caller may read it."""
    try:
        room = room_by_id_else_name(call.caller, name)
    except ApplicationError as error:
        raise ApplicationError("error-invalid-room", "Invalid room") from error
    if room.type != type:
        raise ApplicationError("error-invalid-room", "Invalid room")
    return call.endpoint("GET rooms.info", roomId=room.public_id)["room"]


@method("getRoomIdByNameOrId", endpoint="GET rooms.info")
def get_room_id_by_name_or_id(call: MethodCall, room: str) -> str:
    """Return the id of a room, by its id or name, if the caller may read it."""
    try:
        return room_by_id_else_name(call.caller, room).public_id
    except ApplicationError as error:
        raise NotAllowedError() from error


@method("getRoomNameById", endpoint="GET rooms.info")
def get_room_name_by_id(call: MethodCall, rid: str) -> str | None:
    """Return the name of a room that the caller may read; null for a direct room."""
    try:
        return room_for(call, rid).name or None
    except ApplicationError as error:
        raise NotAllowedError() from error


@method("canAccessRoom", endpoint="GET rooms.info")
def can_access_room(call: MethodCall, rid: str, user_id: str | None = None, extra_data: Any = None) -> Any:
    """Return the room if the caller may read it, else false."""
    try:
        room = room_for(call, rid)
    except ApplicationError:
        return False
    return call.endpoint("GET rooms.info", roomId=room.public_id)["room"]


@method("joinRoom", endpoint="POST channels.join")
def join_room(call: MethodCall, rid: str, code: str | None = None) -> bool:
    """Join a channel. Returns true."""
    call.endpoint("POST channels.join", roomId=rid, joinCode=code)
    return True


@method("leaveRoom", endpoint="POST rooms.leave")
def leave_room(call: MethodCall, rid: str) -> None:
    """Leave a channel or private group."""
    call.endpoint("POST rooms.leave", roomId=rid)


@method("hideRoom", endpoint="POST rooms.hide")
def hide_room(call: MethodCall, rid: str) -> int:
    """Hide a room from the caller's list. Returns 1."""
    call.endpoint("POST rooms.hide", roomId=rid)
    return 1


@method("toggleFavorite", endpoint="POST rooms.favorite")
def toggle_favorite(call: MethodCall, rid: str, favorite: bool) -> int:
    """Add a room to the caller's favorites, or remove it. Returns 1."""
    call.endpoint("POST rooms.favorite", roomId=rid, favorite=favorite)
    return 1


@method("openRoom", endpoint="POST rooms.open")
def open_room(call: MethodCall, rid: str) -> int:
    """Show a room in the caller's list. Returns 1, or 0 if the caller is not a member."""
    return int(room_show(user=call.caller, room=room_for(call, rid)))


@method("createDirectMessage", endpoint="POST im.create")
def create_direct_message(call: MethodCall, *usernames: str) -> Any:
    """Return the direct room of the caller and these users, which is created if there is none."""
    return call.endpoint("POST im.create", usernames=",".join(usernames))["room"]


@method("createChannel", endpoint="POST channels.create")
def create_channel(
    call: MethodCall,
    name: str,
    members: list[str] | None = None,
    read_only: bool = False,
    custom_fields: dict[str, Any] | None = None,
    extra_data: dict[str, Any] | None = None,
    exclude_self: bool = False,
) -> Any:
    """Create a channel. Returns it, with its id as `rid`."""
    parameters = {"name": name, "members": members, "readOnly": read_only, "excludeSelf": exclude_self}
    return with_rid(call.endpoint("POST channels.create", **parameters)["channel"])


@method("createPrivateGroup", endpoint="POST groups.create")
def create_private_group(
    call: MethodCall,
    name: str,
    members: list[str] | None = None,
    read_only: bool = False,
    custom_fields: dict[str, Any] | None = None,
    extra_data: dict[str, Any] | None = None,
    exclude_self: bool = False,
) -> Any:
    """Create a private group. Returns it, with its id as `rid`."""
    parameters = {"name": name, "members": members, "readOnly": read_only, "excludeSelf": exclude_self}
    return with_rid(call.endpoint("POST groups.create", **parameters)["group"])


def with_rid(room: dict[str, Any]) -> dict[str, Any]:
    """Return the room with its id also as `rid`, as methods return new rooms."""
    return {"rid": room["_id"], **room}
