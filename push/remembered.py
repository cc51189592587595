"""Which rows of push are remembered when they change."""

from __future__ import annotations

from push.models import Device
from workspace.history import remember

remember(Device, "disabled_at")
