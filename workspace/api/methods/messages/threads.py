"""Methods for the messages of threads."""

from __future__ import annotations

from typing import Any

from workspace.api.messages.history import thread_messages
from workspace.api.messages.objects import MessageObject
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import number_of, text_of
from workspace.api.methods.registry import method
from workspace.errors import ApplicationError
from workspace.selectors.messages import message_shown_to
from workspace.services.threads import thread_mark_read


@method("getThreadMessages", endpoint="GET chat.getThreadMessages")
def get_thread_messages(call: MethodCall, thread: dict[str, Any]) -> Any:
    """Return the first message of a thread and its replies, newest first, and mark it as read.

    `{"tmid": …}`, optionally with `limit` (at most 100) and `skip`.
    """
    tmid = text_of(thread, "tmid")
    limit, skip = (number_of(thread, name) for name in ("limit", "skip"))
    return MessageObject(thread_messages(call.caller, tmid, limit, skip or 0), many=True).data


@method("readThreads")
def read_threads(call: MethodCall, tmid: str) -> None:
    """Mark a thread as read, by the id of its first message or a reply."""
    message = message_shown_to(user=call.caller, public_id=tmid)
    if message is None:
        raise ApplicationError("error-invalid-message", "Invalid message")
    thread_mark_read(user=call.caller, thread=message.parent or message)
