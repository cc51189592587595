"""Reading what administrators have entered for a provider."""

from __future__ import annotations

from push.models import ProviderValue
from push.providers.provider import Provider

# The name of the row that says whether a provider is turned on.
ENABLED = "enabled"


def provider_values(kind: str) -> dict[str, str] | None:
    """Return the values of a provider that is turned on, as far as they are set; None if it is off."""
    values = stored_values(kind)
    return values if values.pop(ENABLED, "") else None


def stored_values(kind: str) -> dict[str, str]:
    """Return everything that is stored for a provider."""
    return dict(ProviderValue.objects.filter(kind=kind).values_list("name", "value"))


def is_enabled(provider: Provider) -> bool:
    """Return True if the provider is turned on. One that needs no set-up always is."""
    return provider.setup is None or provider_values(provider.kind) is not None
