"""Deciding upon messages: what is queued for whom and when, what is counted, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push.models import Channel, Decision, EndReason, Event, Notification, State
from push.services.failed_decisions import MAX_FAILURES
from push.services.fanout import pending_decide
from tests.factories import (
    AccountPreferencesFactory,
    DeviceFactory,
    EmailAddressFactory,
    RoomFactory,
    UserFactory,
    direct_room,
    message_in,
)
from workspace.models import Mention, Message, Presence, Room, Subscription, User
from workspace.services.messages import message_delete, message_edit, system_message_post
from workspace.services.presence import activity_report
from workspace.services.reading import room_mark_read
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def room() -> Room:
    return RoomFactory()


def reachable(room: Room, *, active_ago: float | None = None, **fields: Any) -> User:
    """Return a member with a device and an address, whose client was last used that many seconds ago."""
    user = UserFactory(**fields)
    DeviceFactory(user=user)
    EmailAddressFactory(user=user)
    members_add(room=room, users=[user])
    if active_ago is not None:
        activity_report(user=user, at=timezone.now() - timedelta(seconds=active_ago))
    return user


def item_of(user: User, channel: Channel = Channel.PUSH) -> Notification:
    return Notification.objects.get(user=user, channel=channel)


class TestWhoIsQueued:
    def test_the_reached_members_of_each_channel(self, room: Room) -> None:
        user = reachable(room)
        message = message_in(room, UserFactory(), f"@{user.username} please")
        assert pending_decide() == 1
        items = list(Notification.objects.order_by("channel"))
        assert [(item.user, item.channel, item.rule, item.state) for item in items] == [
            (user, Channel.EMAIL, "mentioned", State.QUEUED),
            (user, Channel.PUSH, "mentioned", State.QUEUED),
        ]
        assert {(item.message, item.room, item.reason, item.finished_at) for item in items} == {
            (message, room, "", None)
        }

    def test_unread_messages_are_counted(self, room: Room) -> None:
        user = reachable(room)
        message_in(room, UserFactory(), f"@{user.username} please")
        pending_decide()
        subscription = Subscription.objects.get(user=user)
        assert (subscription.unread, subscription.user_mentions) == (1, 1)

    def test_a_direct_message_reaches_the_other_person_only(self) -> None:
        anna, bob = UserFactory(), UserFactory()
        DeviceFactory(user=anna)
        DeviceFactory(user=bob)
        message_in(direct_room(anna, bob), anna)
        pending_decide()
        assert [item.user for item in Notification.objects.all()] == [bob]

    def test_an_edit_and_a_system_message_reach_nobody(self, room: Room) -> None:
        sender = UserFactory()
        message = message_in(room, sender)
        pending_decide()
        user = reachable(room)
        message_edit(editor=sender, message=message, text=f"@{user.username} please")
        system_message_post(room=room, user=sender, type="uj")
        assert pending_decide() == 2
        assert not Notification.objects.exists()
        edited, system = Decision.objects.order_by("pk")[1:]
        assert edited.counts == {channel.value: {"edited": 2} for channel in Channel}
        assert system.counts == {channel.value: {"system_message": 2} for channel in Channel}
        # Counters follow the edit, silently.
        assert Subscription.objects.get(user=user).unread == 1


class TestWhenItIsDue:
    def test_two_minutes_later_for_members_online(self, room: Room) -> None:
        user = reachable(room, active_ago=0)
        message_in(room, UserFactory())
        pending_decide()
        assert item_of(user).due_at == NOW + timedelta(seconds=120)

    def test_sooner_by_the_time_that_a_member_has_been_away(self, room: Room) -> None:
        user = reachable(room, active_ago=100)  # away after 60 s, so for 40 s
        message_in(room, UserFactory())
        pending_decide()
        assert item_of(user).due_at == NOW + timedelta(seconds=80)

    @pytest.mark.parametrize("away", [120, 121, 200])
    def test_at_once_but_never_earlier_for_members_long_away(self, room: Room, away: int) -> None:
        user = reachable(room, active_ago=60 + away)
        message_in(room, UserFactory())
        pending_decide()
        assert item_of(user).due_at == NOW

    def test_at_once_for_members_offline(self, room: Room) -> None:
        user = reachable(room)
        message_in(room, UserFactory())
        pending_decide()
        assert item_of(user).due_at == NOW

    def test_counted_from_the_acceptance_however_late_the_decision(self, room: Room, clock: Any) -> None:
        user = reachable(room, active_ago=0)
        message_in(room, UserFactory())
        clock.shift(90)
        pending_decide()
        assert item_of(user).due_at == NOW + timedelta(seconds=120)

    def test_by_the_configured_delays(self, room: Room, settings: Any) -> None:
        settings.NOTIFY_DELAY_ONLINE, settings.NOTIFY_DELAY_AWAY, settings.NOTIFY_DELAY_OFFLINE = 5, 50, 10
        online, away, offline = (reachable(room, active_ago=ago) for ago in (0, 70, None))
        message_in(room, UserFactory())
        pending_decide()
        assert [item_of(user).due_at - NOW for user in (online, away, offline)] == [
            timedelta(seconds=seconds) for seconds in (5, 40, 10)
        ]

    @pytest.mark.parametrize(("setting", "ago"), [("ONLINE", 0), ("AWAY", 100), ("OFFLINE", None)])
    def test_never_where_the_delay_is_negative(
        self, room: Room, settings: Any, setting: str, ago: float | None
    ) -> None:
        setattr(settings, f"NOTIFY_DELAY_{setting}", -1)
        never = reachable(room, active_ago=ago)
        other = reachable(room, active_ago=100 if setting != "AWAY" else 0)
        message_in(room, UserFactory())
        pending_decide()
        assert not Notification.objects.filter(user=never).exists()
        assert item_of(other).state == State.QUEUED
        counts = Decision.objects.get().counts
        assert counts["push"] == {"own_message": 1, "delay_never": 1, "default_all": 1}
        assert "delay_never" not in counts["desktop"]

    @pytest.mark.parametrize("microsecond", [0, 250_000, 1])
    @pytest.mark.parametrize("ago", [0, 100, 500, None])
    def test_as_the_orm_would_have_stored_it(self, room: Room, clock: Any, microsecond: int, ago: float | None) -> None:
        clock.move_to(NOW.replace(microsecond=microsecond))
        user = reachable(room, active_ago=ago)
        message_in(room, UserFactory())
        pending_decide()
        item = item_of(user)
        rows = Notification.objects.filter(pk=item.pk)
        columns = ("due_at", "created_at")
        before = rows.extra(select={f"raw_{name}": f"CAST({name} AS text)" for name in columns})
        written = list(before.values("raw_due_at", "raw_created_at"))
        item.save()
        assert list(before.values("raw_due_at", "raw_created_at")) == written


class TestCounts:
    def test_members_by_channel_and_reason(self, room: Room) -> None:
        reachable(room, active_ago=0)
        reachable(room, is_active=False)
        AccountPreferencesFactory(user=reachable(room, active_ago=0), push="nothing")
        members_add(room=room, users=[UserFactory()])
        message_in(room, UserFactory())
        pending_decide()
        decision = Decision.objects.get()
        assert decision.decided_at == NOW
        assert decision.counts == {
            "desktop": {"own_message": 1, "user_inactive": 1, "default_all": 2, "no_client": 1},
            "push": {"own_message": 1, "user_inactive": 1, "account_nothing": 1, "no_device": 1, "default_all": 1},
            "email": {"own_message": 1, "user_inactive": 1, "not_mentioned": 2, "no_email": 1},
        }


class TestOnceOnly:
    def test_deciding_again_adds_nothing(self, room: Room) -> None:
        user = reachable(room)
        message_in(room, UserFactory(), f"@{user.username} please")
        pending_decide()
        assert pending_decide() == 0
        Decision.objects.update(decided_at=None)
        pending_decide()
        assert Notification.objects.count() == 2

    def test_a_message_posted_twice_under_one_id_is_decided_once(self, room: Room) -> None:
        sender = UserFactory()
        for _attempt in range(2):
            message_in(room, sender, public_id="chosenByTheClient")
        assert Decision.objects.count() == 1

    def test_a_decision_is_saved_with_the_message(self, room: Room) -> None:
        message = message_in(room, UserFactory())
        decision = Decision.objects.get()
        assert (decision.message, decision.event, decision.accepted_at) == (message, Event.POSTED, message.accepted_at)


class TestMeanwhile:
    def test_whoever_has_read_the_room_is_not_notified(self, room: Room, clock: Any) -> None:
        reader, other = reachable(room), reachable(room)
        message_in(room, UserFactory())
        clock.shift(1)
        room_mark_read(user=reader, room=room)
        pending_decide()
        item = item_of(reader)
        assert (item.state, item.reason, item.finished_at) == (
            State.DROPPED, EndReason.CLEARED_BY_READ, NOW + timedelta(seconds=1),
        )  # fmt: skip
        assert item_of(other).state == State.QUEUED

    def test_reading_before_the_message_clears_nothing(self, room: Room, clock: Any) -> None:
        user = reachable(room)
        room_mark_read(user=user, room=room)
        clock.shift(1)
        message_in(room, UserFactory())
        pending_decide()
        assert item_of(user).state == State.QUEUED

    def test_a_deleted_message_reaches_nobody(self, room: Room) -> None:
        user = reachable(room)
        sender = UserFactory()
        message_delete(deleter=sender, message=message_in(room, sender, f"@{user.username} please"))
        assert pending_decide() == 1
        assert not Notification.objects.exists()
        posted = Decision.objects.get(event=Event.POSTED)
        assert posted.counts == {channel.value: {"message_gone": 2} for channel in Channel}
        assert Subscription.objects.get(user=user).unread == 0

    def test_presence_after_the_acceptance_does_not_matter(self, room: Room, clock: Any) -> None:
        user = reachable(room, active_ago=0)
        message_in(room, UserFactory())
        clock.shift(10)
        Presence.objects.filter(user=user).update(status="busy", status_expires_at=NOW)
        pending_decide()
        assert item_of(user).due_at == NOW + timedelta(seconds=120)


def next_attempt(message: Message) -> datetime | None:
    """Return when the decision on the message is tried next; None if it was given up."""
    return Decision.objects.get(message=message).retry_at


class TestFailures:
    @pytest.fixture
    def broken(self) -> Message:
        """Return a message whose decision cannot be taken: so early that the calendar ends in working out delays."""
        message = message_in(RoomFactory(), UserFactory())
        reachable(message.room)
        Decision.objects.filter(message=message).update(accepted_at=datetime(1, 1, 1, tzinfo=UTC))
        return message

    def test_hold_up_no_other_decision(self, room: Room, broken: Message) -> None:
        user = reachable(room)
        message_in(room, UserFactory())
        assert pending_decide() == 1
        assert item_of(user).state == State.QUEUED

    def test_are_tried_again_later_and_later(self, broken: Message, clock: Any) -> None:
        waits = []
        for _try in range(MAX_FAILURES):
            assert pending_decide() == 0
            if retry_at := next_attempt(broken):
                waits.append((retry_at - timezone.now()).total_seconds())
                assert pending_decide() == 0
                clock.move_to(retry_at)
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800]
        assert next_attempt(broken) is None

    def test_leave_nothing_half_done(self, broken: Message) -> None:
        user = reachable(broken.room)
        Mention.objects.create(message=broken, user=user)
        pending_decide()
        decision = Decision.objects.get(message=broken)
        assert (decision.counts, decision.decided_at) == ({}, None)
        assert not Notification.objects.exists()
        assert Subscription.objects.get(user=user).unread == 0

    def test_are_made_good_once_the_cause_is_gone(self, broken: Message, clock: Any) -> None:
        user = reachable(broken.room)
        pending_decide()
        Decision.objects.filter(message=broken).update(accepted_at=broken.accepted_at)
        clock.shift(2)
        assert pending_decide() == 1
        assert item_of(user).due_at == NOW

    def test_let_later_messages_of_the_same_room_pass(self, broken: Message) -> None:
        user = reachable(broken.room)
        pending_decide()
        message_in(broken.room, UserFactory())
        assert pending_decide() == 1
        assert item_of(user).state == State.QUEUED


class TestWaking:
    @pytest.fixture
    def tasks(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        found: list[str] = []
        monkeypatch.setattr("push.waking.enqueue", found.append)
        return found

    def test_posting_and_editing_wake_the_deciding(
        self, room: Room, tasks: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        sender = UserFactory()
        with django_capture_on_commit_callbacks(execute=True):
            message_edit(editor=sender, message=message_in(room, sender), text="changed")
        assert tasks == ["decide", "decide"]
        assert [decision.event for decision in Decision.objects.order_by("pk")] == [Event.POSTED, Event.EDITED]

    @pytest.mark.parametrize(("ago", "expected"), [(None, ["dispatch"]), (0, [])])
    def test_what_is_due_now_wakes_the_dispatch(
        self,
        room: Room,
        tasks: list[str],
        django_capture_on_commit_callbacks: Callable[..., Any],
        ago: float | None,
        expected: list[str],
    ) -> None:
        reachable(room, active_ago=ago)
        message_in(room, UserFactory())
        with django_capture_on_commit_callbacks(execute=True):
            pending_decide()
        assert tasks == expected
