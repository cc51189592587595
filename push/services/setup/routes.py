"""Saves how pushes reach phones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from push.selectors.setup.routes import Way
from workspace.services.settings import Origin, settings_save, unlocked_values


def way_values(way: Way) -> dict[str, Any]:
    """Return the settings that choose the way, by id. Stored keys and gateways stay, to be used again."""
    return {"Push_enable": True, "Push_enable_gateway": way == Way.GATEWAY}


def way_save(*, values: Mapping[str, Any], origin: Origin) -> None:
    """Save the settings of a way, except those that are fixed; raises the errors of `settings_save`."""
    settings_save(values=unlocked_values(values), origin=origin)
