"""When pushes are due, for many members in one statement, against a plain reading minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from preferences.models import AccountsSettings, QuietHours, QuietPeriod, QuietSchedule
from preferences.quiet.schedule import Stretch, hours_format
from preferences.services.quiet_schedules import schedules_update
from push.models import Channel, Notification
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.preferences.quiet.test_periods import CHANGES, ZONES, quiet_minutes
from tests.preferences.quiet.test_schedule import STRETCHES
from workspace.models import GeneralSettings, User
from workspace.services.rooms import members_add

MINUTE = timedelta(minutes=1)
MENTIONED_EVERY = 2

HOURS = st.lists(STRETCHES, min_size=1, max_size=2)
MEMBERS = st.fixed_dictionaries(
    {
        "choice": st.sampled_from(["", "own", "none"]),
        "hours": HOURS,
        "time_zone": st.sampled_from(["", *ZONES]),
        "lets_mentions_through": st.sampled_from([None, True, False]),
        "paused_minutes": st.sampled_from([None, -5, 30, 600]),
    }
)


def plainly_due(
    stretches: list[Stretch], zone: str, at: datetime, paused_minutes: int | None, breaks_through: bool
) -> datetime:
    """Return when a push is due that would be due at the moment `at`."""
    if breaks_through:
        return at
    end = at + max(0, paused_minutes or 0) * MINUTE
    quiet = quiet_minutes(stretches, ZoneInfo(zone), end, end + timedelta(days=3))
    while end in quiet:
        end += MINUTE
    return end


@pytest.mark.thorough
class TestDue(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        members=st.lists(MEMBERS, min_size=1, max_size=5),
        workspace=st.one_of(st.just([]), HOURS),
        workspace_zone=st.sampled_from(ZONES),
        lets_through=st.booleans(),
        change=st.sampled_from(CHANGES),
        before=st.integers(0, 1440),
    )
    def test_every_member_as_read_plainly(
        self,
        members: list[dict[str, object]],
        workspace: list[Stretch],
        workspace_zone: str,
        lets_through: bool,
        change: datetime,
        before: int,
    ) -> None:
        now = change - before * MINUTE
        with time_machine.travel(now, tick=False):
            settings_save(workspace, workspace_zone, lets_through)
            room, users = RoomFactory(), []
            for chosen in members:
                user = UserFactory(time_zone=chosen["time_zone"])
                DeviceFactory(user=user)
                choose(user, chosen, now)
                users.append(user)
            members_add(room=room, users=users)
            schedules_update()
            mentioned = users[::MENTIONED_EVERY]
            message_in(room, UserFactory(), " ".join(f"@{user.username}" for user in mentioned))
            pending_decide()
        pushes = dict(Notification.objects.filter(channel=Channel.PUSH).values_list("user", "due_at"))
        for user, chosen in zip(users, members, strict=True):
            stretches = {"own": chosen["hours"], "none": []}.get(str(chosen["choice"]), workspace)
            through = chosen["lets_mentions_through"]
            assert pushes[user.pk] == plainly_due(
                stretches,  # type: ignore[arg-type]
                str(chosen["time_zone"] or workspace_zone),
                now,
                chosen["paused_minutes"],  # type: ignore[arg-type]
                user in mentioned and bool(lets_through if through is None else through),
            )


def settings_save(hours: list[Stretch], zone: str, lets_through: bool) -> None:
    accounts, general = AccountsSettings.stored(), GeneralSettings.stored()
    accounts.quiet_hours, accounts.lets_mentions_through = hours_format(hours), lets_through
    general.time_zone = zone
    general.save()
    accounts.save()


def choose(user: User, chosen: dict[str, object], now: datetime) -> None:
    paused = chosen["paused_minutes"]
    QuietHours.objects.create(
        user=user,
        choice=chosen["choice"],
        hours=hours_format(chosen["hours"]),  # type: ignore[arg-type]
        lets_mentions_through=chosen["lets_mentions_through"],
        paused_until=now + MINUTE * int(str(paused)) if paused is not None else None,
    )


@pytest.mark.django_db
class TestSchedulesKeep:
    def test_periods_are_found_again_before_those_known_have_passed(self) -> None:
        with time_machine.travel(CHANGES[0], tick=False) as clock:
            QuietHours.objects.create(user=UserFactory(), choice="own", hours="mon-sun 22:00-07:00")
            schedules_update()
            first = set(QuietPeriod.objects.values_list("ends_at", flat=True))
            for _day in range(20):
                clock.shift(timedelta(days=1))
                schedules_update()
                assert QuietPeriod.objects.filter(starts_at__gt=CHANGES[0]).count() < 30
            assert max(first) < max(QuietPeriod.objects.values_list("ends_at", flat=True))

    def test_a_schedule_that_nobody_uses_goes_in_time(self) -> None:
        with time_machine.travel(CHANGES[0], tick=False) as clock:
            chosen = QuietHours.objects.create(user=UserFactory(), choice="own", hours="mon-sun 22:00-07:00")
            schedules_update()
            chosen.delete()
            clock.shift(timedelta(days=10))
            schedules_update()
            assert not QuietSchedule.objects.exists()

    def test_people_with_equal_hours_share_their_periods(self) -> None:
        for _person in range(3):
            QuietHours.objects.create(user=UserFactory(), choice="own", hours="mon-sun 22:00-07:00")
        schedules_update()
        assert QuietSchedule.objects.count() == 1
