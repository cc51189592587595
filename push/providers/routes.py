"""The ways to devices, and what travels on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from push.models import Device


@dataclass(frozen=True, slots=True)
class Route:
    """One way to devices, with everything that sending on it takes: a transport reads nothing from the database.

    `app_name` is empty for the ways of the Push settings. `way` is what its kind's transport needs, such as addresses
    and credentials; `fingerprint` tells these from others, and reveals nothing of them. What travels in one `lane` does
    not wait for what travels in another.
    """

    kind: str
    way: Any = field(repr=False)
    fingerprint: str
    app_name: str = ""
    lane: str = ""

    @property
    def key(self) -> str:
        """Return what tells the route from others; it stays the same with other credentials."""
        return ":".join(filter(None, (self.kind, self.app_name, self.lane)))


@dataclass(frozen=True, slots=True)
class DevicePush:
    """One push for one device: the gateway protocol's `options` (push/content/options.py), from which every transport
    builds what its provider wants; for web push, what is encrypted for it (push/providers/web_push/payload.py).

    `is_single`: it is sent in a request of its own, also where others are sent in batches.
    """

    device: Device
    options: dict[str, Any] = field(repr=False)
    is_single: bool = False
