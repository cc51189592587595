"""Methods for the members of rooms."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import MatchError
from workspace.api.methods.params import (
    endpoint_for,
    named_endpoint_for,
    number_of,
    room_for,
    room_of_params,
    text_of,
)
from workspace.api.methods.registry import method
from workspace.api.rooms.people import MAX_PEOPLE
from workspace.models import Status
from workspace.selectors.accounts import users_by_names
from workspace.services.rooms import room_invite

CONNECTED = [status for status in Status.values if status != Status.OFFLINE]
DEFAULT_COUNT = 50


@method("getUsersOfRoom", endpoint="GET channels|groups|im.members")
def get_users_of_room(
    call: MethodCall,
    rid: str,
    show_all: bool = False,
    page: dict[str, Any] | None = None,
    filter: str = "",
) -> dict[str, Any]:
    """Return members of a room as `records`, and their `total`; only those who are not offline unless `showAll`.

    `page` is `{"limit": …, "skip": …}`; `filter` is a part of the name.
    """
    page = page or {}
    response = call.endpoint(
        endpoint_for(room_for(call, rid), "GET members"),
        roomId=rid,
        filter=filter or None,
        offset=number_of(page, "skip"),
        count=number_of(page, "limit") or DEFAULT_COUNT,
        **({} if show_all else {"status[]": CONNECTED}),
    )
    return {"total": response["total"], "records": response["members"]}


@method("addUsersToRoom", endpoint="POST channels|groups.invite")
def add_users_to_room(call: MethodCall, people: dict[str, Any]) -> bool:
    """Add users to a channel or private group: `{"rid": …, "users": [usernames]}`. Returns true."""
    names = people.get("users")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise MatchError("Expected array of strings for 'users'")
    room = room_of_params(call, people)
    call.count(named_endpoint_for(room, "POST invite"))
    room_invite(inviter=call.caller, room=room, users=users_by_names(names[:MAX_PEOPLE]))
    return True


@method("removeUserFromRoom", endpoint="POST channels|groups.kick")
def remove_user_from_room(call: MethodCall, member: dict[str, Any]) -> bool:
    """Remove a member from a channel or private group: `{"rid": …, "username": …}`. Returns true."""
    room = room_of_params(call, member)
    call.endpoint(named_endpoint_for(room, "POST kick"), roomId=room.public_id, username=text_of(member, "username"))
    return True


@method("muteUserInRoom", endpoint="POST rooms.muteUser")
def mute_user_in_room(call: MethodCall, member: dict[str, Any]) -> bool:
    """Stop a member from posting: `{"rid": …, "username": …}`. Returns true."""
    call.endpoint("POST rooms.muteUser", roomId=text_of(member, "rid"), username=text_of(member, "username"))
    return True


@method("unmuteUserInRoom", endpoint="POST rooms.unmuteUser")
def unmute_user_in_room(call: MethodCall, member: dict[str, Any]) -> bool:
    """Let a member post again: `{"rid": …, "username": …}`. Returns true."""
    call.endpoint("POST rooms.unmuteUser", roomId=text_of(member, "rid"), username=text_of(member, "username"))
    return True
