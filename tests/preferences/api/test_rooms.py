"""`rooms.saveNotification` and `chat.ignoreUser`."""

from __future__ import annotations

from typing import Any

import pytest

from preferences.models import IgnoredSender, RoomPreferences
from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import Room, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return UserFactory()


@pytest.fixture
def room(user: User) -> Room:
    return RoomFactory(members=[user])


@pytest.fixture
def client(user: User) -> ApiClient:
    return ApiClient(user)


def subscription(client: ApiClient, room: Room) -> Any:
    return client.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]


class TestSaveNotification:
    @pytest.mark.parametrize(
        ("key", "value", "expected"),
        [
            ("disableNotifications", "1", True),
            ("disableNotifications", 1, True),
            ("disableNotifications", True, True),
            ("muteGroupMentions", "1", True),
            ("hideUnreadStatus", "1", True),
            ("hideMentionStatus", True, True),
            ("desktopNotifications", "mentions", "mentions"),
            ("mobilePushNotifications", "all", "all"),
            ("emailNotifications", "nothing", "nothing"),
            ("audioNotifications", "mentions", "mentions"),
            ("unreadAlert", "nothing", "nothing"),
            ("audioNotificationValue", "beep Beep", "beep Beep"),
            ("audioNotificationValue", "beep", "beep Beep"),
            ("audioNotificationValue", "none None", "none None"),
            ("audioNotificationValue", "highbell Highbell", "highbell Highbell"),
            ("desktopNotificationDuration", "5", "5"),
            ("desktopNotificationDuration", 5, "5"),
        ],
    )
    def test_every_key_in_every_spelling(
        self, client: ApiClient, room: Room, key: str, value: object, expected: object
    ) -> None:
        response = client.post("rooms.saveNotification", {"roomId": room.public_id, "notifications": {key: value}})
        assert (response.status_code, response.json()) == (200, {"success": True})
        assert subscription(client, room)[key] == expected

    @pytest.mark.parametrize(
        ("key", "value", "reset"),
        [
            ("disableNotifications", "1", "0"),
            ("hideUnreadStatus", 1, 0),
            ("muteGroupMentions", True, False),
            ("mobilePushNotifications", "all", "default"),
            ("audioNotificationValue", "ding Ding", "0 Default"),
            ("unreadAlert", "all", "default"),
            ("desktopNotificationDuration", "9", None),
        ],
    )
    def test_default_and_off_leave_nothing_behind(
        self, client: ApiClient, room: Room, key: str, value: object, reset: object
    ) -> None:
        before = subscription(client, room)
        for chosen in (value, reset):
            body = {"roomId": room.public_id, "notifications": {key: chosen}}
            assert client.post("rooms.saveNotification", body).status_code == 200
        assert not RoomPreferences.objects.exists()
        assert {**subscription(client, room), "_updatedAt": None} == {**before, "_updatedAt": None}

    @pytest.mark.parametrize(
        ("notifications", "expected"),
        [
            ({"mobilePushNotifications": "sometimes"}, "must be equal to one of the allowed values"),
            ({"disableNotifications": "all"}, "must be boolean"),
            ({"audioNotificationValue": "trumpet"}, "must be equal to one of the allowed values"),
            ({"desktopNotificationDuration": "4000"}, "must be <= 3600"),
            ({"colour": "red"}, "must NOT have additional properties"),
            ("1", "must be object"),
        ],
    )
    def test_unknown_keys_and_values_are_reported(
        self, client: ApiClient, room: Room, notifications: Any, expected: str
    ) -> None:
        body = {"roomId": room.public_id, "notifications": notifications}
        assert failure(client.post("rooms.saveNotification", body)) == f"{expected} [invalid-params]"
        assert not RoomPreferences.objects.exists()

    def test_it_works_for_private_groups_and_direct_messages(self, client: ApiClient, user: User) -> None:
        for room in (RoomFactory(type="p", members=[user]), direct_room(user, UserFactory())):
            body = {"roomId": room.public_id, "notifications": {"disableNotifications": "1"}}
            assert client.post("rooms.saveNotification", body).status_code == 200
            assert subscription(client, room)["disableNotifications"] is True

    def test_an_unauthenticated_request_is_refused(self, room: Room) -> None:
        body = {"roomId": room.public_id, "notifications": {"disableNotifications": "1"}}
        assert ApiClient().post("rooms.saveNotification", body).status_code == 401
        outsider = ApiClient(UserFactory())
        assert "error-room-not-found" in failure(outsider.post("rooms.saveNotification", body))
        assert "error-room-not-found" in failure(outsider.post("rooms.saveNotification", {**body, "roomId": "nowhere"}))


class TestIgnoreUser:
    @pytest.fixture
    def noisy(self, room: Room) -> User:
        return room.subscriptions.create(user=UserFactory()).user

    @pytest.mark.parametrize(("spelt", "ignored"), [({}, 1), ({"ignore": "True"}, 1), ({"ignore": "False"}, 0)])
    def test_a_sender_is_ignored_and_unignored(
        self, client: ApiClient, room: Room, noisy: User, spelt: dict[str, str], ignored: int
    ) -> None:
        query = {"rid": room.public_id, "userId": noisy.public_id}
        assert client.get("chat.ignoreUser", **query).json() == {"success": True}
        assert client.get("chat.ignoreUser", **query, **spelt).json() == {"success": True}
        assert subscription(client, room)["ignored"] == [noisy.public_id] * ignored
        assert IgnoredSender.objects.count() == ignored

    def test_missing_parameters_are_reported(self, client: ApiClient, room: Room, noisy: User) -> None:
        assert "error-room-id-param-not-provided" in failure(client.get("chat.ignoreUser", userId=noisy.public_id))
        assert "error-user-id-param-not-provided" in failure(client.get("chat.ignoreUser", rid=room.public_id))

    def test_both_users_must_be_in_the_room(self, client: ApiClient, room: Room, noisy: User) -> None:
        outsider = UserFactory()
        known = {"rid": room.public_id, "userId": noisy.public_id}
        for api, changed in (
            (client, {"userId": outsider.public_id}),
            (client, {"userId": "nobody"}),
            (client, {"rid": "nowhere"}),
            (ApiClient(outsider), {}),
        ):
            assert "error-invalid-subscription" in failure(api.get("chat.ignoreUser", **known | changed))
        assert ApiClient().get("chat.ignoreUser", **known).status_code == 401
