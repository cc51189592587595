"""Removes devices when the session that registered them ends, and reports removed devices to other programs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest

from push.browsers import session_digest_of
from push.models import Device
from push.services.devices import deactivated_devices_remove, session_devices_remove, user_devices_remove
from push.services.webhooks.events import devices_removed
from workspace.models import User
from workspace.signals import signed_out, signed_out_everywhere


@receiver(user_logged_out, dispatch_uid="push.devices.session_ended")
def on_session_ended(*, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Remove the browser whose session ends. The signal is sent before the session is cleared."""
    if user is not None and request.session.session_key:
        session_devices_remove(user=user, session_digest=session_digest_of(request))


@receiver(signed_out, dispatch_uid="push.devices.signed_out")
def on_signed_out(*, user: User, digest: str, **_kwargs: Any) -> None:
    session_devices_remove(user=user, session_digest=digest)


@receiver(signed_out_everywhere, dispatch_uid="push.devices.signed_out_everywhere")
def on_signed_out_everywhere(*, user: User, kept: frozenset[str], **_kwargs: Any) -> None:
    if user.is_active:
        user_devices_remove(user=user, kept=kept)
    else:
        deactivated_devices_remove(user=user)


@receiver(post_delete, sender=Device, dispatch_uid="push.devices.deleted")
def on_device_deleted(*, instance: Device, **_kwargs: Any) -> None:
    """Report the device to other programs, unless it was reported when it was disabled."""
    if instance.disabled_at is None:
        devices_removed([instance], reason="removed")
