"""Every row of the decision table: once where it decides, once where it narrowly does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from push.explain.channel_decisions import channel_decision
from push.models import Channel
from push.rules.facts import facts_of
from push.rules.reading import rules_of
from push.rules.table import RULES
from tests.push.plain_rules import MemberSituation, MessageSituation, sends
from tests.push.situations import situation_build

DESKTOP, PUSH, EMAIL = Channel.DESKTOP, Channel.PUSH, Channel.EMAIL
ALL = (DESKTOP, PUSH, EMAIL)
Facts = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """The rule `code` decides where `facts` hold, and `instead` does once they are changed by `but`.

    With all other facts, everyone would be notified of everything by the workspace's default.
    """

    code: str
    facts: Facts
    but: Facts
    instead: str = "default_all"
    channels: tuple[Channel, ...] = ALL


def room(level: str) -> Facts:
    return {"room": {channel.value: level for channel in ALL}}


def account(level: str) -> Facts:
    return {"account": {channel.value: level for channel in ALL}}


def default(level: str) -> Facts:
    return {"defaults": {channel.value: level for channel in ALL}}


NAMED, UNNAMED = {"mentioned_by_name": True}, {"mentioned_by_name": False}
FOLLOWS, UNFOLLOWED = {"follows_thread": True}, {"follows_thread": False}
HIGHLIGHT, NO_HIGHLIGHT = {"has_highlight": True}, {"has_highlight": False}
HIDDEN, SHOWN = {"thread": "hidden"}, {"thread": "shown"}
DIRECT, NOT_DIRECT = {"direct": True}, {"direct": False}
CALLS_ALL, NOT_ALL = {"calls_all": True}, {"calls_all": False}
CALLS_HERE, NOT_HERE = {"calls_here": True}, {"calls_here": False}
MUTES = {"mutes_groups": True}
BUSY = {"status": "busy"}
BUSY_DESKTOP = {"busy_silences": "desktop"}
ONLINE, AWAY, OFFLINE = {"connection": "online"}, {"connection": "away"}, {"connection": "offline"}
TOO_LARGE, JUST_FITS, UNLIMITED = {"max_room_members": 1}, {"max_room_members": 2}, {"max_room_members": 0}
MENTIONS = default("mentions")
FORBIDDEN = DIRECT | {"views_direct": "no"}

ROWS = [
    Row("edited", NAMED | {"event": "edited"}, {"event": "posted"}, "mentioned"),
    Row("system_message", {"type": "uj"}, {"type": "e2e"}),
    Row("imported", {"sent_seconds_before": 61}, {"sent_seconds_before": 60}),
    Row("imported", {"sent_seconds_before": -61}, {"sent_seconds_before": -60}),
    Row("push_disabled", {"push_enabled": False}, {"push_enabled": True, "email_enabled": False}, channels=(PUSH,)),
    Row("email_disabled", {"email_enabled": False}, {"email_enabled": True, "push_enabled": False}, channels=(EMAIL,)),
    Row("own_message", NAMED | {"is_sender": True}, {"is_sender": False}, "mentioned"),
    Row("room_notifications_disabled", NAMED | {"alerts_off": True}, {"alerts_off": False}, "mentioned"),
    Row("sender_ignored", NAMED | {"ignores_sender": True}, {"ignores_sender": False}, "mentioned"),
    Row("group_mentions_muted", MUTES | CALLS_ALL, NOT_ALL),
    Row("group_mentions_muted", MUTES | CALLS_HERE, NOT_HERE),
    Row("group_mentions_muted", MUTES | CALLS_HERE, NAMED, "mentioned"),
    Row("group_mentions_muted", MUTES | CALLS_ALL | HIDDEN, FOLLOWS, "mentioned"),
    Row("user_inactive", NAMED | {"active": False}, {"active": True}, "mentioned"),
    Row("busy", BUSY, {"status": "busy (over)"}, channels=(DESKTOP, PUSH)),
    Row("busy", BUSY, {"status": "away"}, channels=(DESKTOP, PUSH)),
    Row("busy", BUSY, BUSY_DESKTOP, channels=(PUSH,)),
    Row("busy", BUSY | BUSY_DESKTOP, {"status": "offline"}, channels=(DESKTOP,)),
    Row("no_client", NAMED | OFFLINE, AWAY, "mentioned", channels=(DESKTOP,)),
    Row("no_device", {"device": "none"}, {"device": "enabled"}, channels=(PUSH,)),
    Row("no_device", {"device": "disabled"}, {"device": "enabled"}, channels=(PUSH,)),
    Row("no_email", {"email": "unverified"}, {"email": "verified"}, channels=(EMAIL,)),
    Row("no_email", {"email": "none"}, {"email": "verified"}, channels=(EMAIL,)),
    Row("thread_not_followed", HIDDEN, SHOWN),
    Row("thread_not_followed", HIDDEN, FOLLOWS, "mentioned"),
    Row("thread_not_followed", HIDDEN, HIGHLIGHT, "highlight", channels=(DESKTOP, EMAIL)),
    Row("thread_not_followed", HIDDEN | HIGHLIGHT, FOLLOWS, "mentioned", channels=(PUSH,)),
    Row("room_nothing", NAMED | room("nothing"), room("mentions"), "mentioned"),
    Row("account_nothing", account("nothing"), room("all"), "room_all"),
    Row("account_nothing", NAMED | account("nothing"), account("mentions"), "mentioned"),
    Row("default_nothing", default("nothing"), account("mentions"), "not_mentioned"),
    Row("default_nothing", default("nothing"), room("all"), "room_all"),
    Row("direct_messages_forbidden", FORBIDDEN, {"views_direct": "by role"}, "direct_message"),
    Row("direct_messages_forbidden", FORBIDDEN, {"views_direct": "by permission"}, "direct_message"),
    Row("direct_messages_forbidden", FORBIDDEN, {"views_direct": "superuser"}, "direct_message"),
    Row("direct_messages_forbidden", FORBIDDEN, NOT_DIRECT),
    Row("direct_message", DIRECT | MENTIONS, NOT_DIRECT, "not_mentioned"),
    Row("mentioned", NAMED | MENTIONS, UNNAMED, "not_mentioned"),
    Row("mentioned", FOLLOWS | SHOWN | MENTIONS, UNFOLLOWED, "not_mentioned"),
    Row("highlight", HIGHLIGHT | MENTIONS, NO_HIGHLIGHT, "not_mentioned"),
    Row("highlight", HIGHLIGHT | MENTIONS, {"type": "e2e"}, "not_mentioned"),
    Row("room_all", TOO_LARGE | room("all"), room("mentions"), "room_too_large"),
    Row("room_too_large", TOO_LARGE, JUST_FITS),
    Row("room_too_large", TOO_LARGE | account("all"), UNLIMITED, "account_all"),
    Row("room_too_large", TOO_LARGE | CALLS_ALL, NAMED, "mentioned"),
    Row("account_all", MENTIONS | account("all"), room("mentions"), "not_mentioned"),
    Row("default_all", {}, account("mentions"), "not_mentioned"),
    Row("default_all", {}, room("mentions"), "not_mentioned"),
    Row("group_mention", CALLS_ALL | MENTIONS, NOT_ALL, "not_mentioned"),
    Row("group_mention", CALLS_ALL | MENTIONS | OFFLINE, NOT_ALL, "not_mentioned", channels=(PUSH, EMAIL)),
    Row("group_mention", CALLS_ALL | MENTIONS | AWAY, NOT_ALL, "not_mentioned", channels=(DESKTOP,)),
    Row("group_mention", CALLS_HERE | MENTIONS | ONLINE, AWAY, "not_mentioned", channels=(DESKTOP,)),
    Row("not_mentioned", CALLS_HERE | MENTIONS, CALLS_ALL, "group_mention", channels=(PUSH, EMAIL)),
    Row("not_mentioned", CALLS_HERE | MENTIONS | OFFLINE, CALLS_ALL, "group_mention", channels=(PUSH, EMAIL)),
    Row("not_mentioned", MENTIONS, account("all"), "account_all"),
]


Verdicts = dict[Channel, tuple[str, bool]]


def decided(facts: Facts, channels: tuple[Channel, ...]) -> Verdicts:
    """Return each channel's code and verdict for a member of a room of two, in a situation as described."""
    fields = MessageSituation.__dataclass_fields__
    message = MessageSituation(**default("all") | {name: facts[name] for name in facts if name in fields})
    member = MemberSituation(**{name: facts[name] for name in facts if name not in fields})
    row, (user, _other) = situation_build(message, [member, MemberSituation()])
    found = facts_of(row, event=message.event)
    verdicts = {channel: channel_decision(found, user, channel) for channel in channels}
    return {channel: (verdict.rule.code, verdict.sends) for channel, verdict in verdicts.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.code}-{index}") for index, row in enumerate(ROWS)])
class TestRow:
    def test_decides(self, row: Row) -> None:
        assert decided(row.facts, row.channels) == dict.fromkeys(row.channels, (row.code, sends(row.code)))

    def test_narrowly_does_not(self, row: Row) -> None:
        verdict = row.instead, sends(row.instead)
        assert decided(row.facts | row.but, row.channels) == dict.fromkeys(row.channels, verdict)


def test_every_rule_has_a_row_for_each_of_its_channels() -> None:
    covered = {(row.code, channel) for row in ROWS for channel in row.channels}
    assert covered == {(rule.code, channel) for channel in Channel for rule in rules_of(channel)}


def test_every_rule_that_silences_says_who_can_change_what() -> None:
    assert all(rule.advice for rule in RULES if not rule.sends)


def test_codes_are_unique_and_fit_their_column() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert max(map(len, codes)) <= 32
