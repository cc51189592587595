"""chat.syncMessages, chat.getDeletedMessages, chat.syncThreadsList and chat.syncThreadMessages"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, User
from workspace.services.messages import message_delete, message_edit
from workspace.services.threads import thread_follow, thread_unfollow

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ENDPOINTS: list[tuple[str, dict[str, str]]] = [
    ("chat.syncMessages", {"roomId": "STAGE", "lastUpdate": "2026-03-02T09:00:00.000Z"}),
    ("chat.getDeletedMessages", {"roomId": "STAGE", "since": "2026-03-02T09:00:00.000Z"}),
    ("chat.syncThreadsList", {"rid": "STAGE", "updatedSince": "2026-03-02T09:00:00.000Z"}),
]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, members=[ana])


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def text_of(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cursor_of(time: datetime) -> str:
    return str(int(time.timestamp() * 1000))


def at(minutes: float, room: Room, sender: User, text: str, **fields: Any) -> Message:
    """Post a message that many minutes after the start."""
    with time_machine.travel(after(minutes), tick=False):
        return message_in(room, sender, text, **fields)


def delete_at(minutes: float, message: Message) -> None:
    with time_machine.travel(after(minutes), tick=False):
        message_delete(deleter=message.sender, message=message)


def updated(response: Any) -> list[str]:
    return [message["msg"] for message in response.json()["result"]["updated"]]


class TestSyncMessages:
    def sync(self, api: ApiClient, **query: Any) -> Any:
        response = api.get("chat.syncMessages", roomId="STAGE", **query)
        assert response.status_code == 200, response.json()
        return response

    def test_new_edited_and_deleted_messages_since_a_time(self, api: ApiClient, room: Room, ana: User) -> None:
        old, edited, deleted = (at(0, room, ana, text) for text in ("old", "edited", "deleted"))
        with time_machine.travel(after(3), tick=False):
            message_edit(editor=ana, message=edited, text="edited again")
        at(4, room, ana, "new")
        delete_at(5, deleted)
        body = self.sync(api, lastUpdate=text_of(after(2))).json()
        assert body["success"] is True
        assert [message["msg"] for message in body["result"]["updated"]] == ["new", "edited again"]
        assert body["result"]["deleted"] == [{"_id": deleted.public_id, "_deletedAt": "2026-03-02T09:35:00.000Z"}]
        assert "cursor" not in body["result"]
        assert old.public_id not in str(body)

    def test_a_reply_changes_its_thread(self, api: ApiClient, room: Room, ana: User) -> None:
        thread = at(0, room, ana, "thread")
        reply = at(3, room, ana, "reply", parent=thread)
        assert updated(self.sync(api, lastUpdate=text_of(after(2)))) == ["reply", "thread"]
        delete_at(6, reply)
        (changed,) = self.sync(api, lastUpdate=text_of(after(5))).json()["result"]["updated"]
        assert changed["msg"] == "thread"
        assert "tcount" not in changed

    def test_following_changes_the_thread(self, api: ApiClient, room: Room, ana: User) -> None:
        thread = at(0, room, ana, "thread")
        for minutes, change in ((2, thread_follow), (4, thread_unfollow)):
            with time_machine.travel(after(minutes), tick=False):
                change(user=ana, public_id=thread.public_id)
            assert updated(self.sync(api, lastUpdate=text_of(after(minutes - 1)))) == ["thread"]

    def test_pages_of_changes_until_the_last_one(self, api: ApiClient, room: Room, ana: User) -> None:
        for minute in range(5):
            at(minute, room, ana, str(minute))
        texts, cursor = [], cursor_of(START - timedelta(minutes=1))
        for _page in range(3):
            result = self.sync(api, type="UPDATED", next=cursor, count=2).json()["result"]
            texts.append([message["msg"] for message in result["updated"]])
            cursor = result["cursor"]["next"]
        assert texts == [["0", "1"], ["2", "3"], ["4"]]
        assert cursor is None
        assert result["cursor"]["previous"] == cursor_of(after(4))
        assert result["deleted"] == []

    def test_pages_backwards(self, api: ApiClient, room: Room, ana: User) -> None:
        for minute in range(3):
            at(minute, room, ana, str(minute))
        result = self.sync(api, type="UPDATED", previous=cursor_of(after(9)), count=2).json()["result"]
        assert [message["msg"] for message in result["updated"]] == ["2", "1"]
        assert result["cursor"] == {"next": cursor_of(after(2)), "previous": cursor_of(after(1))}
        result = self.sync(api, type="UPDATED", previous=cursor_of(after(1)), count=2).json()["result"]
        assert ([message["msg"] for message in result["updated"]], result["cursor"]["previous"]) == (["0"], None)

    def test_pages_of_deleted_messages(self, api: ApiClient, room: Room, ana: User) -> None:
        messages = [at(0, room, ana, str(number)) for number in range(3)]
        for minute, message in enumerate(messages, 1):
            delete_at(minute, message)
        first = self.sync(api, type="DELETED", next=cursor_of(START), count=2).json()["result"]
        assert [one["_id"] for one in first["deleted"]] == [message.public_id for message in messages[:2]]
        assert first["updated"] == []
        second = self.sync(api, type="DELETED", next=first["cursor"]["next"], count=2).json()["result"]
        assert [one["_id"] for one in second["deleted"]] == [messages[2].public_id]

    def test_changes_in_the_same_millisecond_are_never_lost(self, api: ApiClient, room: Room, ana: User) -> None:
        for microseconds in (0, 100, 200, 300, 5000):
            at(microseconds / 60_000_000, room, ana, str(microseconds))
        first = self.sync(api, type="UPDATED", next=cursor_of(START - timedelta(1)), count=2)
        assert updated(first) == ["0", "100", "200", "300"]
        second = self.sync(api, type="UPDATED", next=first.json()["result"]["cursor"]["next"], count=2)
        assert updated(second) == ["5000"]

    def test_a_page_without_changes(self, api: ApiClient, room: Room) -> None:
        empty = {"updated": [], "deleted": []}
        result = self.sync(api, type="UPDATED", next=cursor_of(START)).json()["result"]
        assert result == {**empty, "cursor": {"next": None, "previous": None}}
        assert self.sync(api, type="DELETED").json()["result"] == empty

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({}, "[error-param-required]"),
            ({"lastUpdate": "yesterday"}, "[error-lastUpdate-param-invalid]"),
            ({"type": "ALL"}, "[invalid-params]"),
            ({"next": "1", "lastUpdate": "2026-03-02"}, "[error-type-param-required]"),
            ({"next": "1", "previous": "2", "type": "UPDATED"}, "[error-cursor-conflict]"),
            ({"next": "1", "lastUpdate": "2026-03-02", "type": "UPDATED"}, "[error-cursor-and-lastUpdate-conflict]"),
            ({"next": "soon", "type": "UPDATED"}, "Invalid Date"),
            ({"next": "9" * 30, "type": "UPDATED"}, "Invalid Date"),
        ],
    )
    def test_wrong_parameters(self, api: ApiClient, room: Room, query: dict[str, str], code: str) -> None:
        assert failure(api.get("chat.syncMessages", roomId="STAGE", **query)).endswith(code)

    def test_the_number_of_queries_is_constant(
        self, api: ApiClient, room: Room, ana: User, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(12):
            message_delete(deleter=ana, message=message_in(room, ana))
            message_in(room, UserFactory(username=f"author{number}"), f"@author{number}")
        with django_assert_max_num_queries(16):
            assert len(updated(self.sync(api, lastUpdate="2026-03-02"))) == 12


def test_ids_of_messages_deleted_since_a_time(api: ApiClient, room: Room, ana: User) -> None:
    messages = [at(0, room, ana, str(number)) for number in range(3)]
    for minutes, message in zip((1, 3, 4), messages, strict=True):
        delete_at(minutes, message)
    body = api.get("chat.getDeletedMessages", roomId="STAGE", since=text_of(after(2)), count=1).json()
    assert body["messages"] == [{"_id": messages[1].public_id}]
    assert (body["count"], body["total"], body["success"]) == (1, 2, True)


def test_changes_of_the_list_of_threads(api: ApiClient, room: Room, ana: User) -> None:
    threads = [at(0, room, ana, text) for text in ("still", "replied", "deleted", "no thread")]
    for thread in threads[:3]:
        at(1, room, ana, "reply", parent=thread)
    at(3, room, ana, "another reply", parent=threads[1])
    delete_at(4, threads[2])
    delete_at(4, threads[3])
    body = api.get("chat.syncThreadsList", rid="STAGE", updatedSince=text_of(after(2))).json()
    assert [message["msg"] for message in body["threads"]["update"]] == ["replied"]
    assert [message["_id"] for message in body["threads"]["remove"]] == [threads[2].public_id]


def test_changes_of_a_thread(api: ApiClient, room: Room, ana: User) -> None:
    thread = at(0, room, ana, "thread")
    _old, gone = (at(1, room, ana, text, parent=thread) for text in ("old", "gone"))
    at(3, room, ana, "new", parent=thread)
    delete_at(4, gone)
    body = api.get("chat.syncThreadMessages", tmid=thread.public_id, updatedSince=text_of(after(2))).json()
    assert [message["msg"] for message in body["messages"]["update"]] == ["new"]
    assert [message["_id"] for message in body["messages"]["remove"]] == [gone.public_id]


def test_changes_of_an_unreadable_thread(room: Room, ana: User) -> None:
    thread = message_in(room, ana)
    for tmid in (thread.public_id, "unknown"):
        response = ApiClient(UserFactory()).get("chat.syncThreadMessages", tmid=tmid, updatedSince="2026-03-02")
        assert failure(response) == "Invalid Message [error-invalid-message]"
    assert ApiClient().get("chat.syncThreadMessages", tmid=thread.public_id).status_code == 401


@pytest.mark.parametrize(("name", "query"), ENDPOINTS)
def test_a_stranger_is_refused(name: str, query: dict[str, str], room: Room) -> None:
    anonymous = ApiClient().get(name, **query)
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    assert failure(ApiClient(UserFactory()).get(name, **query)).lower() == "not allowed [error-not-allowed]"


@pytest.mark.parametrize(("name", "query"), ENDPOINTS)
def test_the_parameters_are_required(name: str, query: dict[str, str], api: ApiClient, room: Room) -> None:
    for missing in query:
        rest = {key: value for key, value in query.items() if key != missing}
        assert failure(api.get(name, **rest)).endswith(("[invalid-params]", "[error-param-required]"))
