"""Loading messages with the methods of the web socket: loadHistory and its kin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.api.messages import history
from workspace.api.messages.history import HistoryObject, SurroundingsObject
from workspace.errors import NotAllowedError
from workspace.models import Message, Room, RoomType, ThreadFollower, User
from workspace.services.messages import message_delete

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, members=[ana])


@pytest.fixture
def messages(room: Room, ana: User) -> list[Message]:
    """Messages 0 to 6, one a minute."""
    return [message_in(room, ana, str(minute), sent_at=after(minute)) for minute in range(7)]


def after(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def texts(result: Any) -> str:
    found = result["messages"] if isinstance(result, dict) else result
    return "".join(message["msg"] for message in found)


def test_the_last_messages_before_a_time(ana: User, messages: list[Message]) -> None:
    assert texts(history.load_history(ana, "STAGE")) == "6543210"
    assert texts(history.load_history(ana, "STAGE", after(5), 2)) == "43"


def test_unread_messages_that_are_not_loaded(ana: User, messages: list[Message]) -> None:
    loaded = HistoryObject(history.load_history(ana, "STAGE", None, 2, after(1))).data
    assert (texts(loaded), loaded["unreadNotLoaded"], loaded["firstUnread"]["msg"]) == ("65", 3, "2")
    loaded = HistoryObject(history.load_history(ana, "STAGE", None, 2, after(6))).data
    assert (loaded["unreadNotLoaded"], "firstUnread" in loaded) == (0, False)


def test_without_replies(ana: User, messages: list[Message], room: Room) -> None:
    message_in(room, ana, "r", parent=messages[0])
    assert texts(history.load_history(ana, "STAGE", None, 2)) == "r6"
    assert texts(history.load_history(ana, "STAGE", None, 2, None, False)) == "65"


def test_missed_messages(ana: User, messages: list[Message]) -> None:
    assert texts(history.load_missed_messages(ana, "STAGE", after(4))) == "65"


def test_the_next_messages(ana: User, messages: list[Message]) -> None:
    assert texts(history.load_next_messages(ana, "STAGE", after(2), 3)) == "345"
    assert texts(history.load_next_messages(ana, "STAGE", None, 3)) == "012"


def test_surrounding_messages(ana: User, messages: list[Message]) -> None:
    around = history.load_surrounding_messages(ana, messages[3].public_id, 4)
    assert SurroundingsObject(around).data.keys() == {"messages", "moreBefore", "moreAfter"}
    assert around
    assert (texts(around), around["moreBefore"], around["moreAfter"]) == ("1234", True, True)
    around = history.load_surrounding_messages(ana, messages[3].public_id)
    assert around
    assert (texts(around), around["moreBefore"], around["moreAfter"]) == ("0123456", False, False)


def test_a_thread_is_read_with_its_first_message(ana: User, messages: list[Message], room: Room) -> None:
    for text in "xyz":
        message_in(room, UserFactory(), text, parent=messages[0])
    ThreadFollower.objects.update(read_at=after(0))
    assert texts(history.thread_messages(ana, messages[0].public_id)) == "0zyx"
    assert texts(history.thread_messages(ana, messages[0].public_id, 1, 1)) == "0y"
    assert ThreadFollower.objects.get(user=ana).read_at > after(0)
    assert history.thread_messages(ana, messages[1].public_id) == []
    assert history.thread_messages(ana, "unknown") == []


def test_search(ana: User, messages: list[Message], room: Room) -> None:
    for text in ("Curtain up", "curtain down", "up"):
        message_in(room, ana, text)
    found = history.message_search(ana, "CURTAIN", "STAGE", 1, 1)
    assert found
    assert texts(found["message"]["docs"]) == "Curtain up"
    for nothing in (history.message_search(ana, "curtain"), history.message_search(ana, " ", "STAGE")):
        assert nothing == {"message": {"docs": []}}


def test_a_single_message(ana: User, messages: list[Message]) -> None:
    found = history.single_message(ana, messages[0].public_id)
    assert found
    assert found["msg"] == "0"
    message_delete(deleter=ana, message=messages[0])
    assert history.single_message(ana, messages[0].public_id) is None


def test_a_stranger_loads_nothing(messages: list[Message]) -> None:
    eve, message = UserFactory(username="eve"), messages[0].public_id
    for rid in ("STAGE", "unknown"):
        assert history.load_history(eve, rid) is False
        assert history.load_missed_messages(eve, rid, START) is False
        assert history.load_next_messages(eve, rid) is False
        assert history.message_search(eve, "0", rid) is False
    assert history.load_surrounding_messages(eve, message) is False
    for load in (history.thread_messages, history.single_message):
        with pytest.raises(NotAllowedError):
            load(eve, message)
