"""The history, messages and mentions of channels, private groups and direct rooms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Message, Room, RoomType, Subscription, User
from workspace.services.messages import message_delete
from workspace.services.rooms import room_join

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PREFIXES = ["channels", "groups", "im", "dm"]


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(public_id="GENERAL", name="general", members=[ana])


@pytest.fixture
def messages(room: Room, ana: User) -> list[Message]:
    """Messages 0 to 4, one a minute, with microseconds that clients do not see."""
    times = [START + timedelta(minutes=minute, microseconds=123_456) for minute in range(5)]
    return [message_in(room, ana, str(number), sent_at=time) for number, time in enumerate(times)]


def room_of_type(prefix: str, *members: User) -> Room:
    match prefix:
        case "channels":
            return RoomFactory(members=members)
        case "groups":
            return RoomFactory(type=RoomType.PRIVATE, members=members)
    return direct_room(*members)


def texts(response: Any) -> list[str]:
    body = response.json()
    assert body["success"] is True
    return [message["msg"] for message in body["messages"]]


def time_of(message: Message) -> str:
    """Return the time as a client knows it."""
    return f"{message.sent_at:%Y-%m-%dT%H:%M:%S}.{message.sent_at.microsecond // 1000:03}Z"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_history_of_every_type_of_room(prefix: str, api: ApiClient, ana: User) -> None:
    room = room_of_type(prefix, ana, UserFactory())
    for text in ("one", "two", "three"):
        message_in(room, ana, text)
    response = api.get(f"{prefix}.history", roomId=room.public_id)
    assert texts(response) == ["three", "two", "one"]
    assert response.json().keys() == {"messages", "success"}


@pytest.mark.parametrize("prefix", ["channels", "groups"])
def test_a_room_is_also_found_by_name(prefix: str, api: ApiClient, ana: User) -> None:
    room = room_of_type(prefix, ana)
    message_in(room, ana, "hello")
    for name in ("history", "messages"):
        assert texts(api.get(f"{prefix}.{name}", roomName=room.name)) == ["hello"]


def test_the_last_twenty_messages_without_a_count(api: ApiClient, room: Room, ana: User) -> None:
    for number in range(21):
        message_in(room, ana, str(number))
    assert texts(api.get("channels.history", roomId="GENERAL")) == [str(number) for number in range(20, 0, -1)]
    assert len(texts(api.get("channels.history", roomId="GENERAL", count=0))) == 21


def test_count_and_offset(api: ApiClient, messages: list[Message]) -> None:
    assert texts(api.get("channels.history", roomId="GENERAL", count=2)) == ["4", "3"]
    assert texts(api.get("channels.history", roomId="GENERAL", count=2, offset=2)) == ["2", "1"]


@pytest.mark.parametrize(
    ("inclusive", "expected"), [("false", ["2"]), ("true", ["3", "2", "1"]), ("True", ["3", "2", "1"])]
)
def test_a_range_of_time(api: ApiClient, messages: list[Message], inclusive: str, expected: list[str]) -> None:
    query = {"oldest": time_of(messages[1]), "latest": time_of(messages[3]), "inclusive": inclusive}
    assert texts(api.get("channels.history", roomId="GENERAL", **query)) == expected


def test_pages_that_follow_the_time_of_the_last_message(api: ApiClient, messages: list[Message]) -> None:
    first = api.get("channels.history", roomId="GENERAL", count=2).json()["messages"]
    assert texts(api.get("channels.history", roomId="GENERAL", count=9, latest=first[-1]["ts"])) == ["2", "1", "0"]


def test_unread_messages_that_are_not_loaded(api: ApiClient, messages: list[Message]) -> None:
    query = {"roomId": "GENERAL", "oldest": time_of(messages[0]), "unreads": "true"}
    body = api.get("channels.history", **query, count=2).json()
    assert (body["unreadNotLoaded"], body["firstUnread"]["msg"]) == (2, "1")
    body = api.get("channels.history", **query, count=9).json()
    assert body["unreadNotLoaded"] == 0
    assert "firstUnread" not in body


def test_replies_are_shown_unless_the_client_does_not_want_them(api: ApiClient, room: Room, ana: User) -> None:
    thread = message_in(room, ana, "thread")
    message_in(room, ana, "reply", parent=thread)
    message_in(room, ana, "shown", parent=thread, is_shown_in_room=True)
    assert texts(api.get("channels.history", roomId="GENERAL")) == ["shown", "reply", "thread"]
    without = api.get("channels.history", roomId="GENERAL", showThreadMessages="false")
    assert texts(without) == ["shown", "thread"]


def test_deleted_messages_are_left_out_and_system_messages_included(
    api: ApiClient, messages: list[Message], room: Room, ana: User
) -> None:
    message_delete(deleter=ana, message=messages[4])
    room_join(user=UserFactory(username="bob"), room=room)
    types = [message.get("t") for message in api.get("channels.history", roomId="GENERAL").json()["messages"]]
    assert types == ["uj", None, None, None, None]
    assert "4" not in texts(api.get("channels.messages", roomId="GENERAL"))


@pytest.mark.parametrize("prefix", ["im", "dm", "groups", "channels"])
@pytest.mark.parametrize("name", ["history", "messages"])
def test_a_stranger_is_refused(prefix: str, name: str, ana: User) -> None:
    room = room_of_type(prefix, ana, UserFactory())
    message_in(room, ana, "secret")
    anonymous = ApiClient().get(f"{prefix}.{name}", roomId=room.public_id)
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    response = ApiClient(UserFactory(roles=())).get(f"{prefix}.{name}", roomId=room.public_id)
    assert "secret" not in response.text
    if prefix == "groups":
        assert "[error-room-not-found]" in failure(response)
    elif (prefix, name) == ("channels", "messages"):
        assert "[error-unauthorized]" in failure(response, 403)
    else:
        assert failure(response, 403) == "unauthorized"


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", ["history", "messages"])
def test_an_unknown_room_and_one_of_another_type(prefix: str, name: str, api: ApiClient, ana: User) -> None:
    other = room_of_type("groups" if prefix == "channels" else "channels", ana)
    for room_id in ("unknown", other.public_id):
        assert "[error-room-not-found]" in failure(api.get(f"{prefix}.{name}", roomId=room_id))


def test_a_former_member_of_a_group_reads_nothing_more(api: ApiClient, ana: User) -> None:
    room = room_of_type("groups", ana)
    assert texts(api.get("groups.history", roomId=room.public_id)) == []
    Subscription.objects.filter(user=ana).delete()
    assert "[error-room-not-found]" in failure(api.get("groups.history", roomId=room.public_id))


def test_the_room_is_required(api: ApiClient) -> None:
    assert "[error-roomid-param-not-provided]" in failure(api.get("channels.history"))
    assert failure(api.get("im.history")) == 'Query param "roomId" is required [error-room-param-not-provided]'
    assert "[error-room-param-not-provided]" in failure(api.get("im.messages"))


def test_a_wrong_time_or_flag_is_an_error(api: ApiClient, room: Room) -> None:
    for query in ({"latest": "yesterday"}, {"inclusive": "maybe"}, {"count": "-1"}):
        assert "[invalid-params]" in failure(api.get("channels.history", roomId="GENERAL", **query))
    latest = api.get("channels.history", roomId="GENERAL", latest="9999-12-31T23:59:59.999999Z", inclusive="true")
    assert texts(latest) == []


def test_messages_in_pages(api: ApiClient, messages: list[Message]) -> None:
    body = api.get("channels.messages", roomId="GENERAL", count=2, offset=1).json()
    assert ([message["msg"] for message in body["messages"]], body["total"]) == (["3", "2"], 5)
    assert texts(api.get("channels.messages", roomId="GENERAL", count=1, sort='{"ts": 1}')) == ["0"]


def test_messages_that_mention_users(api: ApiClient, room: Room, ana: User) -> None:
    bob, eve = UserFactory(username="bob"), UserFactory(username="eve")
    for text in ("@bob @eve", "@bob", "@ana", "nobody"):
        message_in(room, ana, text)
    ids = f"{bob.public_id}, {eve.public_id}"
    assert texts(api.get("channels.messages", roomId="GENERAL", mentionIds=ids)) == ["@bob", "@bob @eve"]
    assert texts(api.get("channels.messages", roomId="GENERAL", mentionIds="nobody")) == []


def test_messages_of_a_direct_room_by_the_other_member(api: ApiClient, ana: User) -> None:
    message_in(direct_room(ana, UserFactory(username="bob")), ana, "hello")
    assert texts(api.get("im.messages", username="bob")) == ["hello"]
    for name in ("nobody", "ana"):
        assert "[error-room-not-found]" in failure(api.get("im.messages", username=name))


def test_messages_that_mention_the_caller(api: ApiClient, room: Room, ana: User) -> None:
    for text in ("@ana one", "two", "@ana three"):
        message_in(room, UserFactory(), text)
    body = api.get("channels.getAllUserMentionsByChannel", roomId="GENERAL").json()
    assert [message["msg"] for message in body["mentions"]] == ["@ana one", "@ana three"]
    assert (body["total"], body["success"]) == (2, True)


def test_mentions_in_an_unreadable_room(ana: User) -> None:
    group = room_of_type("groups", ana)
    for room_id in (group.public_id, "unknown"):
        response = ApiClient(UserFactory()).get("channels.getAllUserMentionsByChannel", roomId=room_id)
        assert failure(response) == "Invalid room [error-invalid-room]"
    assert ApiClient().get("channels.getAllUserMentionsByChannel", roomId=group.public_id).status_code == 401


def test_the_number_of_queries_is_constant(
    room: Room, ana: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    api = ApiClient(ana)
    thread = message_in(room, ana, "thread")
    for number in range(12):
        author = UserFactory(username=f"author{number}")
        message_in(room, author, f"@author{number} @ana", parent=thread)
    for name in ("channels.history", "channels.messages"):
        with django_assert_max_num_queries(16):
            assert len(texts(api.get(name, roomId="GENERAL"))) == 13
