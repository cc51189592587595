"""Methods for the caller's presence and status."""

from __future__ import annotations

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.services.presence import activity_report, idle_report


@method("UserPresence:online")
def user_presence_online(call: MethodCall) -> None:
    """Report that the client is in use."""
    if call.connection is None:
        activity_report(user=call.caller, client=call.client)
    else:
        call.connection.use(in_use=True)


@method("UserPresence:away")
def user_presence_away(call: MethodCall) -> None:
    """Report that the client is connected but not in use. Users with no other client in use are away."""
    if call.connection is None:
        idle_report(user=call.caller, client=call.client)
    else:
        call.connection.use(in_use=False)


@method("UserPresence:setDefaultStatus", endpoint="POST users.setStatus")
def user_presence_set_default_status(call: MethodCall, status: str) -> None:
    """Set the status: `online`, `away`, `busy` or `offline` (invisible)."""
    call.endpoint("POST users.setStatus", status=status)


@method("setUserStatus", endpoint="POST users.setStatus")
def set_user_status(call: MethodCall, status: str | None = None, status_text: str | None = None) -> None:
    """Set the status, its text, or both."""
    call.endpoint("POST users.setStatus", status=status or None, message=status_text)
