"""Methods that mark messages as read or unread."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import MatchError
from workspace.api.methods.registry import method


@method("readMessages", endpoint="POST subscriptions.read")
def read_messages(call: MethodCall, rid: str, read_threads: bool = False) -> None:
    """Mark a room as read, with `readThreads` also its threads."""
    call.endpoint("POST subscriptions.read", rid=rid, readThreads=read_threads)


@method("unreadMessages", endpoint="POST subscriptions.unread")
def unread_messages(
    call: MethodCall, first_unread_message: dict[str, Any] | None = None, room: str | None = None
) -> None:
    """Mark a room as unread from a message on (`{"_id": …}`), or else from the last message of `room` on."""
    if first_unread_message is None and room is None:
        raise MatchError("Expected object for 'firstUnreadMessage', or string for 'room'")
    by_message = {"firstUnreadMessage": first_unread_message} if first_unread_message is not None else {"roomId": room}
    call.endpoint("POST subscriptions.unread", **by_message)
