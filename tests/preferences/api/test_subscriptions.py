"""`subscriptions.get` and `subscriptions.getOne`: current, changed and removed subscriptions, and origins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.rooms import (
    room_preferences_save,
    rooms_preferences_change,
    rooms_preferences_reset,
    sender_ignore,
)
from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Room, Subscription, User
from workspace.services.reading import room_mark_read, unread_count_add
from workspace.services.rooms import direct_room_open, members_add, room_leave

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TOLD = "2026-03-02T09:30:00.000Z"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def user() -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def room(user: User) -> Room:
    return RoomFactory(name="ops", members=[user])


@pytest.fixture
def client(user: User) -> ApiClient:
    return ApiClient(user)


def one(client: ApiClient, room: Room) -> Any:
    return client.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]


def since(client: ApiClient, at: datetime) -> tuple[list[str], list[str]]:
    """Return the rooms of subscriptions that changed after a time, and the ids of removed subscriptions."""
    body = client.get("subscriptions.get", updatedSince=at.isoformat()).json()
    return [row["rid"] for row in body["update"]], [row["_id"] for row in body["remove"]]


class TestWhatIsTold:
    def test_a_new_subscription(self, client: ApiClient, room: Room, user: User) -> None:
        subscription = Subscription.objects.get(user=user)
        assert client.get("subscriptions.get").json() == {
            "update": [
                {
                    "_id": subscription.public_id,
                    "rid": room.public_id,
                    "t": "c",
                    "name": "ops",
                    "fname": "ops",
                    "u": {"_id": user.public_id, "username": "ana", "name": "Ana Silva"},
                    "open": True,
                    "alert": False,
                    "unread": 0,
                    "userMentions": 0,
                    "groupMentions": 0,
                    "tunread": [],
                    "tunreadUser": [],
                    "tunreadGroup": [],
                    "ts": TOLD,
                    "ls": TOLD,
                    "f": False,
                    "roles": [],
                    "ignored": [],
                    "archived": False,
                    "userHighlights": [],
                    "disableNotifications": False,
                    "muteGroupMentions": False,
                    "hideUnreadStatus": False,
                    "hideMentionStatus": False,
                    "_updatedAt": TOLD,
                }
            ],
            "remove": [],
            "success": True,
        }

    def test_a_direct_room_is_named_after_the_other_user(self, client: ApiClient, user: User) -> None:
        document = one(client, direct_room(user, UserFactory(username="bob", name="Bob Meier")))
        assert (document["t"], document["name"], document["fname"]) == ("d", "bob", "Bob Meier")

    def test_unread_messages_are_counted(self, client: ApiClient, room: Room) -> None:
        unread_count_add(message=message_in(room, UserFactory(), "@ana look"))
        document = one(client, room)
        assert (document["alert"], document["unread"], document["userMentions"], document["groupMentions"]) == (
            True,
            1,
            1,
            0,
        )

    def test_origins_show_where_a_level_comes_from(self, client: ApiClient, room: Room, user: User) -> None:
        account_preferences_save(user=user, push="nothing", email="all")
        room_preferences_save(subscription=Subscription.objects.get(user=user), push="mentions")
        document = one(client, room)
        assert (document["mobilePushNotifications"], document["mobilePrefOrigin"]) == ("mentions", "subscription")
        assert (document["emailNotifications"], document["emailPrefOrigin"]) == ("all", "user")
        assert "desktopNotifications" not in document
        assert "desktopPrefOrigin" not in document

    def test_a_room_set_back_to_default_inherits_again(self, client: ApiClient, room: Room, user: User) -> None:
        subscription = Subscription.objects.get(user=user)
        room_preferences_save(subscription=subscription, push="all")
        account_preferences_save(user=user, push="nothing")
        assert one(client, room)["mobilePushNotifications"] == "all"
        room_preferences_save(subscription=subscription, push="")
        document = one(client, room)
        assert (document["mobilePushNotifications"], document["mobilePrefOrigin"]) == ("nothing", "user")

    def test_other_users_rooms_are_not_returned(self, client: ApiClient) -> None:
        other = RoomFactory(members=[UserFactory()])
        assert client.get("subscriptions.getOne", roomId=other.public_id).json() == {
            "subscription": None,
            "success": True,
        }
        assert client.get("subscriptions.get").json()["update"] == []

    def test_the_room_is_required(self, client: ApiClient) -> None:
        assert failure(client.get("subscriptions.getOne")) == "must have required property 'roomId' [invalid-params]"

    def test_an_unauthenticated_request_is_refused(self) -> None:
        assert ApiClient().get("subscriptions.get").status_code == 401
        assert ApiClient().get("subscriptions.getOne", roomId="x").status_code == 401

    @pytest.mark.usefixtures("settings_remembered")
    def test_many_rooms_cost_no_more_queries_than_few(self, client: ApiClient, user: User) -> None:
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get("subscriptions.get")
            return len(captured)

        for _room in range(2):
            RoomFactory(members=[user])
            direct_room(user, UserFactory())
        few = queries()
        for _room in range(6):
            RoomFactory(members=[user])
            direct_room(user, UserFactory(), UserFactory())
        assert queries() == few


class TestSince:
    @pytest.fixture
    def later(self, room: Room, clock: time_machine.Coordinates) -> datetime:
        """A time after the room was created; the clock is one second later."""
        clock.shift(60)
        moment = timezone.now()
        clock.shift(1)
        return moment

    def test_without_changes_nothing_is_returned(self, client: ApiClient, later: datetime) -> None:
        assert since(client, later) == ([], [])

    def test_a_message_changes_it(self, client: ApiClient, room: Room, later: datetime) -> None:
        message_in(room, UserFactory())
        assert since(client, later) == ([room.public_id], [])

    def test_reading_changes_it(self, client: ApiClient, room: Room, user: User, later: datetime) -> None:
        room_mark_read(user=user, room=room)
        assert since(client, later) == ([room.public_id], [])

    def test_setting_and_resetting_a_rooms_preference_changes_it(
        self, client: ApiClient, room: Room, user: User, later: datetime, clock: time_machine.Coordinates
    ) -> None:
        subscription = Subscription.objects.get(user=user)
        room_preferences_save(subscription=subscription, push="all")
        assert since(client, later) == ([room.public_id], [])
        moment = timezone.now()
        clock.shift(1)
        room_preferences_save(subscription=subscription, push="")
        assert since(client, moment) == ([room.public_id], [])

    def test_changing_several_rooms_at_once_changes_each(
        self, client: ApiClient, room: Room, user: User, later: datetime, clock: time_machine.Coordinates
    ) -> None:
        keys = list(Subscription.objects.filter(user=user).values_list("pk", flat=True))
        rooms_preferences_change(user=user, subscriptions=keys, push="all")
        assert since(client, later) == ([room.public_id], [])
        moment = timezone.now()
        clock.shift(1)
        rooms_preferences_reset(user=user, subscriptions=keys)
        assert since(client, moment) == ([room.public_id], [])

    def test_opening_a_hidden_direct_room_changes_it(
        self, client: ApiClient, user: User, clock: time_machine.Coordinates
    ) -> None:
        bob = UserFactory()
        room = direct_room(user, bob)
        Subscription.objects.filter(user=user).update(is_open=False)
        moment = timezone.now()
        clock.shift(1)
        direct_room_open(creator=user, others=[bob])
        assert since(client, moment) == ([room.public_id], [])

    def test_an_inherited_preference_and_highlights_change_every_room(
        self, client: ApiClient, room: Room, user: User, later: datetime, clock: time_machine.Coordinates
    ) -> None:
        account_preferences_save(user=user, push="nothing")
        assert since(client, later) == ([room.public_id], [])
        moment = timezone.now()
        clock.shift(1)
        highlight_words_set(user=user, words=["deploy"])
        assert since(client, moment) == ([room.public_id], [])

    def test_ignoring_somebody_changes_it(self, client: ApiClient, room: Room, user: User, later: datetime) -> None:
        sender_ignore(subscription=Subscription.objects.get(user=user), sender=UserFactory())
        assert since(client, later) == ([room.public_id], [])

    def test_another_name_of_the_other_changes_a_direct_room(
        self, client: ApiClient, user: User, clock: time_machine.Coordinates
    ) -> None:
        bob = UserFactory()
        room = direct_room(user, bob)
        moment = timezone.now()
        clock.shift(1)
        bob.name = "Robert"
        bob.save()
        assert since(client, moment) == ([room.public_id], [])

    def test_a_room_that_was_left_is_removed(self, client: ApiClient, room: Room, user: User, later: datetime) -> None:
        subscription = Subscription.objects.get(user=user)
        room_leave(user=user, room=room)
        assert since(client, later) == ([], [subscription.public_id])
        assert since(client, timezone.now()) == ([], [])

    def test_a_rejoined_room_is_removed_under_its_old_id_and_added_under_a_new_one(
        self, client: ApiClient, room: Room, user: User, later: datetime
    ) -> None:
        old = Subscription.objects.get(user=user)
        room_leave(user=user, room=room)
        members_add(room=room, users=[user])
        assert since(client, later) == ([room.public_id], [old.public_id])

    def test_a_deleted_room_is_removed(self, client: ApiClient, room: Room, user: User, later: datetime) -> None:
        subscription = Subscription.objects.get(user=user)
        room.delete()
        assert since(client, later) == ([], [subscription.public_id])

    @pytest.mark.parametrize("moment", ["soon", "9:30"])
    def test_an_invalid_timestamp_is_reported(self, client: ApiClient, moment: str) -> None:
        assert 'must match format "date-time"' in failure(client.get("subscriptions.get", updatedSince=moment))
