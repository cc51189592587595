"""chat.getThreadsList"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, User
from workspace.services.messages import message_delete
from workspace.services.threads import thread_mark_read, thread_unfollow

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, members=[ana])


@pytest.fixture
def threads(room: Room, ana: User) -> list[Message]:
    """Three threads of ana's, which bob has replied in; the first one last."""
    threads = [message_in(room, ana, text) for text in ("Sets", "Costumes", "Light")]
    bob = UserFactory(username="bob")
    for thread in (threads[1], threads[2], threads[0]):
        message_in(room, bob, "reply", parent=thread)
    message_in(room, ana, "no thread")
    return threads


def listed(user: User, **query: Any) -> list[str]:
    body = ApiClient(user).get("chat.getThreadsList", rid="STAGE", **query).json()
    assert body["success"] is True
    return [message["msg"] for message in body["threads"]]


def test_the_last_replied_thread_is_first(ana: User, threads: list[Message]) -> None:
    assert listed(ana) == ["Sets", "Light", "Costumes"]
    assert listed(ana, sort='{"ts": 1}') == ["Sets", "Costumes", "Light"]


def test_a_page_of_threads(ana: User, threads: list[Message]) -> None:
    body = ApiClient(ana).get("chat.getThreadsList", rid="STAGE", count=1, offset=1).json()
    (thread,) = body["threads"]
    assert (thread["msg"], thread["tcount"], thread["replies"]) == (
        "Light",
        1,
        [user.public_id for user in threads[2].followers.all()],
    )
    assert (body["count"], body["offset"], body["total"]) == (1, 1, 3)


def test_threads_that_the_caller_follows(ana: User, threads: list[Message]) -> None:
    thread_unfollow(user=ana, public_id=threads[0].public_id)
    assert listed(ana, type="following") == ["Light", "Costumes"]


def test_threads_that_the_caller_has_not_read(ana: User, threads: list[Message]) -> None:
    thread_mark_read(user=ana, thread=threads[2])
    assert listed(ana, type="unread") == ["Sets", "Costumes"]


def test_threads_by_text(ana: User, threads: list[Message]) -> None:
    assert listed(ana, text="costu") == ["Costumes"]
    assert listed(ana, text="reply") == []


def test_deleted_threads_are_not_listed(ana: User, threads: list[Message]) -> None:
    message_delete(deleter=ana, message=threads[0])
    assert listed(ana) == ["Light", "Costumes"]


def test_a_stranger_is_refused(room: Room) -> None:
    anonymous = ApiClient().get("chat.getThreadsList", rid="STAGE")
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    for rid in ("STAGE", "unknown"):
        response = ApiClient(UserFactory()).get("chat.getThreadsList", rid=rid)
        assert failure(response) == "Not Allowed [error-not-allowed]"


def test_wrong_parameters(ana: User, room: Room) -> None:
    assert "rid" in failure(ApiClient(ana).get("chat.getThreadsList"))
    assert "[invalid-params]" in failure(ApiClient(ana).get("chat.getThreadsList", rid="STAGE", type="all"))
