"""Reading devices as their owners and their apps know them."""

from __future__ import annotations

from django.db.models import F

from push.models import Device, token_digest
from push.providers.tokens import token_spellings
from workspace.models import User


def devices_own(user: User) -> list[Device]:
    """Return the user's devices, those that are sent to first, the newest of each kind before the others."""
    return list(Device.objects.filter(user=user).order_by(F("disabled_at").asc(nulls_first=True), "-registered_at"))


def device_own(*, user: User, public_id: str) -> Device | None:
    """Return the user's own device with this id; another's is as unknown as none."""
    return Device.objects.filter(user=user, public_id=public_id).first()


def session_devices(*, user: User, session_digest: str, token: str = "") -> list[Device]:
    """Return the devices that a sign-in registered, or the one of them with that token."""
    devices = Device.objects.filter(user=user, session_digest=session_digest)
    digests = [token_digest(spelling) for spelling in token_spellings(token)]
    return list(devices.filter(token_digest__in=digests) if token else devices)
