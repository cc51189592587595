"""Methods that return lists of the workspace."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.api.paging import MAX_ITEMS


@method("listEmojiCustom", endpoint="GET emoji-custom.list")
def list_emoji_custom(call: MethodCall, options: dict[str, Any] | None = None) -> Any:
    """Return the custom emoji; there are none."""
    return call.endpoint("GET emoji-custom.list")["emojis"]["update"]


@method("listCustomUserStatus", endpoint="GET custom-user-status.list")
def list_custom_user_status(call: MethodCall) -> Any:
    """Return the custom statuses; there are none."""
    return call.endpoint("GET custom-user-status.list", count=MAX_ITEMS)["statuses"]


@method("listCustomSounds", endpoint="GET custom-sounds.list")
def list_custom_sounds(call: MethodCall) -> Any:
    """Return the custom sounds; there are none."""
    return call.endpoint("GET custom-sounds.list", count=MAX_ITEMS)["sounds"]


@method("authorization:addUserToRole", endpoint="POST roles.addUserToRole")
def add_user_to_role(call: MethodCall, role_id: str, username: str, scope: str | None = None) -> bool:
    """Give an account a role, by the id of the role. Returns true."""
    call.endpoint("POST roles.addUserToRole", roleId=role_id, username=username, roomId=scope)
    return True


@method("authorization:removeUserFromRole", endpoint="POST roles.removeUserFromRole")
def remove_user_from_role(call: MethodCall, role_id: str, username: str, scope: str | None = None) -> bool:
    """Withdraw a role from an account, by the id of the role. Returns true."""
    call.endpoint("POST roles.removeUserFromRole", roleId=role_id, username=username, roomId=scope)
    return True


@method("authorization:deleteRole", endpoint="POST roles.delete")
def delete_role(call: MethodCall, role_id: str) -> bool:
    """Delete a role. Returns true."""
    call.endpoint("POST roles.delete", roleId=role_id)
    return True
