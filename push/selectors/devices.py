"""Selectors for devices and their sandbox pushes."""

from __future__ import annotations

from django.db.models import F, QuerySet

from push.models import Device, SandboxPush, token_digest
from push.providers.tokens import token_spellings
from workspace.database.prepared import PreparedQuery
from workspace.models import User


def devices_own(user: User) -> list[Device]:
    """Return the user's devices: enabled ones first, and the most recently registered first."""
    return list(Device.objects.filter(user=user).order_by(F("disabled_at").asc(nulls_first=True), "-registered_at"))


def device_own(*, user: User, public_id: str) -> Device | None:
    """Return the user's device with this id; None if it does not exist or belongs to another user."""
    return Device.objects.filter(user=user, public_id=public_id).first()


def session_devices(*, user: User, session_digest: str, token: str = "") -> list[int]:
    """Return the keys of the devices that were registered in a session, or only of the one with the token."""
    if not token:
        return device_keys(user.pk, session_digest)
    digests = [token_digest(spelling) for spelling in token_spellings(token)]
    return list(devices_of_session(user.pk, session_digest).filter(token_digest__in=digests))


def devices_of_session(user: int, session_digest: str) -> QuerySet[Device, int]:
    """Return the keys of the devices that the user (given by key) registered in a session."""
    return Device.objects.filter(user=user, session_digest=session_digest).values_list("pk", flat=True)


device_keys: PreparedQuery[int] = PreparedQuery(devices_of_session, int, str)


MAX_INBOX = 50


def device_by_token(*, user: User, token: str) -> Device | None:
    """Return the user's device with this token; None if it does not exist or belongs to another user."""
    digests = [token_digest(spelling) for spelling in token_spellings(token)]
    return Device.objects.filter(user=user, token_digest__in=digests).first()


def sandbox_inbox(*, device: Device, after: int) -> list[SandboxPush]:
    """Return the newest pushes that the device received after the one with id `after`, oldest first.

    Pushes from before this user registered the device are excluded, because they were for another user.
    """
    received = SandboxPush.objects.filter(
        token_digest=device.token_digest, pk__gt=after, received_at__gte=device.created_at
    )
    return list(reversed(received.order_by("-pk")[:MAX_INBOX]))
