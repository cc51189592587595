"""`push.test`."""

from __future__ import annotations

import pytest
from django.utils import timezone

from push.models import Notification
from push.sending.dispatching import due_dispatch
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway
from tests.push.conftest import settings_change
from tests.workspace.live.conftest import Live
from workspace.models import User
from workspace.services.rooms import room_show

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(gateway: FakeGateway) -> User:
    user = UserFactory(roles=("admin", "user"))
    DeviceFactory(user=user)
    return user


def test_returns_the_number_of_devices(admin: User, gateway: FakeGateway) -> None:
    body = ApiClient(admin).post("push.test").json()
    assert (body["tokensCount"], body["success"]) == (1, True)
    assert [device["state"] for device in body["result"]["devices"]] == ["waiting"]
    due_dispatch()
    assert len(gateway.accepted) == 1


def test_its_room_is_in_no_list_until_it_is_opened(admin: User, gateway: FakeGateway) -> None:
    api = ApiClient(admin)
    before = timezone.now().isoformat()
    api.post("push.test")
    for query in ({}, {"updatedSince": before}):
        assert api.get("subscriptions.get", **query).json()["update"] == []
        assert api.get("rooms.get", **query).json()["update"] == []
    assert api.get("im.list").json()["ims"] == []
    shown = api.get("users.info", userId=admin.public_id, includeUserRooms="true").json()["user"]
    assert not shown.get("rooms")
    room = Notification.objects.get().room.public_id
    # A tap on the notification opens it.
    assert api.get("push.get", id=Notification.objects.get().message.public_id).status_code == 200
    assert api.post("im.create", username=admin.username).json()["room"]["_id"] == room
    assert [row["rid"] for row in api.get("subscriptions.get").json()["update"]] == [room]
    assert [row["_id"] for row in api.get("rooms.get").json()["update"]] == [room]


def test_no_stream_mentions_its_room_until_it_is_opened(admin: User, gateway: FakeGateway) -> None:
    live = Live()
    client = live.hear_own(admin, "subscriptions-changed", "rooms-changed")
    ApiClient(admin).post("push.test")
    live.deliver_now()
    assert client.take() == []
    room_show(user=admin, room=Notification.objects.get().room)
    live.deliver_now()
    assert [args[0] for args in client.take()] == ["updated"]


def test_the_settings_button_does_the_same(admin: User, gateway: FakeGateway) -> None:
    assert ApiClient(admin).post("settings/Push_test_push", execute=True).json() == {"success": True}
    due_dispatch()
    assert len(gateway.accepted) == 1


def test_it_is_rejected_while_push_is_off_or_without_devices(admin: User) -> None:
    assert "error-no-tokens-for-this-user" in failure(ApiClient(UserFactory(roles=("admin",))).post("push.test"))
    settings_change(enable=False)
    assert "error-push-disabled" in failure(ApiClient(admin).post("push.test"))


def test_it_needs_the_permission_and_a_sign_in(gateway: FakeGateway) -> None:
    assert "error-unauthorized" in failure(ApiClient(UserFactory()).post("push.test"), 403)
    answer = ApiClient().post("push.test")
    assert (answer.status_code, answer.json()) == (401, NOT_SIGNED_IN)
