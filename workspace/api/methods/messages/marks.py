"""Methods that mark messages: reactions, stars, pins and reports."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import text_of
from workspace.api.methods.registry import method


@method("setReaction", endpoint="POST chat.react")
def set_reaction(call: MethodCall, reaction: str, message_id: str, should_react: bool | None = None) -> None:
    """React to a message with an emoji such as `:smile:`, or remove the reaction.

    Without `shouldReact`, the caller's reaction is added or, if there is one, removed.
    """
    call.endpoint("POST chat.react", emoji=reaction, messageId=message_id, shouldReact=should_react)


@method("starMessage", endpoint="POST chat.starMessage")
def star_message(call: MethodCall, message: dict[str, Any]) -> bool:
    """Star a message: `{"_id": …, "starred": true}`, or remove the star with `"starred": false`. Returns true."""
    name = "chat.unStarMessage" if message.get("starred") is False else "chat.starMessage"
    call.endpoint(f"POST {name}", messageId=text_of(message, "_id"))
    return True


@method("pinMessage", endpoint="POST chat.pinMessage")
def pin_message(call: MethodCall, message: dict[str, Any]) -> Any:
    """Pin a message: `{"_id": …}`. Returns the message that reports it."""
    return call.endpoint("POST chat.pinMessage", messageId=text_of(message, "_id"))["message"]


@method("unpinMessage", endpoint="POST chat.unPinMessage")
def unpin_message(call: MethodCall, message: dict[str, Any]) -> bool:
    """Unpin a message: `{"_id": …}`. Returns true."""
    call.endpoint("POST chat.unPinMessage", messageId=text_of(message, "_id"))
    return True


@method("reportMessage", endpoint="POST chat.reportMessage")
def report_message(call: MethodCall, message_id: str, description: str) -> bool:
    """Report a message to the administrators. Returns true."""
    call.endpoint("POST chat.reportMessage", messageId=message_id, description=description)
    return True
