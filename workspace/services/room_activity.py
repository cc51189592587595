"""Transient events in rooms, such as who is typing. They are not stored, unless the database has no announcements."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import Error

from workspace.errors import ApplicationError, NotAllowedError
from workspace.logs.events import LogEvent
from workspace.models import LiveKind, Room, User
from workspace.selectors.rooms import subscription_of
from workspace.services.live import CHANNEL, publish
from workspace.wakeups import announce, wakeups_supported

ACTIVITY_NOT_ANNOUNCED = LogEvent(
    "live.activity_not_announced",
    "An event that is not stored, such as that somebody is typing, was lost.",
    level=logging.ERROR,
)
# What clients may publish, by the last part of the event's name.
USER_ACTIVITY, TYPING = "user-activity", "typing"
ACTIVITIES = (USER_ACTIVITY, TYPING)
MAX_ACTIVITIES = 10
MAX_ACTIVITY_LENGTH = 50
# PostgreSQL's limit for the payload of an announcement.
MAX_PAYLOAD_BYTES = 7999


def publish_room_activity(*, user: User, event: str, args: list[Any]) -> None:
    """Publish what a user does in a room: `<rid>/user-activity` with the user's name and a list of activities.

    In the older form, `<rid>/typing`, a boolean takes the place of the list. The name is the user's username or display
    name. Raises `error-not-allowed` for other events and names, and if the user is not a member of the room or may not
    post in it; `invalid-params` for other arguments.
    """
    room_id, _slash, activity = event.partition("/")
    if activity not in ACTIVITIES or not room_id.isprintable():
        raise NotAllowedError()
    name, *details = args or [None]
    if name not in (user.username, user.display_name):
        raise NotAllowedError()
    checked = [name, typing_checked(details) if activity == TYPING else activities_checked(details)]
    room = Room.objects.filter(public_id=room_id).first()
    membership = subscription_of(user=user, room=room) if room else None
    if membership is None or membership.is_muted:
        raise NotAllowedError()
    publish_transient(event=event, args=checked)


def activities_checked(details: list[Any]) -> list[str]:
    """Return the activities; an empty list means that the user has stopped."""
    activities = details[0] if details else []
    is_valid = isinstance(activities, list) and len(activities) <= MAX_ACTIVITIES
    if not is_valid or not all(isinstance(one, str) and is_activity(one) for one in activities):
        raise ApplicationError("invalid-params", "The activities must be a list of short texts")
    return list(activities)


def is_activity(text: str) -> bool:
    """Return True for the name of an activity; any that a client invents is accepted."""
    return len(text) <= MAX_ACTIVITY_LENGTH and text.isprintable()


def typing_checked(details: list[Any]) -> bool:
    """Return whether the user is typing."""
    if not details or not isinstance(details[0], bool):
        raise ApplicationError("invalid-params", "The second argument must be true or false")
    return details[0]


def publish_transient(*, event: str, args: list[Any]) -> None:
    """Publish an event of `stream-notify-room` that need not be delivered later."""
    details = {"event": event, "args": args}
    text = json.dumps(details)
    if not wakeups_supported() or len(text.encode()) > MAX_PAYLOAD_BYTES:
        publish(kind=LiveKind.TRANSIENT, args=details)
        return
    try:
        announce(CHANNEL, text)
    except Error:
        ACTIVITY_NOT_ANNOUNCED.exception()
