"""Routes to devices, and the pushes that are sent on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from push.models import Device


@dataclass(frozen=True, slots=True)
class Route:
    """One route to devices, with all that sending requires, so that transports read nothing from the database.

    `app_name` is empty for the routes of the Push settings. `way` is what its kind's transport needs, such as addresses
    and credentials; `fingerprint` identifies these without revealing them. Pushes in one `lane` do not wait for pushes
    in another.
    """

    kind: str
    way: Any = field(repr=False)
    fingerprint: str
    app_name: str = ""
    lane: str = ""

    @property
    def key(self) -> str:
        """Return the route's identifier, which does not change with the credentials."""
        return ":".join(filter(None, (self.kind, self.app_name, self.lane)))


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """The gateways, in the order in which they are tried, and the workspace's authorization with them.

    `strangers` are the addresses that do not get the access token, because it is not meant for them.
    """

    addresses: tuple[str, ...] = field(repr=False)
    access_token: str = field(repr=False)
    strangers: frozenset[str] = field(default=frozenset(), repr=False)

    def token_for(self, address: str) -> str:
        """Return the access token for a gateway; empty if it gets none."""
        return "" if address in self.strangers else self.access_token


@dataclass(frozen=True, slots=True)
class DevicePush:
    """One push for one device: the gateway protocol's `options` (push/content/options.py), from which every transport
    builds what its provider wants; for web push, what is encrypted for it (push/providers/web_push/payload.py).

    `is_single`: it is sent in a separate request, even if others are sent in batches. `traceparent` is for gateways: it
    names the span of sending the push, while traces are on.
    """

    device: Device
    options: dict[str, Any] = field(repr=False)
    is_single: bool = False
    traceparent: str = ""
