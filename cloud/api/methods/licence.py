"""Methods for the workspace's licence."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method


@method("license:isEnterprise", endpoint="GET licenses.isEnterprise")
def is_enterprise(call: MethodCall) -> Any:
    """Return true if the workspace has a licence."""
    return call.endpoint("GET licenses.isEnterprise")["isEnterprise"]
