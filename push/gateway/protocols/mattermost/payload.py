"""What Mattermost apps are sent: the payloads of mattermost-push-proxy, so that existing apps understand them."""

from __future__ import annotations

from typing import Any

from push.gateway.protocols.mattermost.requests import CLEAR, MESSAGE, SESSION, TEST, MattermostPush
from push.providers.pushes import Push

TITLED_VERSION = "v2"
SOUND_NONE = "none"
# The name of the sender of a push whose content the app fetches.
SOMEBODY = "Someone"


def apple_payload(sent: MattermostPush, push: Push) -> dict[str, Any]:
    """Return the JSON for Apple."""
    aps: dict[str, Any] = {}
    payload: dict[str, Any] = {"type": sent.type, **sent.texts}
    if sent.badge is not None:
        aps["badge"] = sent.badge
    if sent.is_id_loaded or sent.type in (MESSAGE, SESSION, TEST):
        aps |= apple_alert(sent, push)
        payload |= apple_details(sent, push)
    elif sent.type == CLEAR:
        aps["content-available"] = 1
    if channel := sent.texts.get("channel_id"):
        aps["thread-id"] = channel
    if sent.is_crt_enabled:
        payload["is_crt_enabled"] = True
    return {"aps": aps, **payload}


def apple_alert(sent: MattermostPush, push: Push) -> dict[str, Any]:
    """Return what Apple shows and sounds."""
    has_title = push.title and sent.version == TITLED_VERSION and not sent.is_id_loaded
    alert = {"body": push.text} | ({"title": push.title} if has_title else {})
    optional = {"category": sent.category, "sound": "" if sent.sound == SOUND_NONE else "default"}
    return {"alert": alert, "mutable-content": 1, **{name: value for name, value in optional.items() if value}}


def apple_details(sent: MattermostPush, push: Push) -> dict[str, Any]:
    """Return the app's own fields of a push that shows a text."""
    if sent.is_id_loaded:
        return {"version": sent.version, "id_loaded": True}
    return {"version": sent.version} | ({"channel_name": push.title} if push.title else {})


def google_data(sent: MattermostPush, push: Push) -> dict[str, str]:
    """Return the data for Google, which must all be strings."""
    names = ["ack_id", "server_id", "channel_id", "root_id", "sub_type", "signature"]
    data = {
        "type": sent.type,
        "version": sent.version,
        "is_crt_enabled": "true" if sent.is_crt_enabled else "false",
        "badge": "" if sent.badge is None else str(sent.badge),
    }
    if sent.is_id_loaded:
        names += ["post_id", "sender_id", "team_id"]
        data |= {"message": push.text, "id_loaded": "true", "sender_name": SOMEBODY}
    elif sent.type in (MESSAGE, SESSION, TEST):
        names += ["team_id", "sender_id", "sender_name", "post_id", "override_username", "override_icon_url"]
        names.append("from_webhook")
        data |= {"message": push.text, "channel_name": push.title}
    data = {name: sent.texts.get(name, "") for name in names} | data
    return {name: value for name, value in data.items() if value}
