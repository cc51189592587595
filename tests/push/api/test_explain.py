"""notifications.explain"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from push.services.fanout import pending_decide
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, User
from workspace.services.rooms import room_leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(bob: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, name="secret", members=[bob])


@pytest.fixture
def message(room: Room) -> Message:
    message = message_in(room, UserFactory(username="ana"), "@bob look")
    pending_decide()
    return message


def ask(user: User, message: Message, **query: Any) -> Any:
    return ApiClient(user).get("notifications.explain", messageId=message.public_id, **query)


def test_explains_the_callers_notification_for_every_channel(message: Message, bob: User) -> None:
    body = ask(bob, message).json()
    assert (body["success"], body["messageId"], body["username"]) == (True, message.public_id, "bob")
    assert {channel["channel"]: channel["code"] for channel in body["channels"]} == {
        "desktop": "no_client",
        "push": "no_device",
        "email": "no_email",
    }


def test_returns_the_values_of_each_rule_with_their_origin(message: Message, bob: User) -> None:
    (channel,) = ask(bob, message, channel="push").json()["channels"]
    decisive = next(step for step in channel["steps"] if step["standing"] == "decided")
    assert decisive["code"] == "no_device"
    assert decisive["values"] == [{"name": "has_device", "value": False, "shown": "no", "origin": "account"}]
    assert channel["notified"] is False
    assert channel["preference"] == {"level": "all", "origin": "workspace"}
    assert channel["advice"]


def test_returns_the_history(room: Room, bob: User) -> None:
    DeviceFactory(user=bob)
    message = message_in(room, UserFactory(), "@bob look")
    pending_decide()
    (channel,) = ask(bob, message, channel="push").json()["channels"]
    assert (channel["notified"], channel["code"], channel["basis"]) == (True, "mentioned", "recorded")
    assert channel["happenings"][0]["text"].startswith("Queued for")
    assert channel["state"] == "queued"
    assert "ending" not in channel


def test_anonymous_requests_are_rejected(message: Message) -> None:
    response = ApiClient().get("notifications.explain", messageId=message.public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_explaining_others_requires_a_permission(message: Message, bob: User) -> None:
    assert ask(bob, message, username="ana").status_code == 403
    assert ask(bob, message, username="nobody").status_code == 403


def test_others_are_explained_with_the_permission(message: Message, bob: User) -> None:
    auditor = UserFactory()
    auditor.user_permissions.add(Permission.objects.get(codename="explain_notifications"))
    auditor = User.objects.get(pk=auditor.pk)
    assert ask(auditor, message, username="BOB").json()["username"] == "bob"
    assert "error-invalid-user" in failure(ask(auditor, message, username="nobody"))


def test_an_unreadable_message_is_unknown(message: Message, room: Room, bob: User) -> None:
    unknown = ApiClient(bob).get("notifications.explain", messageId="nothing").json()
    assert ask(UserFactory(), message).json() == unknown
    assert "error-invalid-message" in unknown["error"]
    room_leave(user=bob, room=room)
    assert ask(bob, message).json() == unknown


@pytest.mark.parametrize("query", [{}, {"messageId": ""}, {"messageId": "x", "channel": "pigeon"}])
def test_invalid_queries(bob: User, query: dict[str, str]) -> None:
    assert failure(ApiClient(bob).get("notifications.explain", **query))
