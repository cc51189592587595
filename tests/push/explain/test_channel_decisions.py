"""The decision for one member, with the rules that were evaluated."""

from __future__ import annotations

from random import Random

import pytest

from push.explain.channel_decisions import channel_decision
from push.models import Channel
from push.rules.facts import facts_of
from push.rules.members import members_of
from push.rules.reading import table_read
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.push.plain_rules import MessageSituation
from tests.push.rules.test_against_plain_reading import members_drawn
from tests.push.situations import situation_build
from workspace.errors import ApplicationError

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def test_the_trace_lists_all_rules_up_to_the_one_that_decided() -> None:
    user = UserFactory()
    DeviceFactory(user=user)
    message = message_in(RoomFactory(members=[user]), UserFactory(), f"@{user.username} please")
    decision = channel_decision(message, user, Channel.PUSH)
    assert (decision.channel, decision.rule.code, decision.sends) == (Channel.PUSH, "mentioned", True)
    assert [step.rule.code for step in decision.trace if step.held] == ["mentioned"]
    assert [step.rule.code for step in decision.trace] == [
        "edited", "system_message", "imported", "push_disabled", "own_message", "room_notifications_disabled",
        "sender_ignored", "group_mentions_muted", "user_inactive", "busy", "no_device", "thread_not_followed",
        "room_nothing", "account_nothing", "default_nothing", "direct_messages_forbidden", "direct_message",
        "mentioned",
    ]  # fmt: skip


def test_rules_about_the_message_come_before_rules_about_the_member() -> None:
    user = UserFactory()
    message = message_in(RoomFactory(members=[user]), UserFactory(), type="uj")
    decision = channel_decision(message, user, Channel.EMAIL)
    assert [(step.rule.code, step.held) for step in decision.trace] == [("edited", False), ("system_message", True)]
    assert not decision.sends


def test_a_non_member_has_no_decision() -> None:
    with pytest.raises(ApplicationError, match="not in this room"):
        channel_decision(message_in(RoomFactory(), UserFactory()), UserFactory(), Channel.PUSH)


@pytest.mark.parametrize("thread", ["none", "hidden"])
def test_the_decision_for_one_member_matches_the_one_for_the_whole_room(thread: str) -> None:
    message, users = situation_build(MessageSituation(calls_here=True, thread=thread), members_drawn(Random(7))[:40])
    facts = facts_of(message)
    for channel in Channel:
        decided = dict(members_of(facts).annotate(code=table_read(facts, channel).code()).values_list("user", "code"))
        assert {user.pk: channel_decision(facts, user, channel).rule.code for user in users} == decided, channel
        assert len(set(decided.values())) > 5
