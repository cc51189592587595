"""Methods that post and change messages."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method


@method("sendMessage", endpoint="POST chat.sendMessage")
def send_message(call: MethodCall, message: dict[str, Any], preview_urls: list[str] | None = None) -> Any:
    """Post a message. Returns it. `previewUrls` is ignored: Callboard makes no previews of links."""
    return call.endpoint("POST chat.sendMessage", message=message)["message"]
