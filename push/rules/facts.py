"""What the rules read of a message: everything that is the same for all members of its room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from preferences.models import AccountsSettings, IgnoredSender
from preferences.selectors.highlights import highlights_found
from push.models import Channel, Event, PushSettings
from workspace.models import BusySilences, GeneralSettings, Message, Room, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.permissions import users_with_permission

# A message whose own time is further from its acceptance than this is history brought in.
IMPORT_TOLERANCE = timedelta(seconds=60)
VIEW_DIRECT = "workspace.view_d_room"
SETS = ("mentioned", "highlights", "direct_viewers")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """One event of one message, with the settings in force; `accepted_at` is when presence is read.

    `mentioned` are the keys of those whom it names; `is_sender_ignored` tells whether any member need be asked whether
    it is they who ignore the sender; `highlights` are the folded highlight words, of anybody, that stand in the
    text; `direct_viewers` are the keys of a direct room's members who may view direct messages.
    """

    message_id: int
    room_id: int
    sender_id: int
    thread_id: int | None
    accepted_at: datetime
    is_edit: bool
    is_system: bool
    is_imported: bool
    is_direct: bool
    is_thread_reply: bool
    members_count: int
    max_room_members: int
    mentioned: frozenset[int]
    is_sender_ignored: bool
    calls_all: bool
    calls_here: bool
    highlights: frozenset[str]
    direct_viewers: frozenset[int]
    push_enabled: bool
    email_enabled: bool
    busy_silences_push: bool
    defaults: Mapping[str, str]

    @property
    def is_room_too_large(self) -> bool:
        """Return whether the room has more members than may be notified of all messages; a limit of 0 is none."""
        return 0 < self.max_room_members < self.members_count

    def as_json(self) -> dict[str, Any]:
        """Return the facts as they are kept with a decision."""
        sets = {name: sorted(getattr(self, name)) for name in SETS}
        return {**asdict(self), **sets, "accepted_at": self.accepted_at.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> MessageFacts:
        """Return the facts that were kept with a decision."""
        sets = {name: frozenset(kept[name]) for name in SETS}
        return cls(**{**kept, **sets, "accepted_at": datetime.fromisoformat(kept["accepted_at"])})


def settings_read() -> dict[str, Any]:
    """Return the settings in force that are facts of every message."""
    general, accounts = GeneralSettings.current(), AccountsSettings.current()
    return {
        "max_room_members": general.max_room_members,
        "push_enabled": PushSettings.current().enable,
        "email_enabled": accounts.allow_email,
        "busy_silences_push": general.busy_silences == BusySilences.DESKTOP_AND_PUSH,
        "defaults": {channel: getattr(accounts, channel) for channel in Channel.values},
    }


def facts_imagined(
    room: Room, *, reader: User, is_mention: bool = False, calls_all: bool = False, at: datetime
) -> MessageFacts:
    """Return the facts of a message that nobody has written, in a room that may be imagined, too.

    It mentions the reader, or everybody, or nobody. Nobody sent it; the reader's row stands where a sender's is needed.
    """
    return MessageFacts(
        message_id=0,
        room_id=room.pk or 0,
        sender_id=reader.pk,
        thread_id=None,
        accepted_at=at,
        is_edit=False,
        is_system=False,
        is_imported=False,
        is_direct=room.is_direct,
        is_thread_reply=False,
        members_count=room.members_count,
        mentioned=frozenset([reader.pk] if is_mention else []),
        is_sender_ignored=False,
        calls_all=calls_all,
        calls_here=False,
        highlights=frozenset(),
        direct_viewers=direct_viewers_of(room) if room.pk else frozenset(),
        **settings_read(),
    )


def facts_of(message: Message, *, event: str = Event.POSTED, accepted_at: datetime | None = None) -> MessageFacts:
    """Return the facts of a message's event, accepted at the given moment (when the message was)."""
    return MessageFacts(
        message_id=message.pk,
        room_id=message.room_id,
        sender_id=message.sender_id,
        thread_id=message.parent_id,
        accepted_at=accepted_at or message.accepted_at,
        is_edit=event == Event.EDITED,
        is_system=message.is_system,
        is_imported=abs(message.accepted_at - message.sent_at) > IMPORT_TOLERANCE,
        is_direct=message.room.is_direct,
        is_thread_reply=message.is_thread_reply,
        members_count=message.room.members_count,
        mentioned=frozenset(message.mentions.values_list("user_id", flat=True)),
        is_sender_ignored=ignored_in(message.room).filter(sender=message.sender_id).exists(),
        calls_all=message.mentions_all,
        calls_here=message.mentions_here,
        highlights=highlights_in(message),
        direct_viewers=direct_viewers_of(message.room),
        **settings_read(),
    )


def direct_viewers_of(room: Room) -> frozenset[int]:
    """Return who of a direct room's few members may view direct messages; nobody is asked of any other room."""
    if not room.is_direct:
        return frozenset()
    members = list(room.subscriptions.order_by().values_list("user_id", flat=True))
    return frozenset(users_with_permission(VIEW_DIRECT, users=members))


def ignored_in(room: Room) -> QuerySet[IgnoredSender]:
    """Return who is ignored by whom in the room."""
    return IgnoredSender.objects.filter(subscription__room=room)


def highlights_in(message: Message) -> frozenset[str]:
    """Return the folded highlight words that stand in the message."""
    if message.type == ENCRYPTED or not message.text:
        return frozenset()
    return frozenset(highlights_found(message.text, room=message.room))
