"""The chosen status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.factories import UserFactory
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.selectors.presence import presence_of
from workspace.services.presence import activity_report, status_set

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def test_a_user_without_reports_is_offline(ana: User) -> None:
    view = presence_of(ana)
    assert (view.connection, view.status, view.shown) == ("offline", "online", "offline")


@pytest.mark.parametrize("status", ["online", "away", "busy", "offline"])
def test_a_status_never_changes_the_connection(ana: User, clock: time_machine.Traveller, status: str) -> None:
    status_set(user=ana, status=status)
    assert presence_of(ana).connection == "offline"
    activity_report(user=ana)
    clock.shift(100)
    before = presence_of(ana)
    status_set(user=ana, status=status, text="text")
    after = presence_of(ana)
    assert (after.connection, after.away_since) == (before.connection, before.away_since)


@pytest.mark.parametrize(
    ("status", "shown"), [("online", "online"), ("away", "away"), ("busy", "busy"), ("offline", "offline")]
)
def test_others_see_the_status_while_connected(ana: User, status: str, shown: str) -> None:
    activity_report(user=ana)
    status_set(user=ana, status=status)
    assert presence_of(ana).shown == shown


def test_a_status_expires_and_does_not_return(ana: User, clock: time_machine.Traveller) -> None:
    status_set(user=ana, status="busy", text="lunch", expires_at=timezone.now() + timedelta(seconds=60))
    view = presence_of(ana)
    assert (view.status, view.status_text, view.expires_at) == ("busy", "lunch", timezone.now() + timedelta(seconds=60))
    clock.shift(60)
    view = presence_of(ana)
    assert (view.status, view.status_text, view.expires_at) == ("online", "", None)
    status_set(user=ana, text="back")
    view = presence_of(ana)
    assert (view.status, view.status_text) == ("online", "back")


def test_omitted_fields_stay_unchanged(ana: User) -> None:
    status_set(user=ana, status="busy", text="on stage")
    status_set(user=ana, status="away")
    assert presence_of(ana).status_text == "on stage"
    status_set(user=ana, text="")
    assert (presence_of(ana).status, presence_of(ana).status_text) == ("away", "")


def test_wrong_statuses_and_past_ends_are_refused(ana: User) -> None:
    for fields, code in (
        ({"status": "asleep"}, "error-invalid-status"),
        ({"status": "busy", "expires_at": timezone.now()}, "error-invalid-date"),
    ):
        with pytest.raises(ApplicationError) as raised:
            status_set(user=ana, **fields)
        assert raised.value.code == code
    assert presence_of(ana).status == "online"
