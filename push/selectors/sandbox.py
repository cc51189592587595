"""Reading what the sandbox provider received."""

from __future__ import annotations

from push.models import Device, SandboxPush, token_digest
from push.providers.tokens import token_spellings
from workspace.models import User

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
