"""Large rooms: decided upon part by part, whoever can be reached first, and every member counted exactly once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from preferences.models import AccountsSettings
from preferences.services.accounts import account_preferences_save
from push.explain.explanations import explanation_of
from push.explain.structure import Basis
from push.models import Channel, Decision, Event, Notification, State
from push.rules import candidates
from push.rules.table import RULES_BY_CODE
from push.services import fanout, notifying
from push.services.fanout import pending_decide, remainder_count
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.push.plain_rules import MessageSituation, code_of
from tests.push.rules.test_against_plain_reading import MEMBERS, members_drawn, messages
from tests.push.situations import ACCEPTED_AT, CHANNELS, saved, situation_build
from workspace.models import GeneralSettings, Message, Room, Subscription, User
from workspace.services.messages import message_edit

pytestmark = pytest.mark.django_db

PART = 3


@pytest.fixture(autouse=True)
def _every_room_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGE_ROOM", 1)
    monkeypatch.setattr(fanout, "PART", PART)


@pytest.fixture
def people() -> list[User]:
    return [DeviceFactory(user__username=f"member{number}").user for number in range(7)]


@pytest.fixture
def room(people: list[User]) -> Room:
    return RoomFactory(members=people)


def decision() -> Decision:
    return Decision.objects.get()


class TestParts:
    @pytest.fixture
    def parts(self, monkeypatch: pytest.MonkeyPatch) -> list[Counter[str]]:
        """Return what the decision has counted for push after each of its parts."""
        counted: list[Counter[str]] = []
        advance = fanout.decision_advance

        def advance_and_look(*, decision: Decision) -> None:
            advance(decision=decision)
            counted.append(Counter(decision.counts["push"]))

        monkeypatch.setattr(fanout, "decision_advance", advance_and_look)
        return counted

    def test_each_is_a_step_of_its_own(self, room: Room, parts: list[Counter[str]]) -> None:
        message_in(room, UserFactory(), "@all lunch")
        assert pending_decide() == 1
        assert [sum(counted.values()) for counted in parts] == [3, 6, 8]
        assert decision().counts["push"] == {"default_all": 7, "own_message": 1}
        assert Notification.objects.filter(channel="push").count() == 7

    def test_unread_messages_are_counted_once_each(self, room: Room, parts: list[Counter[str]]) -> None:
        message_in(room, UserFactory(), "@all lunch, @member1")
        pending_decide()
        counted = Subscription.objects.filter(user__devices__isnull=False).order_by("pk")
        assert list(counted.values_list("unread", "user_mentions")) == [(1, int(number == 1)) for number in range(7)]

    def test_a_crash_in_the_middle_leaves_the_counts_exact(self, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        message_in(room, UserFactory(), "@all lunch")
        with monkeypatch.context() as crashing:
            notify, calls = notifying.part_notify, []

            def notify_and_crash(**fields: Any) -> Any:
                counts = notify(**fields)
                calls.append(fields)
                if len(calls) == 2:
                    raise KeyboardInterrupt
                return counts

            crashing.setattr(fanout, "part_notify", notify_and_crash)
            with pytest.raises(KeyboardInterrupt):
                pending_decide()
        assert Notification.objects.filter(channel="push").count() == PART
        assert decision().decided_at is None
        assert pending_decide() == 1
        assert decision().counts["push"] == {"default_all": 7, "own_message": 1}
        assert Notification.objects.filter(channel="push").count() == 7
        assert list(Subscription.objects.order_by("-unread").values_list("unread", flat=True)) == [1] * 7 + [0]

    def test_each_member_is_explained_by_the_moment_of_their_part(self, room: Room, people: list[User]) -> None:
        message = message_in(room, UserFactory(), "@all lunch")
        fanout.next_advance(fanout.pending())
        assert [self.basis(message, person) for person in (people[0], people[6])] == [Basis.RECORDED, Basis.PREVIEW]
        pending_decide()
        assert self.basis(message, people[6]) == Basis.RECORDED

    def basis(self, message: Message, user: User) -> Basis:
        return explanation_of(message=message, user=user, channels=[Channel.PUSH]).channels[0].basis


class TestRemainder:
    @pytest.fixture(autouse=True)
    def _mentions_only(self) -> None:
        saved(AccountsSettings, **dict.fromkeys(Channel.values, "mentions"))

    def test_is_counted_by_reason_after_everybody_is_notified(self, room: Room, people: list[User]) -> None:
        User.objects.filter(pk=people[6].pk).update(is_active=False)
        message_in(room, UserFactory(), "@member1 and @member4")
        pending_decide()
        assert decision().decided_at
        assert decision().counts["push"] == {"mentioned": 2}
        assert remainder_count()
        assert decision().position is None
        assert decision().counts["push"] == {
            "mentioned": 2, "not_mentioned": 4, "own_message": 1, "user_inactive": 1,
        }  # fmt: skip

    def test_lets_messages_that_wait_go_first(self, room: Room) -> None:
        sender = UserFactory()
        message_in(room, sender, "@member1")
        pending_decide()
        message_in(room, sender, "@member2")
        assert not remainder_count()
        assert Decision.objects.earliest("pk").position is not None
        pending_decide()
        assert remainder_count()
        assert not Decision.objects.filter(position__isnull=False).exists()

    def test_whoever_wants_it_in_the_meantime_gets_it(self, room: Room, people: list[User]) -> None:
        message_in(room, UserFactory(), "@member1")
        pending_decide()
        account_preferences_save(user=people[2], push="all")
        remainder_count()
        assert decision().counts["push"]["account_all"] == 1
        assert Notification.objects.get(user=people[2]).state == State.QUEUED

    def test_a_room_too_large_for_its_call_is_read_before_the_next_message(self, room: Room) -> None:
        saved(GeneralSettings, max_room_members=2)
        message_in(room, UserFactory(), "@all, @member1")
        pending_decide()
        assert decision().position is None
        assert decision().counts["push"] == {"mentioned": 1, "room_too_large": 6, "own_message": 1}
        assert sum(Subscription.objects.values_list("unread", flat=True)) == 7

    def test_edits_need_no_member_to_be_read(self, room: Room) -> None:
        sender = UserFactory()
        message = message_in(room, sender, "lunch")
        message_edit(editor=sender, message=message, text="@member1")
        pending_decide()
        edit = Decision.objects.get(event=Event.EDITED)
        assert (edit.counts["push"], edit.position) == ({"edited": 8}, None)


@pytest.mark.thorough
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(message=messages, seed=st.integers(0, 2**32), part=st.sampled_from([7, 40, 99, 1000]))
def test_counts_and_rows_are_those_of_the_plain_reading(message: MessageSituation, seed: int, part: int) -> None:
    fanout.PART = part
    message = replace(message, event="posted")
    members = members_drawn(Random(seed))
    with transaction.atomic():
        row, users = situation_build(message, members)
        Decision.objects.create(message=row, accepted_at=ACCEPTED_AT)
        pending_decide()
        remainder_count()
        decided = Decision.objects.get(message=row)
        rows = {
            (user, channel): rule
            for user, channel, rule in Notification.objects.filter(message=row).values_list("user", "channel", "rule")
        }
        transaction.set_rollback(True)
    for channel in CHANNELS:
        expected = {}
        for user, member in zip(users, members, strict=True):
            heard = replace(member, has_highlight=member.has_highlight and message.type != "e2e")
            expected[user.pk] = code_of(message, heard, channel, MEMBERS)
        assert decided.counts[channel] == dict(Counter(expected.values()))
        if channel != "desktop":
            sent = {(pk, channel): code for pk, code in expected.items() if RULES_BY_CODE[code].sends}
            assert {key: rule for key, rule in rows.items() if key[1] == channel} == sent
