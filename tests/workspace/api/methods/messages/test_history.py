"""loadHistory and the other methods that load messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.factories import RoomFactory, UserFactory, message_in
from tests.method_calls import call, call_error
from workspace.models import Message, Room, RoomType, User

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, 10, tzinfo=UTC)


def date(minutes: int) -> dict[str, int]:
    """Return the EJSON date this many minutes after the start."""
    return {"$date": int((START + timedelta(minutes=minutes)).timestamp() * 1000)}


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [message["msg"] for message in messages]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, members=[ana])


@pytest.fixture
def messages(room: Room, ana: User) -> Iterator[list[Message]]:
    """Messages named m0 to m5, one a minute."""
    with time_machine.travel(START, tick=False) as clock:
        posted = []
        for number in range(6):
            posted.append(message_in(room, ana, f"m{number}"))
            clock.shift(60)
        yield posted


@pytest.mark.usefixtures("messages")
def test_load_history_returns_the_last_messages_newest_first(ana: User, room: Room) -> None:
    loaded = call(ana, "loadHistory", room.public_id, None, 2)
    assert texts(loaded["messages"]) == ["m5", "m4"]
    assert loaded["messages"][0]["ts"] == date(5)
    assert loaded["unreadNotLoaded"] == 0
    assert texts(call(ana, "loadHistory", room.public_id, date(3))["messages"]) == ["m2", "m1", "m0"]


@pytest.mark.usefixtures("messages")
def test_load_history_describes_unread_messages_that_are_older(ana: User, room: Room) -> None:
    loaded = call(ana, "loadHistory", room.public_id, None, 2, date(1))
    assert (loaded["unreadNotLoaded"], loaded["firstUnread"]["msg"]) == (2, "m2")


@pytest.mark.usefixtures("messages")
def test_load_missed_messages_returns_those_after_a_time(ana: User, room: Room) -> None:
    assert texts(call(ana, "loadMissedMessages", room.public_id, date(3))) == ["m5", "m4"]
    assert call(ana, "loadMissedMessages", room.public_id, date(30)) == []


@pytest.mark.usefixtures("messages")
def test_load_next_messages_returns_those_after_a_time_oldest_first(ana: User, room: Room) -> None:
    assert texts(call(ana, "loadNextMessages", room.public_id, date(1), 2)["messages"]) == ["m2", "m3"]


def test_load_surrounding_messages_returns_a_message_between_others(ana: User, messages: list[Message]) -> None:
    loaded = call(ana, "loadSurroundingMessages", {"_id": messages[3].public_id, "rid": "any"}, 3)
    assert texts(loaded["messages"]) == ["m2", "m3", "m4"]
    assert (loaded["moreBefore"], loaded["moreAfter"]) == (True, True)
    assert call_error(ana, "loadSurroundingMessages", {})["reason"] == "Match error: Missing key '_id'"


def test_a_room_that_the_caller_may_not_read_is_answered_with_false(
    bob: User, room: Room, messages: list[Message]
) -> None:
    assert call(bob, "loadHistory", room.public_id) is False
    assert call(bob, "loadMissedMessages", room.public_id, date(0)) is False
    assert call(bob, "loadNextMessages", room.public_id) is False
    assert call(bob, "loadSurroundingMessages", {"_id": messages[0].public_id}) is False
    assert call(bob, "messageSearch", "m1", room.public_id) is False
    assert call(bob, "loadHistory", "nowhere") is False


@pytest.mark.usefixtures("messages")
def test_message_search_returns_the_messages_with_the_words(ana: User, room: Room) -> None:
    assert texts(call(ana, "messageSearch", "M4", room.public_id)["message"]["docs"]) == ["m4"]


def test_dates_may_be_texts_or_numbers(ana: User, room: Room) -> None:
    for end in ("2026-05-01T10:00:00.000Z", "2026-05-01T10:00:00", date(0)["$date"]):
        assert call(ana, "loadHistory", room.public_id, end)["messages"] == []
    assert "date for 'end'" in call_error(ana, "loadHistory", room.public_id, "soon")["reason"]
    assert "date for 'end'" in call_error(ana, "loadHistory", room.public_id, "2026-99-99T10:00:00Z")["reason"]


class TestThreads:
    def test_the_thread_is_returned_with_its_replies_and_read(self, ana: User, bob: User, room: Room) -> None:
        thread = message_in(room, ana, "first")
        for number in range(3):
            message_in(room, bob, f"reply {number}", parent=thread)
        subscription = call(ana, "subscriptions/get")[0]
        assert subscription["tunread"] == [thread.public_id]
        messages = call(ana, "getThreadMessages", {"tmid": thread.public_id})
        assert texts(messages) == ["first", "reply 2", "reply 1", "reply 0"]
        assert call(ana, "subscriptions/get")[0]["tunread"] == []
        assert texts(call(ana, "getThreadMessages", {"tmid": thread.public_id, "limit": 1, "skip": 1})) == [
            "first",
            "reply 1",
        ]

    def test_read_threads_marks_the_thread_as_read(self, ana: User, bob: User, room: Room) -> None:
        thread = message_in(room, ana, "first")
        reply = message_in(room, bob, "reply", parent=thread)
        assert call(ana, "readThreads", reply.public_id) is None
        assert call(ana, "subscriptions/get")[0]["tunread"] == []

    def test_strangers_are_refused(self, room: Room, ana: User) -> None:
        carl, thread = UserFactory(), message_in(room, ana, "first")
        message_in(room, ana, "reply", parent=thread)
        assert call_error(carl, "getThreadMessages", {"tmid": thread.public_id})["error"] == "error-not-allowed"
        assert call_error(carl, "readThreads", thread.public_id)["error"] == "error-invalid-message"

    @pytest.mark.parametrize("thread", [{}, {"tmid": 5}, {"tmid": "x", "limit": -1}, {"tmid": "x", "skip": "1"}])
    def test_wrong_parameters_are_refused(self, ana: User, thread: dict[str, Any]) -> None:
        assert call_error(ana, "getThreadMessages", thread)["error"] == 400


def test_history_shares_the_limit_of_the_rooms_endpoint(ana: User, room: Room, settings: Any) -> None:
    settings.API_RATE_LIMITING = True
    with time_machine.travel(START, tick=False):
        for _call in range(10):
            call(ana, "loadHistory", room.public_id)
        assert call_error(ana, "loadNextMessages", room.public_id)["error"] == "too-many-requests"
        channel = RoomFactory(members=[ana])
        assert call(ana, "loadNextMessages", channel.public_id) == {"messages": []}


@pytest.mark.usefixtures("messages")
def test_a_part_of_the_history_is_chosen_as_for_the_endpoint(ana: User, room: Room) -> None:
    part = {"rid": room.public_id, "latest": date(3), "oldest": date(1), "inclusive": True, "count": 2}
    assert texts(call(ana, "getChannelHistory", part)["messages"]) == ["m3", "m2"]
    assert call_error(UserFactory(), "getChannelHistory", part)["error"] == "error-invalid-room"
    assert call_error(ana, "getChannelHistory", {})["reason"] == "Match error: Missing key 'rid'"


def test_mentions_of_the_caller_are_returned(ana: User, bob: User) -> None:
    channel = RoomFactory(members=[ana])
    message_in(channel, bob, "hello @ana")
    found = call(ana, "getUserMentionsByChannel", {"roomId": channel.public_id, "options": {"limit": 5}})
    assert texts(found) == ["hello @ana"]
