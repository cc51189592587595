"""Which provider takes a push."""

from __future__ import annotations

from django.conf import settings

from push.providers.pushes import Provider
from push.providers.sandbox.transport import SandboxProvider


def provider_current() -> Provider | None:
    """Return the provider that this installation pushes through; None where it has none."""
    return SandboxProvider() if settings.SANDBOX else None
