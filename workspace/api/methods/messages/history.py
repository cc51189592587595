"""Methods that load parts of a room's history, and search it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workspace.api.messages import history
from workspace.api.messages.history import HistoryObject, SurroundingsObject
from workspace.api.messages.objects import MessageObject
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import endpoint_for, number_of, room_of_params, text_of
from workspace.api.methods.registry import method
from workspace.models import Room

HISTORY = "GET channels|groups|im.history"
HISTORY_PARAMS = ("latest", "oldest", "count", "inclusive", "offset", "unreads", "showThreadMessages")


@method("loadHistory", endpoint=HISTORY)
def load_history(
    call: MethodCall,
    rid: str,
    end: datetime | None = None,
    limit: int = 20,
    ls: datetime | None = None,
    show_thread_messages: bool = True,
) -> Any:
    """Return the last messages of a room before `end` as `messages`, newest first; false if the caller may not read it.

    `ls` is the time up to which the client has read the room: `unreadNotLoaded` counts the unread messages that are
    older than these, and `firstUnread` is the first of them.
    """
    history_count(call, rid)
    loaded = history.load_history(call.caller, rid, end, limit, ls, show_thread_messages)
    return loaded and HistoryObject(loaded).data


@method("loadMissedMessages", endpoint=HISTORY)
def load_missed_messages(call: MethodCall, rid: str, start: datetime) -> Any:
    """Return the messages of a room after `start`, newest first; false if the caller may not read it."""
    history_count(call, rid)
    messages = history.load_missed_messages(call.caller, rid, start)
    return messages if messages is False else MessageObject(messages, many=True).data


@method("loadNextMessages", endpoint=HISTORY)
def load_next_messages(call: MethodCall, rid: str, end: datetime | None = None, limit: int = 20) -> Any:
    """Return the next messages of a room after `end` as `messages`, oldest first; false for an unreadable room."""
    history_count(call, rid)
    loaded = history.load_next_messages(call.caller, rid, end, limit)
    return loaded and HistoryObject(loaded).data


@method("loadSurroundingMessages")
def load_surrounding_messages(call: MethodCall, message: dict[str, Any], limit: int = 50) -> Any:
    """Return a message (`{"_id": …}`) and those around it as `messages`, oldest first, with `moreBefore`, `moreAfter`.

    False if the caller may not read it.
    """
    surroundings = history.load_surrounding_messages(call.caller, text_of(message, "_id"), limit)
    return surroundings and SurroundingsObject(surroundings).data


@method("messageSearch", endpoint="GET chat.search")
def message_search(call: MethodCall, text: str, rid: str | None = None, limit: int = 20, offset: int = 0) -> Any:
    """Return the messages of a room that contain the words, newest first, as `message.docs`.

    False if the caller may not read it.
    """
    results = history.message_search(call.caller, text, rid, limit, offset)
    return results and {"message": {"docs": MessageObject(results["message"]["docs"], many=True).data}}


@method("getChannelHistory", endpoint=HISTORY)
def get_channel_history(call: MethodCall, part: dict[str, Any]) -> Any:
    """Return a part of a room's history as `messages`: `{"rid": …, "latest": date, "oldest": date, "count": …}`.

    Also `inclusive`, `offset`, `unreads` and `showThreadMessages`, as for the endpoint.
    """
    room = room_of_params(call, part)
    return call.endpoint(
        endpoint_for(room, "GET history"),
        roomId=room.public_id,
        **{name: part.get(name) for name in HISTORY_PARAMS},
    )


@method("getUserMentionsByChannel", endpoint="GET channels.getAllUserMentionsByChannel")
def get_user_mentions_by_channel(call: MethodCall, mentions: dict[str, Any]) -> Any:
    """Return the messages of a room that mention the caller: `{"roomId": …, "options": {"limit": …, "skip": …}}`."""
    options = mentions.get("options")
    page = options if isinstance(options, dict) else {}
    return call.endpoint(
        "GET channels.getAllUserMentionsByChannel",
        roomId=text_of(mentions, "roomId"),
        count=number_of(page, "limit"),
        offset=number_of(page, "skip"),
    )["mentions"]


def history_count(call: MethodCall, rid: str) -> None:
    """Count the call as one of the endpoint for the history of this room."""
    if room := Room.objects.filter(public_id=rid).only("type").first():
        call.count(endpoint_for(room, "GET history"))
