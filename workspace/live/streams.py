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
ROOM_MESSAGES, NOTIFY_ROOM, NOTIFY_USER = "stream-room-messages", "stream-notify-room", "stream-notify-user"
NOTIFY_LOGGED, NOTIFY_ALL, ROLES = "stream-notify-logged", "stream-notify-all", "stream-roles"
USER_PRESENCE = "stream-user-presence"
SUBSCRIPTIONS_CHANGED, ROOMS_CHANGED, USER_DATA = "subscriptions-changed", "rooms-changed", "userData"
FORCE_LOGOUT, USER_STATUS, ROLES_EVENT = "force_logout", "user-status", "roles"
NEVER = "Does not occur; clients subscribe to it."

STREAM_LIST = (
    Stream(
        ROOM_MESSAGES,
        Audience.ROOM,
        (
            EventWords(
                "<rid>",
                "A message is posted, edited, or changed in another way, such as by a reply in its thread.",
                "`[message]`",
            ),
            EventWords(
                MY_MESSAGES,
                "The same for all rooms that the user may read; for bots.",
                "`[message, {roomParticipant, roomType, roomName?}]`. `roomParticipant` is false in channels that the "
                "user has not joined.",
                Audience.SIGNED_IN,
            ),
        ),
    ),
    Stream(
        NOTIFY_ROOM,
        Audience.ROOM,
        (
            EventWords("<rid>/deleteMessage", "A message is deleted.", "`[{_id}]`"),
            EventWords(
                "<rid>/user-activity",
                "A member types, or has stopped. Members publish it with the method `stream-notify-room`.",
                '`[username, activities]`, such as `["ana", ["user-typing"]]`; an empty list at the end',
            ),
            EventWords("<rid>/typing", "The same from older clients.", "`[username, isTyping]`"),
            EventWords("<rid>/deleteMessageBulk", NEVER),
            EventWords("<rid>/messagesRead", f"{NEVER} There are no read receipts."),
        ),
    ),
    Stream(
        NOTIFY_USER,
        Audience.SELF,
        (
            EventWords(
                f"<uid>/{SUBSCRIPTIONS_CHANGED}",
                "The user joins or leaves a room, has read it, or has other preferences for it; the room changes or "
                "has a new message.",
                '`["inserted" | "updated", subscription]`, or `["removed", {_id, rid, u}]`',
            ),
            EventWords(
                f"<uid>/{ROOMS_CHANGED}",
                "A room of the user changes or has a new message; the user joins or leaves it.",
                '`["inserted" | "updated", room]`, or `["removed", {_id}]`',
            ),
            EventWords(
                "<uid>/notification",
                "A message causes a desktop notification, according to the rules ([rules.md](rules.md)).",
                "`[{title, text, payload, duration?}]`. `payload` has `_id` (of the message), `rid`, `type`, `name?`, "
                "`tmid?`, `sender`, and `message` with `msg`, `t?` and `content?`.",
            ),
            EventWords(
                f"<uid>/{USER_DATA}",
                "The account, its roles or its preferences change.",
                '`[{type: "updated", id, diff, unset}]`. `diff` has the new values, those of preferences by '
                "`settings.preferences.<key>`.",
            ),
            EventWords(f"<uid>/{FORCE_LOGOUT}", "The client's sign-in has ended. The socket is then closed.", "`[]`"),
            *(
                EventWords(f"<uid>/{name}", NEVER)
                for name in (
                    *("message", "uiInteraction", "otr", "webrtc", "e2ekeyRequest", "video-conference"),
                    *("media-signal", "media-calls"),
                )
            ),
        ),
    ),
    Stream(
        NOTIFY_LOGGED,
        Audience.SIGNED_IN,
        (
            EventWords("Users:NameChanged", "A user's username or name changes.", "`[{_id, username, name}]`"),
            EventWords(
                "Users:Deleted",
                "An account is deleted, with its messages or their sender's name.",
                '`[{userId, messageErasureType: "Delete" | "Unlink"}]`',
            ),
            EventWords(
                USER_STATUS,
                "What others see of a user's presence changes.",
                "`[[uid, username, status, statusText]]`, with the status as below",
            ),
            EventWords(
                "permissions-changed",
                "A role is given a permission, or has lost it.",
                '`["updated", {_id, roles, _updatedAt}]`',
            ),
            EventWords(
                "roles-change",
                "A user is given a role, or has lost it.",
                '`[{type: "added" | "removed", _id, u}]`; `_id` is the name of the role',
            ),
            EventWords(
                "private-settings-changed",
                "A setting changes.",
                '`["updated", {_id, value}]`, without the values of secrets',
                Audience.SETTINGS_READERS,
            ),
            EventWords(
                "updateAvatar", "A user's picture changes.", "`[{username, etag}]`; `etag` is null without a picture"
            ),
        ),
    ),
    Stream(
        NOTIFY_ALL,
        Audience.EVERYONE,
        (
            EventWords("public-settings-changed", "A public setting changes.", '`["updated", {_id, value}]`'),
            EventWords("updateEmojiCustom", NEVER),
            EventWords("deleteEmojiCustom", NEVER),
        ),
    ),
    Stream(
        ROLES,
        Audience.SIGNED_IN,
        (
            EventWords(
                ROLES_EVENT,
                "A role is added, changed or deleted.",
                '`[{type: "changed" | "removed", _id, name, …}]`',
            ),
        ),
    ),
    Stream(
        USER_PRESENCE,
        Audience.SIGNED_IN,
        (
            EventWords(
                "",
                "What others see of a user's presence changes. The parameters of the subscription are an empty text "
                "and `{added: [uid, …], removed: [uid, …]}`; they change which users the client watches. The event's "
                "name is the user's id.",
                "`[[username, status, statusText]]`. The status is 0 (offline), 1 (online), 2 (away) or 3 (busy).",
            ),
        ),
    ),
)
STREAMS = {stream.name: stream for stream in STREAM_LIST}


def stream_of(name: str, event: str) -> Stream:
    """Return the stream; raises UnknownStreamError if there is none, `invalid-params` for an impossible event."""
    stream = STREAMS.get(name)
    if stream is None:
        raise UnknownStreamError(name[:MAX_EVENT_LENGTH])
    if not is_name(event):
        raise ApplicationError("invalid-params", "There can be no event of this name")
    return stream


def is_name(text: str) -> bool:
    """Return True if an event, a room or a user may have this name or id; the database refuses some characters."""
    return len(text) <= MAX_EVENT_LENGTH and text.isprintable()


def room_id_of(name: str, event: str) -> str:
    """Return the room's public id if access to the event depends on a room, else an empty text."""
    stream = STREAMS[name]
    return event.partition("/")[0] if stream.audience_of(event) is Audience.ROOM else ""
