"""Methods with which clients publish events of streams."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.services.room_activity import publish_room_activity


@method("stream-notify-room")
def stream_notify_room(call: MethodCall, event: str, *args: Any) -> None:
    """Publish what the caller does in a room: `<rid>/user-activity`, their name, and activities such as `user-typing`.

    Also in the older form: `<rid>/typing`, their name, and true or false. Other events are refused.
    """
    publish_room_activity(user=call.caller, event=event, args=list(args))
