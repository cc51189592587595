"""Methods for the caller's subscriptions and preferences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import updates
from workspace.api.methods.registry import method


@method("subscriptions/get", endpoint="GET subscriptions.get")
def subscriptions_get(call: MethodCall, updated_since: datetime | None = None) -> Any:
    """Return the caller's subscriptions. With a date, `{"update": […], "remove": […]}`: what has changed since."""
    return updates(call.endpoint("GET subscriptions.get", updatedSince=updated_since), updated_since)


@method("saveNotificationSettings", endpoint="POST rooms.saveNotification")
def save_notification_settings(call: MethodCall, room_id: str, field: str, value: Any) -> bool:
    """Change a preference for a room, such as `desktopNotifications`. Returns true."""
    call.endpoint("POST rooms.saveNotification", roomId=room_id, notifications={field: value})
    return True


@method("saveAudioNotificationValue", endpoint="POST rooms.saveNotification")
def save_audio_notification_value(call: MethodCall, room_id: str, value: str) -> bool:
    """Change the sound of a room's notifications. Returns true."""
    call.endpoint("POST rooms.saveNotification", roomId=room_id, notifications={"audioNotificationValue": value})
    return True


@method("saveUserPreferences", endpoint="POST users.setPreferences")
def save_user_preferences(call: MethodCall, settings: dict[str, Any]) -> bool:
    """Change the caller's preferences. Returns true."""
    call.endpoint("POST users.setPreferences", data=settings)
    return True


@method("userSetUtcOffset", endpoint="POST users.setPreferences")
def user_set_utc_offset(call: MethodCall, utc_offset: float) -> None:
    """Set the caller's time zone by its UTC offset in hours, unless they have chosen one."""
    call.endpoint("POST users.setPreferences", data={"utcOffset": utc_offset})


@method("ignoreUser", endpoint="GET chat.ignoreUser")
def ignore_user(call: MethodCall, ignored: dict[str, Any]) -> bool:
    """Ignore a user in a room: `{"rid": …, "userId": …}`; with `"ignore": false`, stop that. Returns true."""
    call.endpoint(
        "GET chat.ignoreUser",
        rid=ignored.get("rid"),
        userId=ignored.get("userId"),
        ignore="false" if ignored.get("ignore") is False else "true",
    )
    return True
