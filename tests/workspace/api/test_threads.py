"""chat.followMessage and chat.unfollowMessage"""

from __future__ import annotations

import pytest

from push.models import Notification
from push.services.fanout import pending_decide
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, ThreadFollower, User

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
    """Return whether a new reply would notify anybody by push."""
    reply = message_in(thread.room, thread.sender, "an answer", parent=thread)
    pending_decide()
    return Notification.objects.filter(message=reply, channel="push").exists()


def test_following_brings_the_threads_replies(thread: Message, bob: User) -> None:
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


def test_a_reply_stands_for_its_thread(thread: Message, bob: User) -> None:
    reply = message_in(thread.room, thread.sender, "an answer", parent=thread)
    ApiClient(bob).post("chat.followMessage", mid=reply.public_id)
    assert ThreadFollower.objects.filter(user=bob).get().thread == thread


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_message_that_one_may_not_read_is_unknown(name: str, thread: Message) -> None:
    for mid in (thread.public_id, "nothing"):
        response = ApiClient(UserFactory()).post(name, mid=mid)
        assert "error-invalid-message" in failure(response)
        assert response.json()["details"]["method"] == name.removeprefix("chat.")


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_message_has_to_be_named(name: str, bob: User) -> None:
    assert failure(ApiClient(bob).post(name, {})) == f"[{MISSING}]"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_stranger_is_refused(name: str, thread: Message) -> None:
    response = ApiClient().post(name, mid=thread.public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
