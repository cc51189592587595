"""The facts about a message that the rules use: everything that is the same for all members of its room.

Each fact is one declaration: its name and type, its default if an earlier version did not store it, its label in
explanations, and how it is read. docs/adding-a-rule.md explains how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preferences.models import AccountsSettings, IgnoredSender
from preferences.selectors.highlights import matching_highlights
from push.models import Channel, Decision, Event, PushSettings
from push.rules.origins import Origin
from workspace.models import BusySilences, GeneralSettings, Message, Room, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.events.texts import text_of
from workspace.selectors.permissions import users_with_permission
from workspace.stored_json import stored_read

# If a message's own time and its acceptance are further apart than this, it is imported history.
IMPORT_TOLERANCE = timedelta(seconds=60)
VIEW_DIRECT = "workspace.view_d_room"
FACT = "fact"


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """A message and what happened to it; presence is read as of `accepted_at`."""

    message: Message
    event: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """How one fact is read, and how explanations show it.

    A fact without a `label` is never shown: it only selects rows or members. A fact that is derived from others has
    no source of its own; `made_of` names the others. One that `is_by_channel` is a mapping by channel.
    """

    label: str | Promise = ""
    origin: Origin = Origin.MESSAGE
    of_message: Callable[[MessageEvent], Any] | None = None
    of_workspace: Callable[[], Any] | None = None
    shown: Callable[[MessageFacts], str] | None = None
    made_of: tuple[str, ...] = ()
    is_by_channel: bool = False

    def read(self, event: MessageEvent) -> Any:
        """Read the fact from the database."""
        if self.of_workspace is not None:
            return self.of_workspace()
        assert self.of_message is not None, "A derived fact is not read."
        return self.of_message(event)


def message_fact(label: str | Promise, source: Callable[[MessageEvent], Any]) -> dict[str, Fact]:
    """Declare a fact of the message or its room."""
    return {FACT: Fact(label=label, of_message=source)}


def workspace_fact(label: str | Promise, source: Callable[[], Any], *, is_by_channel: bool = False) -> dict[str, Fact]:
    """Declare a fact of the workspace's settings."""
    fact = Fact(label=label, origin=Origin.WORKSPACE, of_workspace=source, is_by_channel=is_by_channel)
    return {FACT: fact}


def selecting(source: Callable[[MessageEvent], Any]) -> dict[str, Fact]:
    """Declare a fact that no rule reads and no explanation shows: it only selects rows or members."""
    return {FACT: Fact(of_message=source)}


def size_shown(facts: MessageFacts) -> str:
    """Return the room's size and the limit, as explanations show them."""
    if not facts.max_room_members:
        return _("%(members)d members, no limit") % {"members": facts.members_count}
    sizes = {"members": facts.members_count, "limit": facts.max_room_members}
    return _("%(members)d members, the limit is %(limit)d") % sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """One event of one message, with the settings in force at that time.

    They are stored with the decision. Defaults apply to facts that were stored before the field existed, and to
    hypothetical messages. A fact without a default is read from the message again if it is not stored.
    """

    message_id: int = field(metadata=selecting(lambda event: event.message.pk))
    room_id: int = field(metadata=selecting(lambda event: event.message.room_id))
    sender_id: int = field(metadata=selecting(lambda event: event.message.sender_id))
    thread_id: int | None = field(default=None, metadata=selecting(lambda event: event.message.parent_id))
    accepted_at: datetime = field(metadata=selecting(lambda event: event.accepted_at))
    is_edit: bool = field(
        default=False,
        metadata=message_fact(gettext_lazy("an edit of an older message"), lambda event: event.event == Event.EDITED),
    )
    is_system: bool = field(
        default=False,
        metadata=message_fact(gettext_lazy("system message"), lambda event: event.message.is_system),
    )
    is_imported: bool = field(
        default=False,
        metadata=message_fact(
            gettext_lazy("imported"),
            lambda event: abs(event.message.accepted_at - event.message.sent_at) > IMPORT_TOLERANCE,
        ),
    )
    is_direct: bool = field(
        default=False,
        metadata=message_fact(gettext_lazy("a direct message"), lambda event: event.message.room.is_direct),
    )
    is_thread_reply: bool = field(
        default=False,
        metadata=message_fact(gettext_lazy("only in a thread"), lambda event: event.message.is_thread_reply),
    )
    # Shown by `is_room_too_large`.
    members_count: int = field(metadata=selecting(lambda event: event.message.room.members_count))
    max_room_members: int = field(
        default=0, metadata=workspace_fact("", lambda: GeneralSettings.current().max_room_members)
    )
    # The keys of users whom the message mentions by name.
    mentioned: frozenset[int] = field(
        default=frozenset(),
        metadata=selecting(lambda event: frozenset(event.message.mentions.values_list("user_id", flat=True))),
    )
    # Whether any member of the room ignores the sender.
    is_sender_ignored: bool = field(
        default=False,
        metadata=selecting(
            lambda event: ignored_in(event.message.room).filter(sender=event.message.sender_id).exists()
        ),
    )
    calls_all: bool = field(
        default=False, metadata=message_fact(gettext_lazy("mentions @all"), lambda event: event.message.mentions_all)
    )
    calls_here: bool = field(
        default=False, metadata=message_fact(gettext_lazy("mentions @here"), lambda event: event.message.mentions_here)
    )
    # The case-folded highlight words of any user that occur in the text.
    highlights: frozenset[str] = field(
        default=frozenset(), metadata=selecting(lambda event: highlights_in(event.message))
    )
    # The keys of a direct room's members who may view direct messages.
    direct_viewers: frozenset[int] = field(
        default=frozenset(), metadata=selecting(lambda event: direct_viewers_of(event.message.room))
    )
    push_enabled: bool = field(
        default=True, metadata=workspace_fact(gettext_lazy("Push > Enable"), lambda: PushSettings.current().enable)
    )
    email_enabled: bool = field(
        default=True,
        metadata=workspace_fact(
            gettext_lazy("Accounts > Allow e-mail notifications"), lambda: AccountsSettings.current().allow_email
        ),
    )
    busy_silences_push: bool = field(
        default=True,
        metadata=workspace_fact(
            gettext_lazy("Busy also silences push"),
            lambda: GeneralSettings.current().busy_silences == BusySilences.DESKTOP_AND_PUSH,
        ),
    )
    # The workspace's default level by channel.
    defaults: Mapping[str, str] = field(
        metadata=workspace_fact(
            gettext_lazy("default preference"),
            lambda: {channel: getattr(AccountsSettings.current(), channel) for channel in Channel.values},
            is_by_channel=True,
        )
    )

    @property
    def is_room_too_large(self) -> bool:
        """Return True if the room is larger than the limit for notifications of all messages. 0 means no limit."""
        return 0 < self.max_room_members < self.members_count


STORED_FACTS: dict[str, Fact] = {one.name: one.metadata[FACT] for one in fields(MessageFacts)}
FACTS: dict[str, Fact] = {
    **STORED_FACTS,
    "is_room_too_large": Fact(
        label=gettext_lazy("room too large"),
        origin=Origin.WORKSPACE,
        shown=size_shown,
        made_of=("members_count", "max_room_members"),
    ),
}


def facts_of(message: Message, *, event: str = Event.POSTED, accepted_at: datetime | None = None) -> MessageFacts:
    """Return the facts of an event. `accepted_at` is by default when the message was accepted."""
    happened = MessageEvent(message, event, accepted_at or message.accepted_at)
    return MessageFacts(**{name: fact.read(happened) for name, fact in STORED_FACTS.items()})


def facts_stored(decision: Decision) -> MessageFacts:
    """Return the facts that are stored with a decision. Facts stored by any earlier version can be read.

    Missing or unreadable facts are read from the message in its present state.
    """

    def read_again(name: str) -> Any:
        return STORED_FACTS[name].read(MessageEvent(decision.message, decision.event, decision.accepted_at))

    stored = decision.facts.get("message") if isinstance(decision.facts, dict) else None
    facts = stored_read(MessageFacts, stored, fallback=read_again)
    if facts.defaults.keys() >= set(Channel.values):
        return facts
    return replace(facts, defaults={**read_again("defaults"), **facts.defaults})


def facts_imagined(
    room: Room, *, reader: User, is_mention: bool = False, calls_all: bool = False, at: datetime
) -> MessageFacts:
    """Return the facts of a hypothetical message, in a room that may be hypothetical too.

    It mentions the reader, everybody or nobody. It has no sender; where a sender's key is required, the reader's is
    used.
    """
    settings = {name: fact.of_workspace() for name, fact in STORED_FACTS.items() if fact.of_workspace is not None}
    return MessageFacts(
        message_id=0,
        room_id=room.pk or 0,
        sender_id=reader.pk,
        accepted_at=at,
        is_direct=room.is_direct,
        members_count=room.members_count,
        mentioned=frozenset([reader.pk] if is_mention else []),
        calls_all=calls_all,
        direct_viewers=direct_viewers_of(room) if room.pk else frozenset(),
        **settings,
    )


def direct_viewers_of(room: Room) -> frozenset[int]:
    """Return the keys of members of a direct room who may view direct messages; empty for other rooms."""
    if not room.is_direct:
        return frozenset()
    members = list(room.subscriptions.order_by().values_list("user_id", flat=True))
    return frozenset(users_with_permission(VIEW_DIRECT, users=members))


def ignored_in(room: Room) -> QuerySet[IgnoredSender]:
    """Return the ignored senders of all members of the room."""
    return IgnoredSender.objects.filter(subscription__room=room)


def highlights_in(message: Message) -> frozenset[str]:
    """Return the case-folded highlight words that occur in the message."""
    text = "" if message.type == ENCRYPTED else text_of(message)
    return frozenset(matching_highlights(text, room=message.room)) if text else frozenset()
