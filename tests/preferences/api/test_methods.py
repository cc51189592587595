"""The methods for the caller's subscriptions and preferences."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory
from tests.method_calls import call, call_error
from workspace.models import Room, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(members=[ana])


def subscription(user: User) -> Any:
    return call(user, "subscriptions/get")[0]


def test_preferences_of_a_room_are_saved(ana: User, room: Room) -> None:
    assert call(ana, "saveNotificationSettings", room.public_id, "desktopNotifications", "nothing") is True
    assert call(ana, "saveNotificationSettings", room.public_id, "muteGroupMentions", "1") is True
    assert call(ana, "saveAudioNotificationValue", room.public_id, "chime Chime") is True
    saved = subscription(ana)
    assert (saved["desktopNotifications"], saved["muteGroupMentions"]) == ("nothing", True)
    assert saved["audioNotificationValue"] == "chime Chime"


def test_unknown_fields_and_rooms_are_refused(ana: User, room: Room) -> None:
    assert call_error(ana, "saveNotificationSettings", room.public_id, "other", "1")["error"] == "invalid-params"
    assert call_error(ana, "saveNotificationSettings", room.public_id, "desktopNotifications")["error"] == 400
    stranger = UserFactory()
    error = call_error(stranger, "saveNotificationSettings", room.public_id, "desktopNotifications", "all")
    assert error["error"] == "error-room-not-found"


def test_preferences_of_the_account_are_saved(ana: User) -> None:
    client = ApiClient(ana)
    assert call(client, "saveUserPreferences", {"pushNotifications": "nothing", "highlights": ["deploy"]}) is True
    preferences = client.get("users.getPreferences").json()["preferences"]
    assert (preferences["pushNotifications"], preferences["highlights"]) == ("nothing", ["deploy"])
    assert call_error(client, "saveUserPreferences", {"unknown": 1})["error"] == "invalid-params"


def test_a_user_is_ignored_and_no_longer(ana: User, room: Room) -> None:
    bob = UserFactory()
    assert call_error(ana, "ignoreUser", {"rid": room.public_id, "userId": bob.public_id})["error"] == (
        "error-invalid-subscription"
    )
    call(bob, "joinRoom", room.public_id)
    assert call(ana, "ignoreUser", {"rid": room.public_id, "userId": bob.public_id}) is True
    assert subscription(ana)["ignored"] == [bob.public_id]
    call(ana, "ignoreUser", {"rid": room.public_id, "userId": bob.public_id, "ignore": False})
    assert subscription(ana)["ignored"] == []
    assert call_error(ana, "ignoreUser", {})["error"] == "error-room-id-param-not-provided"


def test_a_utc_offset_sets_the_time_zone(ana: User) -> None:
    client = ApiClient(ana)
    assert call(client, "userSetUtcOffset", 2) is None
    assert client.get("me").json()["utcOffset"] == 2
    assert call_error(client, "userSetUtcOffset", 99)["error"] == "invalid-params"
