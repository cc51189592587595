"""The presence of web sockets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.factories import UserFactory
from workspace.models import ClientPresence, Connection, FormerPresence, Presence, User
from workspace.selectors.presence import presence_of
from workspace.services.connections import Change, Report, connections_extend, connections_report
from workspace.services.presence import activity_report
from workspace.signals import presence_changed

pytestmark = pytest.mark.django_db

START = timezone.now().replace(microsecond=0)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


def report(user: User, change: Change, client: str = "token:a:1") -> None:
    connections_report(reports=[Report(user.pk, client, change)])


def connection_of(user: User) -> str:
    return presence_of(user).connection


def test_a_socket_keeps_its_user_online_without_further_reports_of_use(clock: Any) -> None:
    user = UserFactory()
    report(user, Change.USED)
    for _minute in range(10):
        clock.shift(60)
        assert connections_extend(sockets=[(user.pk, "token:a:1")]) == set()
        assert connection_of(user) == Connection.ONLINE
    report(user, Change.CLOSED)
    assert connection_of(user) == Connection.OFFLINE
    assert not ClientPresence.objects.exists()


def test_a_user_whose_client_is_not_in_use_is_away_at_once(clock: Any) -> None:
    user = UserFactory()
    report(user, Change.USED)
    clock.shift(1)
    report(user, Change.UNUSED)
    assert connection_of(user) == Connection.AWAY
    clock.shift(200)
    connections_extend(sockets=[(user.pk, "token:a:1")])
    clock.shift(200)
    assert connection_of(user) == Connection.AWAY
    report(user, Change.USED)
    assert connection_of(user) == Connection.ONLINE


def test_after_a_crash_the_socket_ends_with_the_grace_time(clock: Any) -> None:
    user = UserFactory()
    report(user, Change.USED)
    clock.shift(299)
    assert connection_of(user) == Connection.ONLINE
    clock.shift(1)
    assert connection_of(user) == Connection.OFFLINE


def test_a_socket_that_the_server_interrupts_has_time_to_reconnect(clock: Any) -> None:
    user = UserFactory()
    report(user, Change.USED)
    report(user, Change.INTERRUPTED)
    clock.shift(29)
    assert connection_of(user) == Connection.ONLINE
    clock.shift(1)
    assert connection_of(user) == Connection.OFFLINE


def test_other_clients_count_as_well(clock: Any) -> None:
    user = UserFactory()
    activity_report(user=user, client="token:b")
    report(user, Change.UNUSED)
    assert connection_of(user) == Connection.ONLINE
    clock.shift(60)
    assert connection_of(user) == Connection.AWAY
    report(user, Change.USED, "token:a:2")
    report(user, Change.CLOSED, "token:a:2")
    assert connection_of(user) == Connection.AWAY


def test_the_last_change_of_a_socket_counts() -> None:
    user = UserFactory()
    changes = [Report(user.pk, "token:a:1", change) for change in (Change.USED, Change.CLOSED)]
    connections_report(reports=changes)
    assert connection_of(user) == Connection.OFFLINE
    connections_report(reports=[*changes, Report(user.pk, "token:a:2", Change.USED)])
    assert [row.client for row in ClientPresence.objects.all()] == ["token:a:2"]


def test_a_deleted_user_is_skipped() -> None:
    user, deleted = UserFactory(), UserFactory()
    reports = [Report(pk, "token:a:1", Change.USED) for pk in (deleted.pk, user.pk)]
    deleted.delete()
    connections_report(reports=reports)
    assert [row.user_id for row in ClientPresence.objects.all()] == [user.pk]


def test_unknown_sockets_are_returned(clock: Any) -> None:
    """Their rows have expired, for example while the database was unavailable."""
    ana, bob, cleo = UserFactory(), UserFactory(), UserFactory()
    report(ana, Change.USED)
    clock.shift(400)
    report(bob, Change.USED)
    sockets = {(user.pk, "token:a:1") for user in (ana, bob, cleo)}
    assert connections_extend(sockets=sockets) == {(ana.pk, "token:a:1"), (cleo.pk, "token:a:1")}


def test_a_longer_idle_limit_does_not_end_the_use_of_a_socket(clock: Any) -> None:
    user = UserFactory()
    report(user, Change.USED)
    Presence.objects.update(idle_limit=0)
    clock.shift(250)
    assert connections_extend(sockets=[(user.pk, "token:a:1")]) == set()
    clock.shift(250)
    assert connection_of(user) == Connection.ONLINE


def test_the_end_of_an_absence_is_recorded_in_the_history(clock: Any) -> None:
    user = UserFactory()
    report(user, Change.USED)
    recorded = FormerPresence.objects.count()
    clock.shift(60)
    connections_extend(sockets=[(user.pk, "token:a:1")])
    report(user, Change.USED)
    assert FormerPresence.objects.count() == recorded
    report(user, Change.CLOSED)
    clock.shift(60)
    report(user, Change.USED)
    assert FormerPresence.objects.filter(at=START + timedelta(seconds=120)).count() == 1


def test_changes_are_signalled() -> None:
    users = [UserFactory(), UserFactory()]
    changed = []

    def note(user: User, **_kwargs: Any) -> None:
        changed.append(user.pk)

    presence_changed.connect(note)
    try:
        connections_report(reports=[Report(user.pk, "token:a:1", Change.USED) for user in users])
    finally:
        presence_changed.disconnect(note)
    assert changed == [user.pk for user in users]


@pytest.mark.parametrize("count", [1, 20])
def test_the_number_of_queries_does_not_depend_on_the_sockets(django_assert_max_num_queries: Any, count: int) -> None:
    users = UserFactory.create_batch(count)
    reports = [Report(user.pk, "token:a:1", Change.USED) for user in users]
    with django_assert_max_num_queries(14):
        connections_report(reports=reports)
    with django_assert_max_num_queries(14):
        connections_report(reports=reports)
    with django_assert_max_num_queries(6):
        connections_extend(sockets={(user.pk, "token:a:1") for user in users})
