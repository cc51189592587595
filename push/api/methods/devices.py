"""Methods that register devices for push notifications."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from push.models import Device
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import MatchError, MeteorError
from workspace.api.methods.registry import method


class ForbiddenError(MeteorError):
    """A client names another user than the caller."""

    number = 403


@method("raix:push-update", endpoint="POST push.token")
def push_update(call: MethodCall, options: dict[str, Any]) -> Any:
    """Register a device: `{"token": {"apn" or "gcm": …}, "appName": …}`, optionally with its `id`. Returns it.

    It belongs to the caller's sign-in, and is removed at its end.
    """
    token = options.get("token")
    if not isinstance(token, dict) or len(token) != 1:
        raise MatchError("Expected object with one of 'apn' and 'gcm' for 'token'")
    if options.get("userId") not in (None, call.caller.public_id):
        raise ForbiddenError("Forbidden access")
    ((type, value),) = token.items()
    return call.endpoint(
        "POST push.token", type=type, value=value, appName=options.get("appName"), id=options.get("id")
    )["result"]


@method("raix:push-setuser")
def push_set_user(call: MethodCall, device: str | dict[str, Any]) -> bool:
    """Return true if the device with this id (or `{"id": …}`) is the caller's.

    Unlike in old servers, a device belongs to the user who registers it, so this changes nothing.
    """
    public_id = device.get("id") if isinstance(device, dict) else device
    if not isinstance(public_id, str):
        raise MatchError("Missing key 'id'")
    return Device.objects.filter(Q(public_id=public_id) | Q(client_id=public_id), user=call.caller).exists()
