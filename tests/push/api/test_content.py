"""push.get"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory, direct_room, message_in
from tests.push.conftest import Post, settings_change
from workspace.models import Presence, Room, User
from workspace.setting_groups import licence

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(receiver: User) -> ApiClient:
    return ApiClient(receiver)


def test_the_complete_notification_is_returned(api: ApiClient, receiver: User, room: Room, post: Post) -> None:
    message = post("disk full")
    data = api.get("push.get", id=message.public_id).json()["data"]
    assert (data["message"]["_id"], data["message"]["msg"]) == (message.public_id, "disk full")
    notification = data["notification"]
    assert (notification["title"], notification["text"]) == ("#ops", "ana: disk full")
    assert notification["from"] == "push"
    assert notification["priority"] == 10
    assert notification["userId"] == receiver.public_id
    assert isinstance(notification["notId"], int)
    assert -(2**31) <= notification["notId"] < 2**31
    assert notification["apn"]["category"] == "MESSAGE"
    assert notification["gcm"]["style"] == "inbox"
    payload = notification["payload"]
    assert payload["notificationType"] == "message"
    assert (payload["rid"], payload["type"], payload["name"]) == (room.public_id, "c", "ops")
    assert payload["sender"]["username"] == "ana"
    assert not {"identity", "uniqueId", "topic"} & set(notification)


@pytest.mark.usefixtures("settings_remembered")
def test_takes_few_queries(api: ApiClient, post: Post, django_assert_num_queries: Any) -> None:
    message = post("disk full")
    api.get("push.get", id=message.public_id)
    # The sign-in, message, membership, devices of the sign-in, badge, mentioned users and marks.
    with django_assert_num_queries(7):
        api.get("push.get", id=message.public_id)


def test_privacy_settings_apply(api: ApiClient, post: Post) -> None:
    settings_change(show_username_room=False, show_message=False)
    notification = api.get("push.get", id=post("disk full").public_id).json()["data"]["notification"]
    assert (notification["title"], notification["text"]) == ("", "You have a new message")


def test_unreadable_messages_are_rejected(api: ApiClient, room: Room) -> None:
    secret = message_in(direct_room(room.creator, UserFactory()), room.creator, "secret")
    assert failure(api.get("push.get", id=secret.public_id)) == "error-not-allowed"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "Match error: Missing key 'id'"),
        ({"id": "unknown"}, "error-message-not-found"),
        ({"id": "x" * 256}, "must NOT have more than 255 characters [invalid-params]"),
    ],
)
def test_unknown_messages_give_the_known_errors(api: ApiClient, query: dict[str, str], error: str) -> None:
    assert failure(api.get("push.get", **query)) == error


def test_a_deleted_message_is_not_found(api: ApiClient, post: Post) -> None:
    message = post()
    message.deleted_at = message.accepted_at
    message.save()
    assert failure(api.get("push.get", id=message.public_id)) == "error-message-not-found"


def test_fetching_does_not_change_the_callers_presence(api: ApiClient, receiver: User, post: Post) -> None:
    message = post()
    api.get("push.get", id=message.public_id)
    api.post("push.ack", id=message.public_id)
    assert not Presence.objects.filter(user=receiver, connected_until__isnull=False).exists()


@pytest.mark.parametrize(("method", "name"), [("get", "push.get"), ("post", "push.ack")])
def test_anonymous_requests_are_rejected(method: str, name: str) -> None:
    response = getattr(ApiClient(), method)(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_an_app_that_received_only_the_id_fetches_the_content(
    api: ApiClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licence, "_sources", [lambda: ["push-privacy"]])
    settings_change(request_content_from_server=True)
    notification = api.get("push.get", id=post("disk full").public_id).json()["data"]["notification"]
    assert (notification["title"], notification["text"]) == ("#ops", "ana: disk full")
    assert notification["payload"]["notificationType"] == "message"
