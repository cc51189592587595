"""chat.starMessage, chat.unStarMessage and chat.getStarredMessages"""

from __future__ import annotations

from typing import Any

import pytest

from push.models import Decision
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, MessageSettings, Room, RoomType, Star, User
from workspace.services.messages import message_delete
from workspace.services.room_changes.state import room_delete

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, members=[ana, bob])


@pytest.fixture
def messages(room: Room, bob: User) -> list[Message]:
    return [message_in(room, bob, text) for text in ("one", "two", "three")]


def star(user: User, message: Message, name: str = "chat.starMessage") -> None:
    for _again in range(2):
        response = ApiClient(user).post(name, messageId=message.public_id)
        assert (response.status_code, response.json()) == (200, {"success": True})


def starred(user: User, **query: Any) -> list[str]:
    body = ApiClient(user).get("chat.getStarredMessages", roomId="STAGE", **query).json()
    assert body["success"] is True
    return [message["msg"] for message in body["messages"]]


def test_a_starred_message_is_shown_to_the_user_only(ana: User, bob: User, messages: list[Message]) -> None:
    star(ana, messages[0])
    for user, stars in ((ana, [{"_id": ana.public_id}]), (bob, None)):
        message = ApiClient(user).get("chat.getMessage", msgId=messages[0].public_id).json()["message"]
        assert message.get("starred") == stars
    assert (starred(ana), starred(bob)) == (["one"], [])


def test_removing_a_star(ana: User, messages: list[Message]) -> None:
    star(ana, messages[0])
    star(ana, messages[0], "chat.unStarMessage")
    assert starred(ana) == []
    assert "starred" not in ApiClient(ana).get("groups.history", roomId="STAGE").json()["messages"][2]


def test_pages_of_starred_messages(ana: User, messages: list[Message], room: Room) -> None:
    for message in messages:
        star(ana, message)
    star(ana, message_in(RoomFactory(), ana, "elsewhere"))
    assert starred(ana) == ["three", "two", "one"]
    assert starred(ana, sort='{"ts": 1}', count=1, offset=1) == ["two"]


def test_starred_messages_among_the_messages_of_a_room(ana: User, bob: User, messages: list[Message]) -> None:
    star(ana, messages[1])
    for user, ids, expected in (
        (ana, ana.public_id, ["two"]),
        (ana, f"{bob.public_id},{ana.public_id}", ["two"]),
        (ana, bob.public_id, []),
        (bob, ana.public_id, []),
    ):
        body = ApiClient(user).get("groups.messages", roomId="STAGE", starredIds=ids).json()
        assert [message["msg"] for message in body["messages"]] == expected


def test_a_star_is_a_change_of_the_message_that_notifies_nobody(ana: User, messages: list[Message]) -> None:
    before, decisions = messages[2].updated_at.isoformat(), Decision.objects.count()
    star(ana, messages[0])
    result = ApiClient(ana).get("chat.syncMessages", roomId="STAGE", lastUpdate=before).json()["result"]
    assert [(message["msg"], message["starred"]) for message in result["updated"]] == [
        ("one", [{"_id": ana.public_id}])
    ]
    assert Decision.objects.count() == decisions


def test_deleting_a_message_erases_its_stars(ana: User, bob: User, messages: list[Message]) -> None:
    star(ana, messages[0])
    message_delete(deleter=bob, message=messages[0])
    assert not Star.objects.exists()


def test_users_outside_of_the_room_change_nothing(messages: list[Message]) -> None:
    star(UserFactory(), messages[0])
    assert not Star.objects.exists()


@pytest.mark.parametrize("name", ["chat.starMessage", "chat.unStarMessage"])
def test_errors(name: str, ana: User, messages: list[Message]) -> None:
    anonymous = ApiClient().post(name, messageId=messages[0].public_id)
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    assert "[error-message-not-found]" in failure(ApiClient(ana).post(name, messageId="unknown"))
    assert "messageId" in failure(ApiClient(ana).post(name, {}))
    settings = MessageSettings.current()
    settings.allow_starring = False
    settings.save()
    response = ApiClient(ana).post(name, messageId=messages[0].public_id)
    assert failure(response) == "Message starring not allowed [error-action-not-allowed]"
    assert response.json()["details"] == {"method": "starMessage", "action": "Message_starring"}


def test_a_stranger_sees_no_list(room: Room) -> None:
    assert ApiClient().get("chat.getStarredMessages", roomId="STAGE").json() == NOT_SIGNED_IN
    for room_id in ("STAGE", "unknown"):
        response = ApiClient(UserFactory()).get("chat.getStarredMessages", roomId=room_id)
        assert failure(response) == "error-not-allowed"


def test_deleting_the_room_erases_its_stars(ana: User, messages: list[Message], room: Room) -> None:
    star(ana, messages[0])
    room_delete(deleter=UserFactory(roles=("admin",)), room=room)
    assert not Star.objects.exists()
