"""Methods for the roles of members in a room."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import endpoint_for, named_endpoint_for, room_for
from workspace.api.methods.registry import method


@method("getRoomRoles", endpoint="GET channels|groups.roles")
def get_room_roles(call: MethodCall, rid: str) -> Any:
    """Return the members who have roles in a room, each with `roles`: owners, moderators and leaders."""
    room = room_for(call, rid)
    return [] if room.is_direct else call.endpoint(endpoint_for(room, "GET roles"), roomId=rid)["roles"]


@method("addRoomOwner", endpoint="POST channels|groups.addOwner")
def add_room_owner(call: MethodCall, rid: str, user_id: str) -> bool:
    """Make a member an owner of the room. Returns true."""
    return role_change(call, rid, user_id, "POST addOwner")


@method("removeRoomOwner", endpoint="POST channels|groups.removeOwner")
def remove_room_owner(call: MethodCall, rid: str, user_id: str) -> bool:
    """Withdraw the role owner from a member. Returns true."""
    return role_change(call, rid, user_id, "POST removeOwner")


@method("addRoomModerator", endpoint="POST channels|groups.addModerator")
def add_room_moderator(call: MethodCall, rid: str, user_id: str) -> bool:
    """Make a member a moderator of the room. Returns true."""
    return role_change(call, rid, user_id, "POST addModerator")


@method("removeRoomModerator", endpoint="POST channels|groups.removeModerator")
def remove_room_moderator(call: MethodCall, rid: str, user_id: str) -> bool:
    """Withdraw the role moderator from a member. Returns true."""
    return role_change(call, rid, user_id, "POST removeModerator")


@method("addRoomLeader", endpoint="POST channels|groups.addLeader")
def add_room_leader(call: MethodCall, rid: str, user_id: str) -> bool:
    """Make a member a leader of the room. Returns true."""
    return role_change(call, rid, user_id, "POST addLeader")


@method("removeRoomLeader", endpoint="POST channels|groups.removeLeader")
def remove_room_leader(call: MethodCall, rid: str, user_id: str) -> bool:
    """Withdraw the role leader from a member. Returns true."""
    return role_change(call, rid, user_id, "POST removeLeader")


def role_change(call: MethodCall, rid: str, user_id: str, action: str) -> bool:
    """Change a role with the endpoint for the type of the room. Returns True."""
    call.endpoint(named_endpoint_for(room_for(call, rid), action), roomId=rid, userId=user_id)
    return True
