"""Methods for the workspace's licence."""

from __future__ import annotations

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.setting_groups.licence import module_granted, modules_granted


@method("license:getModules", anonymous=True)
def get_modules(call: MethodCall) -> list[str]:
    """Return the premium modules that the workspace's licence grants."""
    return sorted(modules_granted())


@method("license:hasLicense", anonymous=True)
def has_license(call: MethodCall, module: str) -> bool:
    """Return true if the workspace's licence grants the premium module."""
    return module_granted(module)
