"""Methods for the workspace's licence."""

from __future__ import annotations

from cloud.selectors.licence import granted_modules
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method


@method("license:getModules", anonymous=True)
def get_modules(call: MethodCall) -> list[str]:
    """Return the premium modules that the workspace's licence grants."""
    return sorted(granted_modules())


@method("license:hasLicense", anonymous=True)
def has_license(call: MethodCall, module: str) -> bool:
    """Return true if the workspace's licence grants the premium module."""
    return module in granted_modules()
