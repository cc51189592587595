"""The streams: who may subscribe to each, and which events they have. docs/streams.md is generated from this table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from workspace.errors import ApplicationError

# Longer names of events cannot exist; they would only occupy memory.
MAX_EVENT_LENGTH = 200


class Audience(Enum):
    """Who may subscribe to an event."""

    EVERYONE = "everyone, even without signing in"
    SIGNED_IN = "signed-in users"
    SELF = "the user whose id the event begins with"
    ROOM = "users who may read the room whose id the event begins with"
    SETTINGS_READERS = "users with the permission `view-privileged-setting`"


@dataclass(frozen=True, slots=True)
class EventWords:
    """An event of a stream: what it is called in subscriptions, when it occurs, and its arguments."""

    name: str
    when: str
    args: str = ""
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream. Its events have its audience unless they declare another one.

    Subscriptions to events that are not in the table are accepted, because clients may know more events; these never
    occur.
    """

    name: str
    audience: Audience
    events: tuple[EventWords, ...]

    def audience_of(self, event: str) -> Audience:
        """Return who may subscribe to the event."""
        declared = (words.audience for words in self.events if words.name == event)
        return next(declared, None) or self.audience


class UnknownStreamError(ApplicationError):
    """There is no stream of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("error-subscription-not-found", f"Subscription '{name}' not found", status=404)


MY_MESSAGES = "__my_messages__"
NEVER = "Never; can be subscribed to because clients do."
ROOM_MESSAGES, NOTIFY_ROOM, NOTIFY_USER = "stream-room-messages", "stream-notify-room", "stream-notify-user"
NOTIFY_LOGGED, NOTIFY_ALL, ROLES = "stream-notify-logged", "stream-notify-all", "stream-roles"
USER_PRESENCE = "stream-user-presence"

STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        Stream(
            ROOM_MESSAGES,
            Audience.ROOM,
            (
                EventWords(
                    "<rid>",
                    "A message is posted, edited, or changed in another way, such as by a new reply in its thread.",
                    "`[message]`",
                ),
                EventWords(
                    MY_MESSAGES,
                    "As above, for all rooms that the user may read. Bots use it.",
                    "`[message, {roomParticipant, roomType, roomName?}]`; `roomParticipant` is false in channels that "
                    "the user has not joined",
                    Audience.SIGNED_IN,
                ),
            ),
        ),
    )
}


def stream_of(name: str, event: str) -> Stream:
    """Return the stream; raises UnknownStreamError if there is none, `invalid-params` for an impossible event."""
    stream = STREAMS.get(name)
    if stream is None:
        raise UnknownStreamError(name[:MAX_EVENT_LENGTH])
    if len(event) > MAX_EVENT_LENGTH:
        raise ApplicationError("invalid-params", "The name of the event is too long")
    return stream


def room_id_of(name: str, event: str) -> str:
    """Return the room's public id if access to the event depends on a room, else an empty text."""
    stream = STREAMS[name]
    return event.partition("/")[0] if stream.audience_of(event) is Audience.ROOM else ""
