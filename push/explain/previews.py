"""What the rules would decide if a preference were saved: the example lines under each preference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from preferences.previews import Preview, PreviewRequest
from preferences.selectors.effective import account_choices, account_effective
from preferences.selectors.quiet import QuietState, quiet_state_of
from push.explain.reasons import reason_sentence
from push.models import Channel
from push.rules.delays import DELAY_NEVER, delays, never_queued
from push.rules.facts import MessageFacts, facts_imagined
from push.rules.history import MemberPast
from push.rules.members import values_then
from push.rules.tracing import trace_of
from workspace.models import Connection, Room, RoomType, User
from workspace.selectors.events.known import is_of_source
from workspace.selectors.room_list import subscriptions_listed
from workspace.selectors.rooms import room_title_for
from workspace.time_zones import time_with_zone

# Names of a room's columns in the rules, where they differ from the column names.
ROOM_VALUES = {"notifications_disabled": "alerts_off", "group_mentions_muted": "group_mentions_muted"}

# Short reasons for previews, addressed to the user; other reasons use the general sentence of the rule.
PREVIEW_REASONS: dict[str, str | Promise] = {
    "room_notifications_disabled": gettext_lazy("You turned off alerts for this room."),
    "group_mentions_muted": gettext_lazy("You have muted @all and @here in this room."),
    "busy": gettext_lazy("Your status is Busy."),
    "no_device": gettext_lazy(
        "You have no device. Sign in to the mobile app, or turn on notifications for this browser under Devices."
    ),
    "no_email": gettext_lazy("You have no verified e-mail address."),
    "room_nothing": gettext_lazy("You chose Nothing for this room."),
    "account_nothing": gettext_lazy("You chose Nothing for all rooms."),
    "default_nothing": gettext_lazy("The workspace's default is Nothing."),
    "room_too_large": gettext_lazy("The room has too many members to notify you of every message."),
    "not_mentioned": gettext_lazy("The message does not mention you."),
}

CONNECTION_TEXTS: dict[str, str | Promise] = {
    Connection.ONLINE: gettext_lazy("you are online"),
    Connection.AWAY: gettext_lazy("you are away"),
    Connection.OFFLINE: gettext_lazy("you are offline"),
}
# The connection state in which each channel is typically used, for the examples.
TYPICAL_CONNECTIONS = {
    Channel.DESKTOP: Connection.ONLINE,
    Channel.PUSH: Connection.AWAY,
    Channel.EMAIL: Connection.OFFLINE,
}


@dataclass(frozen=True, slots=True)
class Example:
    """An imagined message, and the user's connection state at that time."""

    connection: Connection
    is_mention: bool = False
    calls_all: bool = False

    @property
    def words(self) -> str:
        """Return what the imagined sender does."""
        if self.calls_all:
            return _("someone writes @all")
        return _("someone mentions you") if self.is_mention else _("someone writes without mentioning you")


@dataclass(frozen=True, slots=True)
class PreviewContext:
    """What all examples share: the user, the unsaved preferences, the room and the time."""

    question: PreviewRequest
    room: Room
    past: MemberPast
    quiet: QuietState
    displays_always: bool

    @property
    def user(self) -> User:
        return self.question.user


def previews(question: PreviewRequest) -> Mapping[str, list[Preview]]:
    """Return what the real rules would decide for the user in a few example situations."""
    context = preview_context(question)
    return {
        channel: [preview(context, Channel(channel), example) for example in examples_for(context, Channel(channel))]
        for channel in question.channels
    }


def preview_context(question: PreviewRequest) -> PreviewContext:
    """Query what all examples share."""
    user, now = question.user, timezone.now()
    room = question.subscription.room if question.subscription else example_room(user)
    chosen = account_choices(user)
    if "always_display_mobile" in question.account:
        chosen.always_display_mobile = question.account["always_display_mobile"]
    return PreviewContext(
        question=question,
        room=room,
        past=MemberPast(facts_imagined(room, reader=user, at=now), user.pk, now),
        quiet=quiet_state_of(user, now),
        displays_always=bool(account_effective(chosen)["always_display_mobile"]),
    )


def example_room(user: User) -> Room:
    """Return the first room in the user's list without custom settings, or an imagined channel if there is none."""
    has_custom_settings = Q(preferences__notifications_disabled=True)
    for channel in Channel.values:
        has_custom_settings |= Q(**{f"preferences__{channel}__gt": ""})
    listed = subscriptions_listed(user).exclude(has_custom_settings).exclude(room__type=RoomType.DIRECT).first()
    return listed.room if listed else Room(type=RoomType.CHANNEL, name="general", members_count=2)


def examples_for(context: PreviewContext, channel: Channel) -> Iterator[Example]:
    """Yield the examples that best show the effect of a channel's preferences."""
    usual, is_account = Connection(TYPICAL_CONNECTIONS[channel]), context.question.subscription is None
    yield Example(usual)
    if not context.room.is_direct:
        yield Example(usual, is_mention=True)
        if not is_account:
            yield Example(usual, calls_all=True)
    if channel == Channel.PUSH and is_account:
        yield Example(Connection.ONLINE, is_mention=True)


def preview(context: PreviewContext, channel: Channel, example: Example) -> Preview:
    """Return what would happen in one example."""
    situation = example_text(context, example)
    code, sends = example_decision(context, channel, example)
    if not sends:
        reason = preview_reason(code, context.user)
        return Preview(situation, not_sent_text(channel), reason, sends=False)
    if channel == Channel.PUSH and example.connection == Connection.ONLINE and not context.displays_always:
        reason = _("You are online, and mobile notifications are not always displayed.")
        return Preview(situation, not_sent_text(channel), reason, sends=False)
    return Preview(situation, sent_text(context, channel, example), "", sends=True)


def preview_reason(code: str, user: User) -> str:
    """Return why a notification would not be sent, as a sentence for the user."""
    if code == "no_device" and is_of_source(user):
        return _("You have no device.")
    return str(PREVIEW_REASONS.get(code) or reason_sentence(code))


def example_decision(context: PreviewContext, channel: Channel, example: Example) -> tuple[str, bool]:
    """Return the code of the rule that would decide, and whether anything would be sent."""
    facts = facts_imagined(
        context.room,
        reader=context.user,
        is_mention=example.is_mention,
        calls_all=example.calls_all,
        at=context.past.at,
    )
    rule = trace_of(facts, example_values(context, facts, example), channel)[-1].rule
    if rule.sends and channel != Channel.DESKTOP and example.connection in never_queued():
        return DELAY_NEVER, False
    return rule.code, rule.sends


def example_values(context: PreviewContext, facts: MessageFacts, example: Example) -> dict[str, Any]:
    """Return what the rules read of the user as things stand, with the choices that are not saved, in the example."""
    account, room = context.question.account, context.question.room
    unsaved = {f"account_{channel}": account[channel] for channel in Channel.values if channel in account}
    unsaved |= {f"room_{channel}": room[channel] for channel in Channel.values if channel in room}
    unsaved |= {ROOM_VALUES[name]: value for name, value in room.items() if name in ROOM_VALUES}
    imagined = {"is_sender": False, "connection": example.connection.value}
    return {**values_then(context.past.about(facts)), **unsaved, **imagined}


def example_text(context: PreviewContext, example: Example) -> str:
    """Return the example as a phrase: the room, what the sender does, and the user's connection state."""
    return _("%(where)s, %(what)s, %(connected)s") % {
        "where": room_title_for(room=context.room, user=context.user),
        "what": example.words,
        "connected": CONNECTION_TEXTS[example.connection],
    }


def not_sent_text(channel: Channel) -> str:
    """Return the phrase for a channel on which nothing is sent."""
    if channel == Channel.EMAIL:
        return _("no e-mail")
    return _("no push") if channel == Channel.PUSH else _("no desktop notification")


def sent_text(context: PreviewContext, channel: Channel, example: Example) -> str:
    """Return the phrase for what is sent on a channel, and when."""
    if channel == Channel.DESKTOP:
        return _("a desktop notification immediately")
    what = _("an e-mail") if channel == Channel.EMAIL else _("a push")
    due = context.past.at + timedelta(seconds=delays()[example.connection])
    is_mention = example.is_mention or context.room.is_direct
    if channel == Channel.PUSH and context.quiet.is_quiet_for(due, is_mention=is_mention):
        end = context.quiet.quiet_until(due) or due
        return _("%(what)s after quiet hours, %(end)s") % {"what": what, "end": time_with_zone(end)}
    return _("%(what)s %(when)s") % {"what": what, "when": delay_text(example.connection)}


def delay_text(connection: str) -> str:
    """Return the phrase for how long a notification is delayed in this connection state."""
    seconds = delays()[connection]
    if seconds == 0:
        return _("immediately")
    minutes = max(1, round(seconds / 60))
    if connection == Connection.AWAY:
        return ngettext("within %(count)d minute", "within %(count)d minutes", minutes) % {"count": minutes}
    return ngettext("after %(count)d minute", "after %(count)d minutes", minutes) % {"count": minutes}
