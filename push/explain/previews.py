"""What the rules would decide if a choice were saved: the lines under each preference."""

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

from preferences.previews import Preview, Question
from preferences.selectors.effective import account_chosen, account_effective
from preferences.selectors.quiet import QuietState, quiet_state_of
from push.explain.reasons import reason_sentence
from push.models import Channel
from push.rules.delays import DELAY_NEVER, delays, never_queued
from push.rules.facts import MessageFacts, facts_imagined
from push.rules.history import MemberPast
from push.rules.members import values_then
from push.rules.tracing import trace_of
from workspace.models import Connection, Room, RoomType, User
from workspace.selectors.room_list import subscriptions_listed
from workspace.selectors.rooms import room_title_for
from workspace.time_zones import time_with_zone

# What the rules call a room's columns, where they call them otherwise.
ROOM_VALUES = {"notifications_disabled": "alerts_off", "group_mentions_muted": "group_mentions_muted"}

# The reasons that people can do something about themselves, as they are told to them; the rules' own sentences tell of
# them to others.
OWN_REASONS: dict[str, str | Promise] = {
    "room_notifications_disabled": gettext_lazy("You have turned the alerts of this room off."),
    "group_mentions_muted": gettext_lazy("You have muted @all and @here in this room."),
    "busy": gettext_lazy("Your status is Busy."),
    "no_device": gettext_lazy("You have no device: sign in to the mobile app, or turn this browser on under Devices."),
    "no_email": gettext_lazy("You have no verified e-mail address."),
    "room_nothing": gettext_lazy("You chose Nothing for this room."),
    "account_nothing": gettext_lazy("You chose Nothing for all rooms."),
    "default_nothing": gettext_lazy("The workspace's default is Nothing."),
    "room_too_large": gettext_lazy("The room has too many members for every message to notify you."),
    "not_mentioned": gettext_lazy("Nothing in the message calls for you."),
}

CONNECTED: dict[str, str | Promise] = {
    Connection.ONLINE: gettext_lazy("you are online"),
    Connection.AWAY: gettext_lazy("you are away"),
    Connection.OFFLINE: gettext_lazy("you are offline"),
}
# In which state a channel is about to be used, and the one in which it is the question whether it is.
STATES = {Channel.DESKTOP: Connection.ONLINE, Channel.PUSH: Connection.AWAY, Channel.EMAIL: Connection.OFFLINE}


@dataclass(frozen=True, slots=True)
class Scene:
    """A message that somebody may write, and how the user is connected then."""

    connection: Connection
    is_mention: bool = False
    calls_all: bool = False

    @property
    def words(self) -> str:
        """Return what somebody does."""
        if self.calls_all:
            return _("someone writes @all")
        return _("someone mentions you") if self.is_mention else _("someone writes without mentioning you")


@dataclass(frozen=True, slots=True)
class Stage:
    """What all scenes share: whose notifications are imagined, with which choices, where, and when."""

    question: Question
    room: Room
    past: MemberPast
    quiet: QuietState
    displays_always: bool

    @property
    def user(self) -> User:
        return self.question.user


def previews(question: Question) -> Mapping[str, list[Preview]]:
    """Return what would be decided for the user in some scenes, by the rules that decide in earnest."""
    stage = stage_of(question)
    return {
        channel: [preview(stage, Channel(channel), scene) for scene in scenes_of(stage, Channel(channel))]
        for channel in question.channels
    }


def stage_of(question: Question) -> Stage:
    """Read what all scenes share."""
    user, now = question.user, timezone.now()
    room = question.subscription.room if question.subscription else example_room(user)
    chosen = account_chosen(user)
    if "always_display_mobile" in question.account:
        chosen.always_display_mobile = question.account["always_display_mobile"]
    return Stage(
        question=question,
        room=room,
        past=MemberPast(facts_imagined(room, reader=user, at=now), user.pk, now),
        quiet=quiet_state_of(user, now),
        displays_always=bool(account_effective(chosen)["always_display_mobile"]),
    )


def example_room(user: User) -> Room:
    """Return the liveliest of the user's channels and groups that follow the account; an imagined one without any."""
    own = Q(preferences__notifications_disabled=True)
    for channel in Channel.values:
        own |= Q(**{f"preferences__{channel}__gt": ""})
    listed = subscriptions_listed(user).exclude(own).exclude(room__type=RoomType.DIRECT).first()
    return listed.room if listed else Room(type=RoomType.CHANNEL, name="general", members_count=2)


def scenes_of(stage: Stage, channel: Channel) -> Iterator[Scene]:
    """Yield the scenes that tell most about the choices of a channel."""
    usual, is_account = Connection(STATES[channel]), stage.question.subscription is None
    yield Scene(usual)
    if not stage.room.is_direct:
        yield Scene(usual, is_mention=True)
        if not is_account:
            yield Scene(usual, calls_all=True)
    if channel == Channel.PUSH and is_account:
        yield Scene(Connection.ONLINE, is_mention=True)


def preview(stage: Stage, channel: Channel, scene: Scene) -> Preview:
    """Return what would happen in one scene."""
    situation = situation_shown(stage, scene)
    code, sends = decided(stage, channel, scene)
    if not sends:
        reason = str(OWN_REASONS.get(code) or reason_sentence(code))
        return Preview(situation, nothing_shown(channel), reason, sends=False)
    if channel == Channel.PUSH and scene.connection == Connection.ONLINE and not stage.displays_always:
        reason = _("You are online, and mobile notifications are not always displayed.")
        return Preview(situation, nothing_shown(channel), reason, sends=False)
    return Preview(situation, sent_shown(stage, channel, scene), "", sends=True)


def decided(stage: Stage, channel: Channel, scene: Scene) -> tuple[str, bool]:
    """Return the code of the rule that would decide, and whether anything would be sent."""
    facts = facts_imagined(
        stage.room, reader=stage.user, is_mention=scene.is_mention, calls_all=scene.calls_all, at=stage.past.at
    )
    rule = trace_of(facts, values_of(stage, facts, scene), channel)[-1].rule
    if rule.sends and channel != Channel.DESKTOP and scene.connection in never_queued():
        return DELAY_NEVER, False
    return rule.code, rule.sends


def values_of(stage: Stage, facts: MessageFacts, scene: Scene) -> dict[str, Any]:
    """Return what the rules read of the user as things stand, with the choices that are not saved, in the scene."""
    account, room = stage.question.account, stage.question.room
    asked = {f"account_{channel}": account[channel] for channel in Channel.values if channel in account}
    asked |= {f"room_{channel}": room[channel] for channel in Channel.values if channel in room}
    asked |= {ROOM_VALUES[name]: value for name, value in room.items() if name in ROOM_VALUES}
    imagined = {"is_sender": False, "connection": scene.connection.value}
    return {**values_then(stage.past.about(facts)), **asked, **imagined}


def situation_shown(stage: Stage, scene: Scene) -> str:
    """Return where somebody does what, and how the user is connected then."""
    return _("%(where)s, %(what)s, %(connected)s") % {
        "where": room_title_for(room=stage.room, user=stage.user),
        "what": scene.words,
        "connected": CONNECTED[scene.connection],
    }


def nothing_shown(channel: Channel) -> str:
    """Return that nothing comes."""
    if channel == Channel.EMAIL:
        return _("no e-mail")
    return _("no push") if channel == Channel.PUSH else _("no desktop notification")


def sent_shown(stage: Stage, channel: Channel, scene: Scene) -> str:
    """Return what comes, and when."""
    if channel == Channel.DESKTOP:
        return _("a desktop notification at once")
    what = _("an e-mail") if channel == Channel.EMAIL else _("a push")
    due = stage.past.at + timedelta(seconds=delays()[scene.connection])
    is_mention = scene.is_mention or stage.room.is_direct
    if channel == Channel.PUSH and stage.quiet.is_quiet_for(due, is_mention=is_mention):
        end = stage.quiet.quiet_until(due) or due
        return _("%(what)s once it is no longer quiet, %(end)s") % {"what": what, "end": time_with_zone(end)}
    return _("%(what)s %(when)s") % {"what": what, "when": wait_shown(scene.connection)}


def wait_shown(connection: str) -> str:
    """Return how long a notification waits for somebody so connected to look for themselves."""
    seconds = delays()[connection]
    if seconds == 0:
        return _("at once")
    minutes = max(1, round(seconds / 60))
    if connection == Connection.AWAY:
        return ngettext("within %(count)d minute", "within %(count)d minutes", minutes) % {"count": minutes}
    return ngettext("after %(count)d minute", "after %(count)d minutes", minutes) % {"count": minutes}
