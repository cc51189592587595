"""Methods that change, archive and delete rooms."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method


@method("saveRoomSettings", endpoint="POST rooms.saveRoomSettings")
def save_room_settings(call: MethodCall, rid: str, settings: dict[str, Any] | str, value: Any = None) -> dict[str, Any]:
    """Change settings of a room, all or none: `{"roomTopic": …}`, or one by its name and value.

    The settings are `roomName`, `roomTopic`, `roomDescription`, `roomAnnouncement`, `roomCustomFields`, `roomType`,
    `readOnly`, `reactWhenReadOnly`, `featured`, `default` and `joinCode`. Returns `result` and `rid`.
    """
    changes = {settings: value} if isinstance(settings, str) else settings
    call.endpoint("POST rooms.saveRoomSettings", **{**changes, "rid": rid})
    return {"result": True, "rid": rid}


@method("archiveRoom", endpoint="POST rooms.changeArchivationState")
def archive_room(call: MethodCall, rid: str) -> None:
    """Archive a channel or private group: nobody can post in it or join it."""
    call.endpoint("POST rooms.changeArchivationState", rid=rid, action="archive")


@method("unarchiveRoom", endpoint="POST rooms.changeArchivationState")
def unarchive_room(call: MethodCall, rid: str) -> None:
    """Reopen an archived channel or private group."""
    call.endpoint("POST rooms.changeArchivationState", rid=rid, action="unarchive")


@method("eraseRoom", endpoint="POST rooms.delete")
def erase_room(call: MethodCall, rid: str) -> bool:
    """Delete a channel or private group. Returns true."""
    call.endpoint("POST rooms.delete", roomId=rid)
    return True
