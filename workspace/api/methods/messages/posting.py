"""Methods that post, change and return messages."""

from __future__ import annotations

from typing import Any

from workspace.api.messages.history import single_message
from workspace.api.messages.objects import MessageObject, messages_of
from workspace.api.messages.reading import message_for
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import text_of
from workspace.api.methods.registry import method
from workspace.errors import NotAllowedError
from workspace.models import Message
from workspace.selectors.room_access import readable_rooms

# The most messages that one call returns by their ids.
MAX_IDS = 500


@method("sendMessage", endpoint="POST chat.sendMessage")
def send_message(call: MethodCall, message: dict[str, Any], preview_urls: list[str] | None = None) -> Any:
    """Post a message: `{"rid": …, "msg": …}`, with `_id`, `tmid` and other fields of the endpoint. Returns it.

    `previewUrls` is ignored: Callboard makes no previews of links.
    """
    return call.endpoint("POST chat.sendMessage", message=message)["message"]


@method("updateMessage", endpoint="POST chat.update")
def update_message(call: MethodCall, message: dict[str, Any], preview_urls: list[str] | None = None) -> None:
    """Edit a message: `{"_id": …, "msg": …}`, or with encrypted `content`."""
    changed = message_of_params(call, message)
    call.endpoint(
        "POST chat.update",
        roomId=changed.room.public_id,
        msgId=changed.public_id,
        text=message.get("msg"),
        content=message.get("content"),
    )


@method("deleteMessage", endpoint="POST chat.delete")
def delete_message(call: MethodCall, message: dict[str, Any]) -> None:
    """Delete a message: `{"_id": …}`."""
    deleted = message_of_params(call, message)
    call.endpoint("POST chat.delete", roomId=deleted.room.public_id, msgId=deleted.public_id)


@method("getSingleMessage", endpoint="GET chat.getMessage")
def get_single_message(call: MethodCall, message_id: str) -> Any:
    """Return a message, or null if there is none."""
    message = single_message(call.caller, message_id)
    return message and MessageObject(message).data


@method("getMessages")
def get_messages(call: MethodCall, message_ids: list[str]) -> Any:
    """Return the messages with these ids, at most 500, that exist. The caller must be able to read all of them."""
    chosen = Message.objects.filter(public_id__in=message_ids[:MAX_IDS], deleted_at=None).select_related("room")
    messages = list(chosen.order_by("sent_at", "pk"))
    rooms = {(call.caller.pk, message.room.public_id) for message in messages}
    if rooms != readable_rooms(rooms):
        raise NotAllowedError()
    return MessageObject(messages_of(messages, call.caller), many=True).data


@method("followMessage", endpoint="POST chat.followMessage")
def follow_message(call: MethodCall, message: dict[str, Any]) -> bool:
    """Follow a thread: `{"mid": …}`, with the id of its first message or a reply. Returns true."""
    call.endpoint("POST chat.followMessage", mid=message.get("mid"))
    return True


@method("unfollowMessage", endpoint="POST chat.unfollowMessage")
def unfollow_message(call: MethodCall, message: dict[str, Any]) -> bool:
    """Stop following a thread: `{"mid": …}`. Returns true."""
    call.endpoint("POST chat.unfollowMessage", mid=message.get("mid"))
    return True


def message_of_params(call: MethodCall, params: dict[str, Any]) -> Message:
    """Return the message with the `_id` in the parameters, if the caller may read it."""
    return message_for(call.caller, text_of(params, "_id"))
