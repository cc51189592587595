"""Turns events into reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workspace.api.events.params import GROUP, PARAMS, PRESENCE_SECONDS, ROOM_TYPES
from workspace.api.events.quick import EventErrors, values_read
from workspace.models import EventKind, RoomType
from workspace.services.events.reports import (
    DeletionReport,
    FieldError,
    MessageReport,
    PresenceReport,
    ReadReport,
    Report,
    RoomReport,
    UserReport,
)


def event_read(data: Any) -> Report:
    """Return the report in an event of a batch; raises EventErrors."""
    if not isinstance(data, dict):
        raise EventErrors([FieldError("", "must be object")])
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in PARAMS:
        raise EventErrors([FieldError("type", f"must be one of {', '.join(PARAMS)}")])
    return report_of(kind, values_read(PARAMS[kind], data))


def report_of(kind: str, values: Mapping[str, Any]) -> Report:
    """Return the report with these values."""
    return REPORTS[kind](values)


def message_of(values: Mapping[str, Any]) -> MessageReport:
    get = values.get
    return MessageReport(
        id=values["id"],
        room=values["room"],
        sender=values["sender"],
        text=get("text", ""),
        members=get("members"),
        mentions=get("mentions", ()),
        mentions_all=get("mentionsAll", False),
        mentions_here=get("mentionsHere", False),
        thread=get("thread", ""),
        is_shown_in_room=get("showInRoom", False),
        sent_at=get("sentAt"),
        room_name=get("roomName", ""),
        room_type=RoomType(ROOM_TYPES[get("roomType", GROUP)]),
        sender_name=get("senderName", ""),
    )


def user_of(values: Mapping[str, Any]) -> UserReport:
    get = values.get
    return UserReport(
        id=values["id"],
        name=get("name"),
        username=get("username"),
        email=get("email"),
        language=get("language"),
        time_zone=get("timeZone"),
        is_active=get("active"),
    )


def room_of(values: Mapping[str, Any]) -> RoomReport:
    get = values.get
    return RoomReport(
        id=values["id"],
        name=get("name"),
        type=RoomType(ROOM_TYPES[values["roomType"]]) if "roomType" in values else None,
        topic=get("topic"),
        is_archived=get("archived"),
        members=get("members"),
        added=get("add", ()),
        removed=get("remove", ()),
    )


REPORTS: dict[str, Callable[[Mapping[str, Any]], Report]] = {
    EventKind.MESSAGE: message_of,
    EventKind.USER: user_of,
    EventKind.ROOM: room_of,
    EventKind.READ: lambda values: ReadReport(user=values["user"], room=values["room"]),
    EventKind.PRESENCE: lambda values: PresenceReport(
        user=values["user"], status=values["status"], seconds=values.get("seconds", PRESENCE_SECONDS)
    ),
    EventKind.DELETE: lambda values: DeletionReport(**values),
}
