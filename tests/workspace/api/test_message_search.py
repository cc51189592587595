"""chat.search"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.api.messages.history import message_search
from workspace.models import Room, RoomType, User
from workspace.selectors.history import lists
from workspace.services.messages import message_delete

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    room = RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, members=[ana])
    for text in ("Curtain up at eight", "The curtain is torn", "Eight seats are free"):
        message_in(room, ana, text)
    return room


def texts_found(user: User, text: str, **query: Any) -> list[str]:
    body = ApiClient(user).get("chat.search", roomId="STAGE", searchText=text, **query).json()
    assert body["success"] is True
    return [message["msg"] for message in body["messages"]]


def test_finds_words_in_any_case_newest_first(ana: User, room: Room) -> None:
    assert texts_found(ana, "CURTAIN") == ["The curtain is torn", "Curtain up at eight"]
    assert texts_found(ana, "eight curtain") == ["Curtain up at eight"]
    assert texts_found(ana, "100%") == []


def test_pages(ana: User, room: Room) -> None:
    assert texts_found(ana, "curtain", count=1) == ["The curtain is torn"]
    assert texts_found(ana, "curtain", count=1, offset=1) == ["Curtain up at eight"]


def test_finds_replies_but_no_deleted_encrypted_or_other_rooms_messages(ana: User, room: Room) -> None:
    thread = message_in(room, ana, "thread")
    message_in(room, ana, "a red reply", parent=thread)
    message_in(room, ana, "red secret", type="e2e")
    message_in(RoomFactory(members=[ana]), ana, "red elsewhere")
    message_delete(deleter=ana, message=message_in(room, ana, "red and gone"))
    assert texts_found(ana, "red") == ["a red reply"]


def test_only_recent_messages_are_searched(ana: User, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "SEARCHED_MESSAGES", 2)
    assert texts_found(ana, "curtain") == ["The curtain is torn"]


def test_only_the_first_words_count(ana: User, room: Room) -> None:
    message_in(room, ana, " ".join(f"w{number}" for number in range(20)))
    words = " ".join(f"w{number} w0" for number in range(19))
    assert texts_found(ana, f"{words} missing") == []
    many = " ".join(f"w{number}" for number in range(2000))
    (message,) = message_search(ana, many, room.public_id)["message"]["docs"]  # type: ignore[index]
    assert message["msg"].startswith("w0 ")


def test_a_stranger_is_refused(room: Room) -> None:
    query = {"roomId": "STAGE", "searchText": "curtain"}
    anonymous = ApiClient().get("chat.search", **query)
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    assert failure(ApiClient(UserFactory()).get("chat.search", **query)) == "Not allowed [error-not-allowed]"


def test_the_text_is_required(ana: User, room: Room) -> None:
    api = ApiClient(ana)
    assert "searchText" in failure(api.get("chat.search", roomId="STAGE"))
    assert "[error-searchText-param-not-provided]" in failure(api.get("chat.search", roomId="STAGE", searchText=" "))


def test_the_number_of_queries_is_constant(
    ana: User, room: Room, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        message_in(room, UserFactory(username=f"author{number}"), f"word @author{number}")
    with django_assert_max_num_queries(16):
        assert len(texts_found(ana, "word")) == 12
