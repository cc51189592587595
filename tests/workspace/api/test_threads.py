"""chat.followMessage, chat.unfollowMessage and chat.getThreadMessages"""

from __future__ import annotations

from typing import Any

import pytest

from push.models import Notification
from push.services.fanout import pending_decide
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, ThreadFollower, User
from workspace.services.messages import message_delete

pytestmark = pytest.mark.django_db
ENDPOINTS = ["chat.followMessage", "chat.unfollowMessage"]
MISSING = 'The required "mid" body param is missing.'


@pytest.fixture
def bob() -> User:
    return DeviceFactory(user__username="bob").user


@pytest.fixture
def room(bob: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, members=[bob])


@pytest.fixture
def thread(room: Room) -> Message:
    return message_in(room, UserFactory(username="ana"), "a question")


def notified(thread: Message) -> bool:
    """Return True if a new reply would cause a push notification."""
    reply = message_in(thread.room, thread.sender, "an answer", parent=thread)
    pending_decide()
    return Notification.objects.filter(message=reply, channel="push").exists()


def test_following_a_thread_notifies_of_its_replies(thread: Message, bob: User) -> None:
    assert not notified(thread)
    assert ApiClient(bob).post("chat.followMessage", mid=thread.public_id).json() == {"success": True}
    assert notified(thread)


def test_unfollowing_ends_it(thread: Message, bob: User) -> None:
    api = ApiClient(bob)
    for _again in range(2):
        assert api.post("chat.followMessage", mid=thread.public_id).status_code == 200
    for _again in range(2):
        assert api.post("chat.unfollowMessage", mid=thread.public_id).json() == {"success": True}
    assert not notified(thread)


def test_a_reply_identifies_its_thread(thread: Message, bob: User) -> None:
    reply = message_in(thread.room, thread.sender, "an answer", parent=thread)
    ApiClient(bob).post("chat.followMessage", mid=reply.public_id)
    assert ThreadFollower.objects.filter(user=bob).get().thread == thread


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_unreadable_message_is_reported_as_unknown(name: str, thread: Message) -> None:
    for mid in (thread.public_id, "nothing"):
        response = ApiClient(UserFactory()).post(name, mid=mid)
        assert "error-invalid-message" in failure(response)
        assert response.json()["details"]["method"] == name.removeprefix("chat.")


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_message_is_required(name: str, bob: User) -> None:
    assert failure(ApiClient(bob).post(name, {})) == f"[{MISSING}]"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_anonymous_user_is_rejected(name: str, thread: Message) -> None:
    response = ApiClient().post(name, mid=thread.public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


class TestReading:
    @pytest.fixture
    def replies(self, thread: Message) -> list[Message]:
        shown = {"two": True}
        return [
            message_in(thread.room, thread.sender, text, parent=thread, is_shown_in_room=shown.get(text, False))
            for text in ("one", "two", "three")
        ]

    @staticmethod
    def texts(bob: User, message: Message, **query: Any) -> list[str]:
        body = ApiClient(bob).get("chat.getThreadMessages", tmid=message.public_id, **query).json()
        assert (body["success"], body["count"]) == (True, len(body["messages"]))
        return [reply["msg"] for reply in body["messages"]]

    def test_returns_the_replies_in_order_without_the_first_message(
        self, bob: User, thread: Message, replies: list[Message]
    ) -> None:
        message_in(thread.room, bob, "beside it")
        assert self.texts(bob, thread) == ["one", "two", "three"]
        assert self.texts(bob, thread, sort='{"ts": -1}') == ["three", "two", "one"]
        body = ApiClient(bob).get("chat.getThreadMessages", tmid=thread.public_id).json()
        assert {reply["tmid"] for reply in body["messages"]} == {thread.public_id}
        assert [reply["tshow"] for reply in body["messages"]] == [False, True, False]

    def test_members_are_returned_in_pages(self, bob: User, thread: Message, replies: list[Message]) -> None:
        assert self.texts(bob, thread, count=1, offset=1) == ["two"]
        body = ApiClient(bob).get("chat.getThreadMessages", tmid=thread.public_id, count=2, offset=2).json()
        assert (body["count"], body["offset"], body["total"]) == (1, 2, 3)

    def test_a_deleted_reply_is_not_returned(self, bob: User, thread: Message, replies: list[Message]) -> None:
        message_delete(deleter=thread.sender, message=replies[0])
        assert self.texts(bob, thread) == ["two", "three"]

    def test_a_reply_identifies_its_thread(self, bob: User, thread: Message, replies: list[Message]) -> None:
        assert self.texts(bob, replies[1]) == ["one", "two", "three"]

    def test_a_message_without_replies_has_none(self, bob: User, thread: Message) -> None:
        assert self.texts(bob, thread) == []

    def test_an_unreadable_thread_is_reported_as_unknown(self, thread: Message) -> None:
        for tmid in (thread.public_id, "nothing"):
            error = failure(ApiClient(UserFactory()).get("chat.getThreadMessages", tmid=tmid))
            assert error == "Invalid message [error-invalid-message]"

    def test_a_deleted_thread_is_reported_as_unknown(self, bob: User, thread: Message, replies: list[Message]) -> None:
        message_delete(deleter=thread.sender, message=thread)
        for message in (thread, replies[0]):
            error = failure(ApiClient(bob).get("chat.getThreadMessages", tmid=message.public_id))
            assert error.endswith("[error-invalid-message]")

    def test_the_thread_is_required(self, bob: User) -> None:
        error = failure(ApiClient(bob).get("chat.getThreadMessages"))
        assert error == 'The required "tmid" query param is missing. [error-invalid-params]'

    def test_an_anonymous_user_is_rejected(self, thread: Message) -> None:
        response = ApiClient().get("chat.getThreadMessages", tmid=thread.public_id)
        assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
