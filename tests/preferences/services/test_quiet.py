"""Saving quiet hours, and pausing pushes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from preferences.models import AccountsSettings, QuietHours
from preferences.selectors.quiet import quiet_state_of
from preferences.services.quiet import quiet_hours_save, quiet_pause, quiet_resume
from tests.factories import UserFactory
from workspace.services.accounts import locale_save

pytestmark = pytest.mark.django_db

# A Monday, 23:00 in Berlin.
NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)


def workspace_hours(hours: str, **values: object) -> None:
    settings = AccountsSettings.stored()
    settings.quiet_hours = hours
    for name, value in values.items():
        setattr(settings, name, value)
    settings.save()


def test_there_are_none_by_default() -> None:
    state = quiet_state_of(UserFactory())
    assert (state.hours, state.lets_mentions_through, state.choice) == ("", False, "")
    assert state.quiet_until(NOW) is None


def test_own_hours_apply_in_the_users_time_zone() -> None:
    user = UserFactory()
    locale_save(user=user, time_zone="Europe/Berlin")
    quiet_hours_save(user=user, choice="own", hours="Mon-Fri 22:00-7:00")
    state = quiet_state_of(user)
    assert state.hours == state.own_hours == "mon-fri 22:00-07:00"
    assert state.quiet_until(NOW) == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert state.quiet_until(NOW - timedelta(hours=2)) is None


def test_the_workspaces_hours_apply_by_default() -> None:
    own, none, nobody = UserFactory(), UserFactory(), UserFactory()
    quiet_hours_save(user=own, choice="own", hours="sat 00:00-24:00")
    quiet_hours_save(user=none, choice="none")
    workspace_hours("MON 21:00-23:00", lets_mentions_through=True)
    assert [quiet_state_of(user).hours for user in (own, none, nobody)] == ["sat 00:00-24:00", "", "mon 21:00-23:00"]
    assert quiet_state_of(nobody).lets_mentions_through
    assert quiet_state_of(nobody).quiet_until(NOW) == NOW + timedelta(hours=1)


def test_own_hours_stay_saved_while_they_are_not_in_use() -> None:
    user = UserFactory()
    quiet_hours_save(user=user, choice="own", hours="sat 00:00-24:00")
    quiet_hours_save(user=user, choice="")
    state = quiet_state_of(user)
    assert (state.hours, state.own_hours, state.choice) == ("", "sat 00:00-24:00", "")
    quiet_hours_save(user=user, choice="own")
    assert quiet_state_of(user).hours == "sat 00:00-24:00"


def test_choosing_own_hours_requires_hours() -> None:
    user = UserFactory()
    with pytest.raises(ValidationError, match="Enter the days and times"):
        quiet_hours_save(user=user, choice="own")
    with pytest.raises(ValidationError, match="is not valid"):
        quiet_hours_save(user=user, choice="own", hours="at night")
    assert not QuietHours.objects.exists()


def test_the_row_is_deleted_with_the_last_choice() -> None:
    user = UserFactory()
    quiet_hours_save(user=user, lets_mentions_through=True)
    assert QuietHours.objects.exists()
    quiet_hours_save(user=user, lets_mentions_through=None)
    assert not QuietHours.objects.exists()


def test_a_pause_is_quiet_and_continues_into_quiet_hours() -> None:
    user = UserFactory()
    with time_machine.travel(NOW, tick=False):
        quiet_pause(user=user, until=NOW + timedelta(hours=1))
        assert quiet_state_of(user).quiet_until(NOW) == NOW + timedelta(hours=1)
        quiet_hours_save(user=user, choice="own", hours="mon 22:30-23:30")
        assert quiet_state_of(user).quiet_until(NOW) == NOW + timedelta(minutes=90)
        quiet_resume(user=user)
        assert quiet_state_of(user).quiet_until(NOW) is None


def test_an_expired_pause_is_ignored() -> None:
    user = UserFactory()
    with time_machine.travel(NOW, tick=False):
        quiet_pause(user=user, until=NOW + timedelta(hours=1))
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert quiet_state_of(user).paused_until is None


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=-1), timedelta(days=32)])
def test_the_end_of_a_pause_must_be_in_the_near_future(ahead: timedelta) -> None:
    with time_machine.travel(NOW, tick=False), pytest.raises(ValidationError, match="Choose a time"):
        quiet_pause(user=UserFactory(), until=NOW + ahead)
    assert not QuietHours.objects.exists()


def test_mentions_are_not_silent_if_the_user_lets_them_through() -> None:
    user = UserFactory()
    quiet_hours_save(user=user, choice="own", hours="mon 22:00-23:00", lets_mentions_through=True)
    state = quiet_state_of(user)
    assert not state.is_quiet_for(NOW, is_mention=True)
    assert state.is_quiet_for(NOW, is_mention=False)
