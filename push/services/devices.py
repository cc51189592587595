"""Registering devices, and removing them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from push.models import Device, DeviceType, token_digest
from workspace.errors import ApplicationError
from workspace.models import User


def device_register(
    *,
    user: User,
    type: DeviceType,
    app_name: str,
    token: str,
    client_id: str = "",
    voip_token: str = "",
    session_digest: str = "",
) -> Device:
    """Register the token of a user's app, or register it again, and return its device.

    A token belongs to one device: one that somebody else had registered moves to this user, as if made anew. A device
    known by the client's own id keeps its row when its token changes. Either way it counts as newly registered, and
    is enabled again. `session_digest` is that of the sign-in which the device ends with.
    """
    wanted = {
        "user": user,
        "type": type,
        "app_name": app_name,
        "token": token,
        "client_id": client_id,
        "voip_token": voip_token,
        "session_digest": session_digest,
        "registered_at": timezone.now(),
        "disabled_at": None,
        "disabled_reason": "",
        "last_error": "",
    }
    try:
        return device_save(wanted)
    except IntegrityError:
        # Another request has just registered the same token: there is a row now to change.
        return device_save(wanted)


@transaction.atomic
def device_save(wanted: dict[str, Any]) -> Device:
    """Write the device's row: the token's own, else that of the client's id, else a new one."""
    digest = token_digest(wanted["token"])
    device = Device.objects.select_for_update().filter(token_digest=digest).first()
    if wanted["client_id"]:
        same_client = Device.objects.filter(
            user=wanted["user"], app_name=wanted["app_name"], client_id=wanted["client_id"]
        )
        if device is None:
            device = same_client.select_for_update().order_by("-registered_at").first()
        same_client.exclude(token_digest=device.token_digest if device else digest).delete()
    device = device or Device()
    if device.user_id != wanted["user"].pk:
        device.created_at = wanted["registered_at"]
    for name, value in wanted.items():
        setattr(device, name, value)
    device.token_digest = digest
    device.save()
    return device


@transaction.atomic
def device_remove(*, user: User, token: str) -> None:
    """Forget the user's device with this token; raises a 404 error when there is none."""
    removed, _by_model = Device.objects.filter(user=user, token_digest=token_digest(token)).delete()
    if not removed:
        raise ApplicationError("Resource not found", "Resource not found", status=404)


def session_devices_remove(*, session_digest: str) -> None:
    """Forget the devices that a sign-in had registered."""
    Device.objects.filter(session_digest=session_digest).delete()
