"""Which rows of push are remembered when they change."""

from __future__ import annotations

from push.models import Device
from workspace.history import track_history

track_history(Device, "disabled_at")
