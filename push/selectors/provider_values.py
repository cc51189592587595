"""The values that administrators have entered for a provider."""

from __future__ import annotations

from push.models import ProviderValue
from push.providers.provider import Provider

# The name of the row that stores whether a provider is turned on.
ENABLED = "enabled"


def provider_values(kind: str) -> dict[str, str] | None:
    """Return the stored values of a provider, or None if it is turned off."""
    values = stored_values(kind)
    return values if values.pop(ENABLED, "") else None


def stored_values(kind: str) -> dict[str, str]:
    """Return all stored values of a provider."""
    return dict(ProviderValue.objects.filter(kind=kind).values_list("name", "value"))


def is_enabled(provider: Provider) -> bool:
    """Return True if the provider is turned on. Providers that need no setup always are."""
    return provider.setup is None or provider_values(provider.kind) is not None
