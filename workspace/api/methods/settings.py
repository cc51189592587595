"""Methods that return settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.api.paging import MAX_ITEMS
from workspace.selectors.settings import setting_times
from workspace.services.settings import VIEW_PERMISSION


@method("public-settings/get", endpoint="GET settings.public", anonymous=True)
def public_settings_get(call: MethodCall, updated_since: datetime | None = None) -> Any:
    """Return the settings that anyone may read. With a date, `{"update": […], "remove": []}`: those changed since."""
    return with_times(call.endpoint("GET settings.public", count=MAX_ITEMS)["settings"], updated_since)


@method("private-settings/get", endpoint="GET settings")
def private_settings_get(call: MethodCall, updated_after: datetime | None = None) -> Any:
    """Return all settings. With a date, `{"update": […], "remove": []}`: those changed since.

    There are none for callers without the permission `view-privileged-setting`. Secrets have no value.
    """
    allowed = call.caller.has_perm(VIEW_PERMISSION)
    return with_times(call.endpoint("GET settings", count=MAX_ITEMS)["settings"] if allowed else [], updated_after)


@method("saveSetting", endpoint="POST settings")
def save_setting(call: MethodCall, setting_id: str, value: Any, editor: str | None = None) -> bool:
    """Save a setting. Returns true."""
    call.endpoint("POST settings", settings=[{"_id": setting_id, "value": value}])
    return True


@method("saveSettings", endpoint="POST settings")
def save_settings(call: MethodCall, settings: list[dict[str, Any]]) -> bool:
    """Save several settings, all or none: `[{"_id": …, "value": …}]`. Returns true."""
    call.endpoint("POST settings", settings=settings)
    return True


def with_times(settings: Iterable[dict[str, Any]], since: datetime | None) -> Any:
    """Return the settings with the times of their last change; with a time, only those changed since."""
    time_of = setting_times()
    rows = [{**setting, "_updatedAt": time_of(setting["_id"])} for setting in settings]
    if since is None:
        return rows
    return {"update": [row for row in rows if row["_updatedAt"] > since], "remove": []}
