"""The method for the workspace's statistics."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method


@method("getStatistics", endpoint="GET statistics")
def get_statistics(call: MethodCall, refresh: bool | None = None) -> Any:
    """Return the workspace's statistics. Requires `view-statistics`."""
    return call.endpoint("GET statistics")
