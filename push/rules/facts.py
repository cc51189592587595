"""What the rules read of a message: everything that is the same for all members of its room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from preferences.highlights import words_found
from preferences.models import AccountsSettings, HighlightWord
from push.models import Channel, Event, PushSettings
from workspace.models import BusySilences, GeneralSettings, Message, Room
from workspace.models.messages import ENCRYPTED

# A message whose own time is further from its acceptance than this is history brought in.
IMPORT_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """One event of one message, with the settings in force; `accepted_at` is when presence is read."""

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
    is_room_too_large: bool
    mentions_anyone: bool
    calls_all: bool
    calls_here: bool
    highlights: frozenset[str]
    push_enabled: bool
    email_enabled: bool
    busy_silences_push: bool
    defaults: Mapping[str, str]


def facts_of(message: Message, *, event: str = Event.POSTED, accepted_at: datetime | None = None) -> MessageFacts:
    """Return the facts of a message's event, accepted at the given moment (when the message was)."""
    general, accounts = GeneralSettings.current(), AccountsSettings.current()
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
        is_room_too_large=0 < general.max_room_members < message.room.members_count,
        mentions_anyone=message.mentions.exists(),
        calls_all=message.mentions_all,
        calls_here=message.mentions_here,
        highlights=highlights_in(message),
        push_enabled=PushSettings.current().enable,
        email_enabled=accounts.allow_email,
        busy_silences_push=general.busy_silences == BusySilences.DESKTOP_AND_PUSH,
        defaults={channel: getattr(accounts, channel) for channel in Channel.values},
    )


def highlights_in(message: Message) -> frozenset[str]:
    """Return the folded highlight words of the room's members that stand in the message."""
    if message.type == ENCRYPTED or not message.text:
        return frozenset()
    return frozenset(words_found(message.text, highlight_words_of(message.room)))


def highlight_words_of(room: Room) -> list[str]:
    """Return the folded highlight words of the room's members, each once."""
    words = HighlightWord.objects.filter(user__subscriptions__room=room)
    return list(words.order_by().values_list("folded", flat=True).distinct())
