"""Methods for the messages of threads."""

from __future__ import annotations

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.errors import ApplicationError
from workspace.selectors.messages import message_shown_to
from workspace.services.threads import thread_mark_read


@method("readThreads")
def read_threads(call: MethodCall, tmid: str) -> None:
    """Mark a thread as read, by the id of its first message or a reply."""
    message = message_shown_to(user=call.caller, public_id=tmid)
    if message is None:
        raise ApplicationError("error-invalid-message", "Invalid message")
    thread_mark_read(user=call.caller, thread=message.parent or message)
