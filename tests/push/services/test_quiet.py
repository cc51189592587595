"""Pushes in quiet hours: what is held back until when, and what goes out nevertheless."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from preferences.models import AccountsSettings, QuietChoice, QuietHours, QuietSchedule
from preferences.services.quiet import quiet_hours_save, quiet_pause, quiet_resume
from push.models import Channel, HeldBy, Notification, State
from push.rules import candidates
from push.rules.quiet_hours import quiet_in_use
from push.sending.claiming import Claim, claim_release, users_claim
from push.sending.queue import item_send_now, items_finish
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, EmailAddressFactory, RoomFactory, UserFactory, direct_room, message_in
from workspace.models import ChangeSource, GeneralSettings, Presence, Room, User
from workspace.services.accounts import locale_save
from workspace.services.presence import activity_report
from workspace.services.rooms import members_add
from workspace.services.settings import Origin, setting_save

pytestmark = pytest.mark.django_db

# A Monday, half past ten in the evening.
NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 7, tzinfo=UTC)
NIGHTS = "mon-sun 22:00-07:00"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def room() -> Room:
    return RoomFactory()


@pytest.fixture(params=["as a whole", "by candidates"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decide by reading the room as a whole, and by its candidates."""
    if request.param == "by candidates":
        monkeypatch.setattr(candidates, "LARGE_ROOM", 0)


def sleeper(room: Room, **choices: object) -> User:
    """Return a member with a device and an address, who sleeps at night."""
    user = UserFactory()
    DeviceFactory(user=user)
    EmailAddressFactory(user=user)
    members_add(room=room, users=[user])
    quiet_hours_save(user=user, **({"choice": "own", "hours": NIGHTS} | choices))  # type: ignore[arg-type]
    return user


def push_to(user: User) -> Notification:
    return Notification.objects.get(user=user, channel=Channel.PUSH)


def due_of(user: User) -> datetime:
    return push_to(user).due_at


def call(room: Room, *users: User) -> None:
    """Post a message that mentions the users, and decide upon it."""
    message_in(room, UserFactory(), " ".join(f"@{user.username}" for user in users) or "Lunch is ready")
    pending_decide()


def claimed() -> Claim | None:
    return users_claim(limit=10, now=timezone.now())


@pytest.mark.usefixtures("_either_way")
class TestWhatIsQueued:
    def test_a_push_in_quiet_hours_is_due_at_their_end(self, room: Room) -> None:
        user, other = sleeper(room), sleeper(room, hours="tue 00:00-06:00")
        call(room, user, other)
        item = push_to(user)
        assert (item.due_at, item.held_from, item.held_until, item.held_by) == (MORNING, NOW, MORNING, HeldBy.OWN)
        item = push_to(other)
        assert (item.due_at, item.held_from, item.held_until, item.held_by) == (NOW, None, None, "")

    def test_an_email_is_not_held_back(self, room: Room) -> None:
        user = sleeper(room)
        call(room, user)
        assert Notification.objects.get(user=user, channel=Channel.EMAIL).due_at == NOW

    def test_what_counts_is_when_the_push_would_be_due(self, room: Room, clock: time_machine.Coordinates) -> None:
        user = sleeper(room)
        clock.move_to(datetime(2026, 3, 2, 21, 59, tzinfo=UTC))
        activity_report(user=user)
        call(room, user)
        assert push_to(user).held_from == datetime(2026, 3, 2, 22, 1, tzinfo=UTC)
        assert due_of(user) == MORNING

    def test_what_would_be_due_after_their_end_is_left_alone(self, room: Room, clock: time_machine.Coordinates) -> None:
        user = sleeper(room)
        clock.move_to(datetime(2026, 3, 3, 6, 59, tzinfo=UTC))
        activity_report(user=user)
        call(room, user)
        assert due_of(user) == datetime(2026, 3, 3, 7, 1, tzinfo=UTC)

    def test_hours_are_those_of_the_members_time_zone(self, room: Room) -> None:
        berlin, new_york, tokyo = sleeper(room), sleeper(room), sleeper(room)
        locale_save(user=berlin, time_zone="Europe/Berlin")
        locale_save(user=new_york, time_zone="America/New_York")
        locale_save(user=tokyo, time_zone="Asia/Tokyo")
        call(room, berlin, new_york, tokyo)
        assert [due_of(user) for user in (berlin, new_york, tokyo)] == [MORNING - timedelta(hours=1), NOW, NOW]

    def test_the_workspaces_hours_hold_for_those_without_a_choice(self, room: Room) -> None:
        settings = AccountsSettings.stored()
        settings.quiet_hours = NIGHTS
        settings.save()
        inheriting, none, own = (
            sleeper(room, choice=""),
            sleeper(room, choice="none"),
            sleeper(room, hours="mon 22:00-23:00"),
        )
        nobody_asked = UserFactory(time_zone="Europe/Berlin")
        DeviceFactory(user=nobody_asked)
        members_add(room=room, users=[nobody_asked])
        settings.save()
        call(room, inheriting, none, own, nobody_asked)
        assert [due_of(user) for user in (inheriting, none, own, nobody_asked)] == [
            MORNING,
            NOW,
            datetime(2026, 3, 2, 23, tzinfo=UTC),
            MORNING - timedelta(hours=1),
        ]
        assert push_to(inheriting).held_by == HeldBy.DEFAULT

    def test_mentions_break_through_for_those_who_let_them(self, room: Room) -> None:
        open_door, closed_door = sleeper(room, lets_mentions_through=True), sleeper(room, lets_mentions_through=False)
        call(room, open_door, closed_door)
        assert [due_of(user) for user in (open_door, closed_door)] == [NOW, MORNING]

    def test_other_messages_do_not(self, room: Room) -> None:
        user = sleeper(room, lets_mentions_through=True)
        call(room)
        assert due_of(user) == MORNING

    def test_direct_messages_break_through(self) -> None:
        ana, bob = UserFactory(), UserFactory()
        DeviceFactory(user=bob)
        quiet_hours_save(user=bob, choice="own", hours=NIGHTS, lets_mentions_through=True)
        message_in(direct_room(ana, bob), ana)
        pending_decide()
        assert due_of(bob) == NOW

    def test_a_pause_holds_and_goes_over_into_quiet_hours(self, room: Room) -> None:
        paused, both = sleeper(room, choice="none"), sleeper(room, hours="tue 00:00-06:00")
        quiet_pause(user=paused, until=NOW + timedelta(hours=1))
        quiet_pause(user=both, until=NOW + timedelta(hours=2))
        call(room, paused, both)
        assert (due_of(paused), push_to(paused).held_by) == (NOW + timedelta(hours=1), HeldBy.PAUSE)
        assert (due_of(both), push_to(both).held_by) == (datetime(2026, 3, 3, 6, tzinfo=UTC), HeldBy.OWN)

    def test_a_pause_that_has_ended_holds_nothing(self, room: Room, clock: time_machine.Coordinates) -> None:
        user = sleeper(room, choice="none")
        quiet_pause(user=user, until=NOW + timedelta(hours=1))
        clock.shift(3600)
        call(room, user)
        assert due_of(user) == NOW + timedelta(hours=1)


class TestWhileItemsWait:
    def test_held_items_are_not_brought_forward_by_an_email(self, room: Room) -> None:
        user = sleeper(room)
        call(room, user)
        claim = claimed()
        assert claim is not None
        assert Notification.objects.get(pk__in=claim.keys).channel == Channel.EMAIL

    def test_nor_is_a_push_that_is_due_just_after_their_end(self, room: Room, clock: time_machine.Coordinates) -> None:
        user = sleeper(room)
        clock.move_to(datetime(2026, 3, 3, 6, 59, tzinfo=UTC))
        activity_report(user=user)
        call(room, user)
        Notification.objects.filter(channel=Channel.EMAIL).update(due_at=timezone.now())
        claim = claimed()
        assert claim is not None
        assert Notification.objects.get(pk__in=claim.keys).channel == Channel.EMAIL

    def test_all_held_items_go_out_together_at_the_end(self, room: Room, clock: time_machine.Coordinates) -> None:
        user = sleeper(room)
        for _time in range(3):
            call(room, user)
        Notification.objects.filter(channel=Channel.EMAIL).delete()
        assert claimed() is None
        clock.move_to(MORNING)
        claim = claimed()
        assert claim is not None
        assert len(claim.keys) == 3

    def test_a_push_that_breaks_through_leaves_the_others_behind(self, room: Room) -> None:
        user = sleeper(room, lets_mentions_through=True)
        call(room)
        call(room, user)
        claim = claimed()
        assert claim is not None
        claimed_items = Notification.objects.filter(pk__in=claim.keys, channel=Channel.PUSH)
        assert [item.rule for item in claimed_items] == ["mentioned"]

    def test_a_pause_holds_what_waits_already_and_its_end_lets_it_go(self, room: Room) -> None:
        user = sleeper(room, choice="none")
        activity_report(user=user)
        call(room, user)
        planned = due_of(user)
        quiet_pause(user=user, until=NOW + timedelta(hours=1))
        item = push_to(user)
        assert (item.due_at, item.held_from, item.held_by) == (NOW + timedelta(hours=1), planned, HeldBy.PAUSE)
        quiet_resume(user=user)
        item = push_to(user)
        assert (item.due_at, item.held_from, item.held_until, item.held_by) == (planned, None, None, "")

    def test_what_was_held_is_due_at_once_when_quiet_hours_are_turned_off(
        self, room: Room, clock: time_machine.Coordinates
    ) -> None:
        user = sleeper(room)
        call(room, user)
        clock.shift(3600)
        quiet_hours_save(user=user, choice="none")
        assert due_of(user) == NOW + timedelta(hours=1)

    def test_the_end_of_a_pause_in_quiet_hours_lets_nothing_go(
        self, room: Room, clock: time_machine.Coordinates
    ) -> None:
        user = sleeper(room, hours="mon 23:00-24:00")
        quiet_pause(user=user, until=NOW + timedelta(minutes=45))
        call(room, user)
        clock.shift(40 * 60)
        quiet_resume(user=user)
        assert due_of(user) == datetime(2026, 3, 3, tzinfo=UTC)

    def test_moving_to_another_time_zone_moves_what_waits(self, room: Room) -> None:
        user = sleeper(room)
        call(room, user)
        locale_save(user=user, time_zone="Europe/Berlin")
        assert due_of(user) == MORNING - timedelta(hours=1)
        settings = GeneralSettings.stored()
        settings.time_zone = "America/New_York"
        settings.save()
        assert due_of(user) == MORNING - timedelta(hours=1)
        locale_save(user=user, time_zone="")
        assert due_of(user) == NOW

    def test_the_workspaces_change_reaches_what_waits(self, room: Room) -> None:
        user = sleeper(room, choice="")
        call(room, user)
        assert due_of(user) == NOW
        settings = AccountsSettings.stored()
        settings.quiet_hours = NIGHTS
        settings.save()
        assert due_of(user) == MORNING

    def test_a_repetition_waits_for_the_morning_too(self, room: Room) -> None:
        user = sleeper(room, hours="mon 22:31-23:00")
        call(room, user)
        claim = claimed()
        assert claim is not None
        retry_at = NOW + timedelta(minutes=1)
        items_finish(keys=claim.keys, token=claim.token, state=State.RETRYING, due_at=retry_at)
        item = push_to(user)
        assert (item.due_at, item.held_from) == (datetime(2026, 3, 2, 23, tzinfo=UTC), retry_at)
        assert Notification.objects.get(user=user, channel=Channel.EMAIL).due_at == retry_at

    def test_an_administrators_send_now_is_sent_now_and_brings_nothing_else_along(self, room: Room) -> None:
        user = sleeper(room)
        for _time in range(2):
            call(room, user)
        Notification.objects.filter(channel=Channel.EMAIL).delete()
        first = Notification.objects.earliest("pk")
        item_send_now(notification=first)
        claim = claimed()
        assert claim is not None
        assert claim.keys == [first.pk]
        claim_release(claim=claim)
        assert claimed() is not None


class TestSavingSettings:
    """The queue is evaluated again only for settings that decide about quiet hours, and only what these concern."""

    ORIGIN = Origin(source=ChangeSource.API)

    def statements(self, setting_id: str, value: object) -> list[str]:
        """Save a setting and return the statements that read the queue or everyone's presence."""
        with CaptureQueriesContext(connection) as queries:
            setting_save(setting_id=setting_id, value=value, origin=self.ORIGIN)
        tables = (Notification._meta.db_table, Presence._meta.db_table, QuietSchedule._meta.db_table)
        return [query["sql"] for query in queries if any(f'"{table}"' in query["sql"] for table in tables)]

    @pytest.mark.parametrize(
        ("setting_id", "value"),
        [
            ("Notifications_Max_Room_Members", 7),
            ("Accounts_AllowEmailNotifications", False),
            ("Accounts_Default_User_Preferences_emailNotificationMode", "nothing"),
        ],
    )
    def test_others_evaluate_nothing(self, room: Room, setting_id: str, value: object) -> None:
        sleeper(room)
        AccountsSettings.stored().save()
        assert self.statements(setting_id, value) == []

    def test_without_any_quiet_hours_only_what_is_held_is_evaluated(self) -> None:
        [*_schedules, last] = self.statements("Default_Custom_Timezone", "Asia/Tokyo")
        assert "held_from" in last.partition("WHERE")[2]

    def test_the_end_of_the_last_quiet_hours_releases_what_was_held(
        self, room: Room, clock: time_machine.Coordinates
    ) -> None:
        user = DeviceFactory().user
        members_add(room=room, users=[user])
        setting = "Accounts_Default_User_Preferences_quietHours"
        setting_save(setting_id=setting, value=NIGHTS, origin=self.ORIGIN)
        message_in(room, UserFactory())
        pending_decide()
        assert Notification.objects.get(user=user, channel=Channel.PUSH).held_until == MORNING
        clock.shift(60)
        setting_save(setting_id=setting, value="", origin=self.ORIGIN)
        item = Notification.objects.get(user=user, channel=Channel.PUSH)
        assert (item.held_from, item.due_at) == (None, NOW + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("chosen", "is_in_use"),
    [
        ({}, False),
        ({"choice": QuietChoice.NONE}, False),
        ({"hours": NIGHTS}, False),
        ({"paused_until": NOW - timedelta(minutes=1)}, False),
        ({"choice": QuietChoice.OWN, "hours": NIGHTS}, True),
        ({"paused_until": NOW + timedelta(minutes=1)}, True),
    ],
)
def test_quiet_hours_are_in_use_only_if_they_can_hold_something(
    clock: time_machine.Coordinates, chosen: dict[str, Any], is_in_use: bool
) -> None:
    QuietHours.objects.create(user=UserFactory(), **chosen)
    assert quiet_in_use() == is_in_use
