"""Desktop notifications for sockets: `<uid>/notification`, from a message to the client."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from push.models import DesktopEvent, DesktopStream
from push.services.desktop import RESUMABLE
from push.services.fanout import pending_decide
from tests.factories import RoomFactory, RoomPreferencesFactory, UserFactory, direct_room, message_in
from tests.workspace.live.conftest import Client, Live, finish
from workspace.models import Room, RoomType, Subscription, User
from workspace.services.messages import message_delete
from workspace.services.presence import activity_report
from workspace.services.rooms import member_remove

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return Live()


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    user = UserFactory(username="bob")
    activity_report(user=user)
    return user


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", type=RoomType.PRIVATE, members=[ana, bob])


@pytest.fixture
def client(live: Live, bob: User) -> Client:
    return live.hear_own(bob, "notification")


def post(live: Live, room: Room, sender: User, text: str, **fields: str) -> None:
    """Post a message; the worker decides, and the web process delivers."""
    message_in(room, sender, text, **fields)
    pending_decide()
    live.deliver_now()


def test_a_message_in_the_form_that_clients_expect(live: Live, client: Client, room: Room, ana: User) -> None:
    post(live, room, ana, "@bob look")
    message = room.messages.get()
    assert client.take() == [
        [
            {
                "title": "#ops",
                "text": "ana: @bob look",
                "payload": {
                    "_id": message.public_id,
                    "rid": room.public_id,
                    "sender": {"_id": ana.public_id, "username": "ana", "name": "Ana"},
                    "type": "p",
                    "name": "ops",
                    "message": {"msg": "@bob look"},
                },
            }
        ]
    ]


def test_direct_and_encrypted_messages(live: Live, client: Client, ana: User, bob: User) -> None:
    post(live, direct_room(ana, bob), ana, "ciphertext", type="e2e")
    ((notification,),) = client.take()
    assert notification["payload"]["type"] == "d"
    assert "name" not in notification["payload"]
    assert notification["payload"]["message"] == {"msg": "ciphertext", "t": "e2e"}


def test_the_duration_of_the_room(live: Live, client: Client, room: Room, ana: User, bob: User) -> None:
    subscription = Subscription.objects.get(room=room, user=bob)
    RoomPreferencesFactory(subscription=subscription, room=room, desktop_duration=7)
    post(live, room, ana, "@bob look")
    assert [notification["duration"] for (notification,) in client.take()] == [7]


def test_the_rules_decide(live: Live, client: Client, room: Room, ana: User, bob: User) -> None:
    subscription = Subscription.objects.get(room=room, user=bob)
    RoomPreferencesFactory(subscription=subscription, room=room, desktop="nothing")
    post(live, room, ana, "@bob look")
    assert client.take() == []


def test_deleted_messages_and_removed_members(live: Live, client: Client, room: Room, ana: User, bob: User) -> None:
    message = message_in(room, ana, "@bob look")
    pending_decide()
    message_delete(deleter=ana, message=message)
    message_in(room, ana, "@bob look")
    pending_decide()
    member_remove(user=bob, room=room)
    live.deliver_now()
    assert client.take() == []


def test_events_are_written_while_a_socket_listens(live: Live, client: Client, room: Room, ana: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        clock.shift(RESUMABLE - timedelta(seconds=1))
        finish(live.check())
        clock.shift(timedelta(seconds=2))
        assert DesktopStream.objects.get().until > timezone.now()
        live.close(client)
        finish(live.check())
        clock.shift(RESUMABLE)
        post(live, room, ana, "@bob look")
        assert not DesktopEvent.objects.exists()


def test_events_from_before_the_subscription_are_not_delivered(live: Live, room: Room, ana: User, bob: User) -> None:
    first = live.hear_own(bob, "notification")
    live.close(first)
    post(live, room, ana, "@bob before")
    assert DesktopEvent.objects.exists()
    second = live.hear_own(bob, "notification")
    post(live, room, ana, "@bob after")
    assert [notification["text"] for (notification,) in second.take()] == ["ana: @bob after"]
    assert first.take() == []
