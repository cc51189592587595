"""Presence is read as of the moment a message was accepted, however late the worker decides and whatever came since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preferences.services.accounts import account_preferences_save
from push.explain.explanations import explanation_of
from push.models import Channel, Decision, Notification
from push.rules import candidates
from push.rules.facts import facts_of
from push.rules.history import MemberPast
from push.rules.members import members_read, values_then
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import FormerPresence, Message, Presence, Room, User
from workspace.selectors.presence import presence_of
from workspace.services.presence import activity_report, clients_disconnect, status_set
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
LATE = 600


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True, params=["as a whole", "by candidates"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decide by reading the room as a whole, and by its candidates."""
    if request.param == "by candidates":
        monkeypatch.setattr(candidates, "LARGE_ROOM", 0)


@pytest.fixture
def user() -> User:
    return DeviceFactory(user__username="bob").user


@pytest.fixture
def room(user: User) -> Room:
    return RoomFactory(members=[user])


def come_online(user: User) -> None:
    activity_report(user=user)


def go(user: User) -> None:
    clients_disconnect(user=user)


def pick(status: str) -> Callable[[User], Any]:
    return lambda user: status_set(user=user, status=status)


def never_connected(_user: User) -> None:
    """Leave the user without any presence."""


def be_offline(user: User) -> None:
    activity_report(user=user, at=NOW - timedelta(hours=1))


def be_away(user: User) -> None:
    activity_report(user=user, at=NOW - timedelta(seconds=100))


def be_busy(user: User) -> None:
    activity_report(user=user)
    status_set(user=user, status="busy")


def idle_limit_lower(user: User) -> None:
    account_preferences_save(user=user, idle_limit=1)


Act = Callable[[User], Any]
# What the user's presence was, what they did between the acceptance and the decision, and what is decided: after how
# many seconds a push is due (or by which rule none is sent), and the code for desktop.
CASES: list[tuple[Act, list[Act], int | str, str]] = [
    (never_connected, [come_online], 0, "no_client"),
    (be_offline, [come_online], 0, "no_client"),
    (be_offline, [come_online, go, come_online], 0, "no_client"),
    (be_offline, [come_online, pick("busy"), pick("online"), pick("busy")], 0, "no_client"),
    (be_away, [come_online], 80, "mentioned"),
    (be_away, [go], 80, "mentioned"),
    (be_away, [come_online, go], 80, "mentioned"),
    (come_online, [go], 120, "mentioned"),
    (come_online, [go, come_online], 120, "mentioned"),
    (come_online, [idle_limit_lower], 120, "mentioned"),
    (come_online, [pick("busy")], 120, "mentioned"),
    (be_busy, [pick("online")], "busy", "busy"),
    (be_busy, [go, pick("online"), come_online], "busy", "busy"),
]


@pytest.mark.parametrize(("before", "since", "push", "desktop"), CASES)
def test_what_came_after_the_acceptance_changes_nothing(
    room: Room, user: User, clock: Any, before: Act, since: list[Act], push: int | str, desktop: str
) -> None:
    before(user)
    message = message_in(room, UserFactory(), "@bob look")
    for act in since:
        clock.shift(LATE / len(since))
        act(user)
    pending_decide()
    item = Notification.objects.filter(user=user, channel="push").first()
    if isinstance(push, int):
        assert item is not None
        assert (item.due_at - NOW).total_seconds() == push
    else:
        assert item is None
    explained = {found.channel: found for found in explanation_of(message=message, user=user).channels}
    counts = Decision.objects.get().counts
    assert explained[Channel.DESKTOP].code == desktop
    assert counts["desktop"][desktop] == 1
    assert explained[Channel.PUSH].code == (push if isinstance(push, str) else "mentioned")
    assert not any(found.remarks for found in explained.values())


def test_what_if_and_previews_foresee_by_the_acceptance_as_well(room: Room, user: User, clock: Any) -> None:
    be_away(user)
    message = message_in(room, UserFactory(), "@bob look")
    clock.shift(LATE)
    come_online(user)
    [found] = explanation_of(message=message, user=user, channels=[Channel.PUSH]).channels
    assert found.history[0].at == NOW + timedelta(seconds=80)
    [asked] = explanation_of(message=message, user=user, channels=[Channel.PUSH], changes={"calls_all": True}).channels
    assert asked.history[0].at == NOW + timedelta(seconds=80)


def test_a_client_in_use_writes_no_history(user: User, clock: Any) -> None:
    come_online(user)
    before = FormerPresence.objects.count()
    for _report in range(20):
        clock.shift(20)
        come_online(user)
        status_set(user=user, text="at work")
    assert FormerPresence.objects.count() == before


@pytest.mark.thorough
def test_presence_of_any_moment_is_known_after_any_sequence_of_changes(clock: Any) -> None:
    """Compare what the queries say afterwards of each moment with what was true at it."""
    random = Random(12)
    users = UserFactory.create_batch(6)
    room = RoomFactory(members=users)
    acts: list[Act] = [come_online, go, pick("busy"), pick("online"), idle_limit_lower, never_connected]
    known: list[tuple[Message, dict[int, tuple[str, str]]]] = []
    for _round in range(12):
        message = message_in(room, UserFactory())
        seen = {user.pk: presence_of(user) for user in users}
        known.append((message, {key: (view.status, view.connection) for key, view in seen.items()}))
        for user in users:
            clock.shift(random.choice([1, 20, 70, 200]))
            random.choice(acts)(user)
    for message, expected in known:
        facts = facts_of(message)
        with CaptureQueriesContext(connection) as queries:
            rows = {row["user"]: row for row in members_read(facts, {"connection", "status"})}
        assert len(queries) == 1
        assert {key: (rows[key]["status"], rows[key]["connection"]) for key in expected} == expected
        pasts = {user.pk: values_then(MemberPast(facts, user.pk, message.accepted_at)) for user in users}
        assert {key: (value["status"], value["connection"]) for key, value in pasts.items()} == expected
    assert FormerPresence.objects.count() > len(users)
    assert Presence.objects.count() == len(users)


def test_many_members_who_came_since_are_read_by_one_statement(room: Room, user: User, clock: Any) -> None:
    members_add(room=room, users=UserFactory.create_batch(5))
    message = message_in(room, UserFactory(), "@all look")
    clock.shift(LATE)
    for member in User.objects.filter(subscriptions__room=room):
        come_online(member)
    pending_decide()
    assert Decision.objects.get(message=message).counts["desktop"]["no_client"] >= 6
