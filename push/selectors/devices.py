"""Reading devices, and what the sandbox received for them."""

from __future__ import annotations

from django.db.models import F

from push.models import Device, SandboxPush, token_digest
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


INBOX_LIMIT = 50


def device_by_token(*, user: User, token: str) -> Device | None:
    """Return the user's own device with this token; another user's is as unknown as none."""
    digests = [token_digest(spelling) for spelling in token_spellings(token)]
    return Device.objects.filter(user=user, token_digest__in=digests).first()


def sandbox_inbox(*, device: Device, after: int) -> list[SandboxPush]:
    """Return the newest pushes that the device received after the one with the id `after`, oldest first.

    What arrived before this user registered the device is none of theirs.
    """
    received = SandboxPush.objects.filter(
        token_digest=device.token_digest, pk__gt=after, received_at__gte=device.created_at
    )
    return list(reversed(received.order_by("-pk")[:INBOX_LIMIT]))
