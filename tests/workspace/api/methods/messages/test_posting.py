"""The methods that post, change and return messages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory, message_in
from tests.method_calls import call, call_error
from workspace.models import Message, Room, RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, members=[ana])


@pytest.fixture
def message(room: Room, ana: User) -> Message:
    return message_in(room, ana, "hello")


@pytest.fixture
def stranger() -> User:
    return UserFactory()


def test_a_message_is_sent_with_the_id_of_the_client(ana: User, room: Room) -> None:
    sent = call(ana, "sendMessage", {"_id": "a" * 17, "rid": room.public_id, "msg": "hi"}, ["https://example.org"])
    assert (sent["_id"], sent["msg"], sent["u"]["username"]) == ("a" * 17, "hi", "ana")
    again = call(ana, "sendMessage", {"_id": "a" * 17, "rid": room.public_id, "msg": "hi"})
    assert (again["_id"], room.messages.count()) == ("a" * 17, 1)


def test_a_message_is_edited_with_or_without_its_room(ana: User, message: Message) -> None:
    assert call(ana, "updateMessage", {"_id": message.public_id, "msg": "new"}) is None
    assert call(ana, "getSingleMessage", message.public_id)["msg"] == "new"
    call(ana, "updateMessage", {"_id": message.public_id, "rid": message.room.public_id, "msg": "newer"})
    assert call(ana, "getSingleMessage", message.public_id)["editedBy"]["username"] == "ana"


def test_a_message_is_deleted(ana: User, message: Message) -> None:
    assert call(ana, "deleteMessage", {"_id": message.public_id}) is None
    assert call(ana, "getSingleMessage", message.public_id) is None


def test_only_the_author_may_edit_and_delete(message: Message, room: Room) -> None:
    bob = UserFactory()
    message_in(room, bob)
    for name in ("updateMessage", "deleteMessage"):
        error = call_error(bob, name, {"_id": message.public_id, "msg": "x"})
        assert error["error"] == "error-action-not-allowed"


def test_strangers_learn_nothing(stranger: User, message: Message) -> None:
    for name in ("updateMessage", "deleteMessage"):
        error = call_error(stranger, name, {"_id": message.public_id, "msg": "x"})
        assert error["message"] == f'[No message found with the id of "{message.public_id}".]'
    assert call_error(stranger, "getSingleMessage", message.public_id)["error"] == "error-not-allowed"
    assert call_error(stranger, "getMessages", [message.public_id])["error"] == "error-not-allowed"
    assert call_error(stranger, "followMessage", {"mid": message.public_id})["error"] == ("error-invalid-message")
    assert call_error(stranger, "updateMessage", {})["reason"] == "Match error: Missing key '_id'"


def test_several_messages_are_returned_by_their_ids(ana: User, room: Room) -> None:
    first, second = message_in(room, ana, "one"), message_in(room, ana, "two")
    found = call(ana, "getMessages", [second.public_id, first.public_id, "unknown"])
    assert [message["msg"] for message in found] == ["one", "two"]


def test_threads_are_followed_and_unfollowed(ana: User, room: Room) -> None:
    bob = UserFactory()
    thread = message_in(room, bob)
    message_in(room, bob, parent=thread)
    assert call(ana, "followMessage", {"mid": thread.public_id}) is True
    assert ana.public_id in call(ana, "getSingleMessage", thread.public_id)["replies"]
    assert call(ana, "unfollowMessage", {"mid": thread.public_id}) is True
    assert ana.public_id not in call(ana, "getSingleMessage", thread.public_id)["replies"]
    assert call_error(ana, "followMessage", {})["error"] == 'The required "mid" body param is missing.'


def test_rooms_are_marked_as_read_and_unread(ana: User, room: Room) -> None:
    bob = UserFactory()
    message = message_in(room, bob, "for you")
    assert call(ana, "unreadMessages", {"_id": message.public_id}) is None
    assert call(ana, "subscriptions/get")[0]["alert"] is True
    assert call(ana, "readMessages", room.public_id) is None
    assert call(ana, "subscriptions/get")[0]["alert"] is False
    call(ana, "unreadMessages", None, room.public_id)
    assert call(ana, "subscriptions/get")[0]["alert"] is True
    assert call_error(ana, "unreadMessages")["error"] == 400
    assert call_error(UserFactory(), "readMessages", room.public_id)["error"] == "error-invalid-subscription"


def test_the_number_of_queries_does_not_depend_on_the_rooms(ana: User, settings_remembered: None) -> None:
    ids = [message_in(RoomFactory(members=[ana]), UserFactory()).public_id for _room in range(4)]
    client = ApiClient(ana)
    call(client, "getMessages", ids)
    counts = []
    for requested in (ids[:1], ids):
        with CaptureQueriesContext(connection) as queries:
            assert len(call(client, "getMessages", requested)) == len(requested)
        counts.append(len(queries))
    assert counts[0] == counts[1]
