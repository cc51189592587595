"""What ends a device: the sign-in that registered it is over."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from push.services.devices import session_devices_remove
from workspace.signals import signed_out


@receiver(signed_out, dispatch_uid="push.devices.signed_out")
def on_signed_out(*, digest: str, **_kwargs: Any) -> None:
    session_devices_remove(session_digest=digest)
