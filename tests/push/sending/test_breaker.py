"""Pausing a misconfigured route, and letting it go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cloud.models import CloudConnection
from push.models import TEST_RULE, Answer, Attempt, Device, EndReason, Notification, RouteState, State
from push.sending.breaker import interval, pauses_review, route_resume
from push.sending.dispatching import due_dispatch
from push.sending.queue import room_items_drop
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, gateway_connect, queue
from workspace.models import Room, User
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db

UNKNOWN = Reply(401, body={"error": "Who are you?", "errorType": "error-unauthorized"})


@pytest.fixture
def paused(gateway: FakeGateway, receiver: User, device: Device, post: Post) -> Notification:
    """An item that waits since the gateway refused the workspace's authorization."""
    gateway.script(device.token, UNKNOWN)
    item = queue(receiver, post("first"))
    due_dispatch()
    item.refresh_from_db()
    return item


def test_refused_credentials_pause_the_route_and_the_item_waits(paused: Notification, device: Device) -> None:
    state = RouteState.objects.get()
    assert (state.key, state.app_name, state.status, state.reason) == ("gateway", "", 401, "error-unauthorized")
    assert state.paused_at is not None
    assert (paused.state, paused.reason, paused.finished_at) == (State.RETRYING, EndReason.ROUTE_PAUSED, None)
    attempt = Attempt.objects.get()
    assert (attempt.answer, attempt.number, attempt.route) == (Answer.HELD, 1, "gateway")
    device.refresh_from_db()
    assert device.disabled_at is None


def test_what_comes_while_the_route_is_paused_waits_without_a_try(
    paused: Notification, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    item = queue(receiver, post("second"))
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.RETRYING, EndReason.ROUTE_PAUSED)
    assert len(gateway.received) == 1
    assert not item.attempts.exists()


@pytest.mark.thorough
def test_what_has_waited_for_its_lifetime_expires_however_long_the_route_is_paused(
    paused: Notification, gateway: FakeGateway, device: Device, receiver: User, post: Post, settings: Any
) -> None:
    gateway.script(device.token, *[UNKNOWN] * 100)
    end = timezone.now() + timedelta(seconds=settings.NOTIFICATION_LIFETIME)
    moment = timezone.now()
    while moment < end - timedelta(hours=1):
        moment += timedelta(hours=1)
        with time_machine.travel(moment, tick=False):
            due_dispatch()
            paused.refresh_from_db()
            assert (paused.state, paused.reason) == (State.RETRYING, EndReason.ROUTE_PAUSED)
    with time_machine.travel(end + timedelta(hours=1), tick=False):
        later = queue(receiver, post("later"))
        due_dispatch()
    paused.refresh_from_db()
    later.refresh_from_db()
    assert (paused.state, paused.reason) == (State.FAILED, EndReason.EXPIRED)
    assert (later.state, later.reason) == (State.RETRYING, EndReason.ROUTE_PAUSED)


def test_the_accepted_probe_lets_the_route_go_on(
    paused: Notification, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    second = queue(receiver, post("second"))
    due_dispatch()
    with time_machine.travel(timezone.now() + interval(0) + timedelta(seconds=1), tick=False):
        third = queue(receiver, post("third"))
        due_dispatch()
        due_dispatch()
    assert not RouteState.objects.exists()
    for item in (paused, second, third):
        item.refresh_from_db()
        assert item.state == State.SENT
    assert Attempt.objects.get(notification=paused).number == 1


def test_a_refused_probe_keeps_the_route_paused_for_longer(
    paused: Notification, gateway: FakeGateway, device: Device, room: Room, post: Post
) -> None:
    # Whichever of them is the probe.
    gateway.script(device.token, UNKNOWN)
    others = UserFactory.create_batch(3)
    members_add(room=room, users=others)
    message = post("more")
    for user in others:
        gateway.script(DeviceFactory(user=user).token, UNKNOWN)
        queue(user, message)
    at = timezone.now() + interval(0) + timedelta(seconds=1)
    with time_machine.travel(at, tick=False):
        due_dispatch()
    assert len(gateway.received) == 2
    state = RouteState.objects.get()
    assert state.probe_at == at + interval(1)
    assert {item.state for item in Notification.objects.all()} == {State.RETRYING}


def test_the_time_between_probes_grows_to_a_limit() -> None:
    waits = [interval(number) for number in range(100)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=30)


def test_an_administrator_lets_it_go_on(paused: Notification, gateway: FakeGateway) -> None:
    route_resume(state=RouteState.objects.get())
    due_dispatch()
    paused.refresh_from_db()
    assert paused.state == State.SENT
    assert gateway.texts == ["ana: first"]


def test_another_access_token_lets_it_go_on(paused: Notification, gateway: FakeGateway) -> None:
    connection = CloudConnection.objects.get()
    connection.access_token = "renewed"
    connection.save()
    due_dispatch()
    paused.refresh_from_db()
    assert paused.state == State.SENT
    assert gateway.accepted[-1].authorization == "Bearer renewed"


def test_another_gateway_lets_it_go_on(paused: Notification) -> None:
    with FakeGateway() as other:
        gateway_connect(other.address)
        due_dispatch()
        assert other.texts == ["ana: first"]
    assert not RouteState.objects.exists()


def test_saving_something_else_does_not(paused: Notification) -> None:
    pauses_review()
    assert RouteState.objects.exists()


def test_a_test_push_goes_out_all_the_same_and_ends_the_pause(
    paused: Notification, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    test = queue(receiver, post("test"))
    Notification.objects.filter(pk=test.pk).update(rule=TEST_RULE)
    due_dispatch()
    due_dispatch()
    assert sorted(gateway.texts) == ["ana: first", "ana: test"]
    assert not RouteState.objects.exists()


def test_reading_the_room_clears_what_waits(paused: Notification, receiver: User, room: Room) -> None:
    assert room_items_drop(user=receiver, room=room) == 1
    paused.refresh_from_db()
    assert (paused.state, paused.reason) == (State.DROPPED, EndReason.CLEARED_BY_READ)


def test_one_refusal_beside_acceptances_pauses_nothing(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    other = DeviceFactory(user=receiver)
    gateway.script(other.token, UNKNOWN)
    item = queue(receiver, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT
    assert not RouteState.objects.filter(paused_at__isnull=False).exists()
    assert Attempt.objects.get(device=other).answer == Answer.UNAUTHORIZED
