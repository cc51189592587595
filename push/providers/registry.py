"""Looking up providers and the types of devices that they deliver to."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from push.providers import PROVIDERS

if TYPE_CHECKING:
    from push.providers.provider import DeviceKind, Provider, Text


@cache
def providers() -> tuple[Provider, ...]:
    """Return the description of every provider, in the order of the list."""
    return tuple(import_module(f"push.providers.{name}.provider").PROVIDER for name in PROVIDERS)


@cache
def providers_by_route() -> dict[str, Provider]:
    """Return the providers by the kind of their routes."""
    return {provider.kind: provider for provider in providers()}


@cache
def providers_by_type() -> dict[str, Provider]:
    """Return the providers that deliver to a type of devices themselves, by that type."""
    return {provider.device.type: provider for provider in providers() if provider.device}


def device_kinds() -> list[DeviceKind]:
    """Return every type of devices."""
    return [provider.device for provider in providers() if provider.device]


def device_kind(type: str) -> DeviceKind:
    """Return the description of a type of devices. Raises KeyError for a type that no provider delivers to."""
    kind = providers_by_type()[type].device
    assert kind is not None
    return kind


def phone_kinds() -> list[DeviceKind]:
    """Return the types of phones, which gateways push to as well."""
    return [kind for kind in device_kinds() if kind.is_phone]


def phone_types() -> list[str]:
    """Return the names of the types of phones."""
    return [kind.type for kind in phone_kinds()]


def device_choices() -> list[tuple[str, Text]]:
    """Return the choices of a model field for a type of devices: a new provider needs no migration."""
    return [(kind.type, kind.label) for kind in device_kinds()]


def phone_choices() -> list[tuple[str, Text]]:
    """Return the choices of a model field for a type of phones."""
    return [(kind.type, kind.label) for kind in phone_kinds()]
