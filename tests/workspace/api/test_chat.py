"""chat.postMessage and chat.sendMessage"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Message, Room, RoomType, User

pytestmark = pytest.mark.django_db

CLIENT_ID = "abcDEF12345678901"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(public_id="GENERAL", name="general", members=[ana])


@pytest.mark.parametrize("target", ["GENERAL", "general", "#general", "#General"])
def test_posts_to_a_room_by_id_or_name_and_echoes_the_target(api: ApiClient, room: Room, target: str) -> None:
    body = api.post("chat.postMessage", channel=target, text="hello").json()
    message = body["message"]
    assert (body["success"], body["channel"]) == (True, target)
    assert (message["rid"], message["msg"], message["u"]["username"]) == ("GENERAL", "hello", "ana")
    assert Message.objects.get().public_id == message["_id"]
    sent_at = Message.objects.get().sent_at
    assert body["ts"] == int(sent_at.timestamp() * 1000)
    assert message["ts"] == f"{sent_at:%Y-%m-%dT%H:%M:%S}.{sent_at.microsecond // 1000:03}Z"


def test_a_message_has_every_field_that_clients_read(api: ApiClient, room: Room) -> None:
    message = api.post("chat.postMessage", roomId="GENERAL", text="hello").json()["message"]
    lists = {"urls": [], "mentions": [], "channels": [], "md": []}
    assert lists.items() <= message.items()
    assert message.keys() - lists.keys() == {"_id", "rid", "msg", "ts", "u", "_updatedAt"}


def test_returns_the_mentions_of_the_message(api: ApiClient, room: Room) -> None:
    bob = UserFactory(username="bob", name="Bob B")
    message = api.post("chat.postMessage", roomId="GENERAL", text="@bob, @here @nobody").json()["message"]
    assert message["mentions"] == [
        {"_id": "here", "username": "here", "name": "here", "type": "group"},
        {"_id": bob.public_id, "username": "bob", "name": "Bob B", "type": "user"},
    ]


def test_posting_to_a_person_opens_the_direct_room(api: ApiClient, ana: User) -> None:
    bob = UserFactory(username="bob")
    body = api.post("chat.postMessage", channel="@bob", text="psst").json()
    assert body["channel"] == "@bob"
    direct = Room.objects.get(type=RoomType.DIRECT)
    assert set(direct.subscriptions.values_list("user", flat=True)) == {ana.pk, bob.pk}
    assert body["message"]["rid"] == direct.public_id


def test_posts_to_several_rooms_all_or_none(api: ApiClient, room: Room, ana: User) -> None:
    RoomFactory(name="ops", members=[ana])
    body = api.post("chat.postMessage", channel=["#ops", "GENERAL"], text="all").json()
    assert body["channel"] == "#ops"
    assert Message.objects.count() == 2
    assert failure(api.post("chat.postMessage", channel=["#ops", "#nowhere"], text="none")) == "[invalid-channel]"
    assert Message.objects.count() == 2


@pytest.mark.parametrize("text", [{}, {"text": ""}])
def test_without_a_text_an_empty_message_is_posted(api: ApiClient, room: Room, text: dict[str, str]) -> None:
    assert api.post("chat.postMessage", roomId="GENERAL", **text).json()["message"]["msg"] == ""


def test_the_text_is_stored_unchanged(api: ApiClient, room: Room) -> None:
    text = "  <b>ünïcode 🎭</b>\n\n"
    assert api.post("chat.postMessage", roomId="GENERAL", text=text).json()["message"]["msg"] == text


@pytest.mark.parametrize("target", ["nowhere", "#nowhere", "@nobody", "#", "@"])
def test_an_unknown_target_is_an_invalid_channel(api: ApiClient, room: Room, target: str) -> None:
    response = api.post("chat.postMessage", channel=target, text="hello")
    assert failure(response) == "[invalid-channel]"
    assert response.json()["errorType"] == "invalid-channel"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("target", "sentence"),
    [(3, "must be string,array"), ([], "must NOT have fewer than 1"), ([""], "must NOT"), (["a"] * 11, "more than 10")],
)
def test_a_target_of_another_kind_is_refused(api: ApiClient, target: Any, sentence: str) -> None:
    error = failure(api.post("chat.postMessage", channel=target, text="hello"))
    assert sentence in error
    assert error.endswith("[invalid-params]")


def test_a_message_needs_a_target(api: ApiClient) -> None:
    assert failure(api.post("chat.postMessage", text="hello")).endswith("must match a schema in anyOf [invalid-params]")


def test_an_unreadable_room_is_an_invalid_channel(room: Room, ana: User) -> None:
    stranger = ApiClient(UserFactory())
    group = RoomFactory(type=RoomType.PRIVATE, name="secret", members=[ana])
    direct = direct_room(ana, UserFactory())
    for target in (group.public_id, "#secret", direct.public_id):
        assert failure(stranger.post("chat.postMessage", channel=target, text="hello")) == "[invalid-channel]"
    assert failure(stranger.post("chat.postMessage", roomId="GENERAL", text="hi")) == "Not allowed [error-not-allowed]"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ({"is_archived": True}, "The room is archived [error-room-archived]"),
        ({"is_read_only": True}, "room_is_read_only"),
    ],
)
def test_rooms_that_do_not_allow_posting_show_why(
    api: ApiClient, room: Room, state: dict[str, bool], error: str
) -> None:
    Room.objects.update(**state)
    assert failure(api.post("chat.postMessage", roomId="GENERAL", text="hello")) == error


def test_a_text_that_is_too_long_is_refused(api: ApiClient, room: Room) -> None:
    assert api.post("chat.postMessage", roomId="GENERAL", text="x" * 5000).status_code == 200
    error = failure(api.post("chat.postMessage", roomId="GENERAL", text="x" * 5001))
    assert error.endswith("[error-message-size-exceeded]")


@pytest.mark.parametrize("form", ["roomId", "channel"])
def test_replies_in_a_thread(api: ApiClient, room: Room, ana: User, form: str) -> None:
    parent = message_in(room, UserFactory(), "who is in?")
    fields = {form: "GENERAL", "tmid": parent.public_id}
    message = api.post("chat.postMessage", text="me", **fields).json()["message"]
    assert (message["tmid"], message["tshow"]) == (parent.public_id, False)


def test_the_first_message_of_a_thread_describes_it(api: ApiClient, room: Room, ana: User) -> None:
    first = {"_id": CLIENT_ID, "rid": "GENERAL", "msg": "who is in?"}
    api.post("chat.sendMessage", message=first)
    api.post("chat.postMessage", roomId="GENERAL", text="me", tmid=CLIENT_ID)
    parent = api.post("chat.sendMessage", message=first).json()["message"]
    assert (parent["tcount"], parent["replies"]) == (1, [ana.public_id])
    assert parent["tlm"].endswith("Z")


def test_a_thread_in_another_room_is_refused(api: ApiClient, room: Room) -> None:
    elsewhere = message_in(RoomFactory(), UserFactory())
    for tmid in (elsewhere.public_id, "unknown"):
        response = api.post("chat.postMessage", roomId="GENERAL", text="me", tmid=tmid)
        assert failure(response) == "Invalid message [error-invalid-message]"


def test_an_alias_requires_the_permission(api: ApiClient, room: Room) -> None:
    response = api.post("chat.postMessage", roomId="GENERAL", text="hello", alias="The boss")
    assert failure(response) == "Not allowed [error-not-allowed]"
    admin = UserFactory(roles=("admin",))
    message_in(room, admin)
    posted = ApiClient(admin).post("chat.postMessage", roomId="GENERAL", text="hello", alias="The boss").json()
    assert posted["message"]["alias"] == "The boss"


def test_a_picture_requires_the_permission_for_an_alias_and_an_emoji_does_not(api: ApiClient, room: Room) -> None:
    picture = "https://example.org/a.png"
    assert (
        api.post("chat.postMessage", roomId="GENERAL", text="x", avatar=picture)
        .json()["error"]
        .startswith("Not allowed")
    )
    posted = api.post("chat.postMessage", roomId="GENERAL", text="x", emoji="bell", avatar="").json()["message"]
    assert posted["emoji"] == ":bell:"
    assert "avatar" not in posted
    admin = UserFactory(roles=("admin",))
    message_in(room, admin)
    message = {"rid": "GENERAL", "msg": "x", "avatar": picture, "emoji": ":bell:"}
    posted = ApiClient(admin).post("chat.sendMessage", message=message).json()["message"]
    assert posted["avatar"] == picture
    assert "emoji" not in posted


def test_sends_a_message_object_under_the_clients_own_id(api: ApiClient, room: Room) -> None:
    message = {"_id": CLIENT_ID, "rid": "GENERAL", "msg": "hello"}
    body = api.post("chat.sendMessage", message=message).json()
    assert body["success"] is True
    assert message.items() <= body["message"].items()


ATTACHMENT = {"title": "Disk full", "text": "on db-1", "color": "#f00", "fields": [{"short": True, "value": 7}]}


def test_a_message_with_only_attachments_is_stored_as_sent(api: ApiClient, room: Room) -> None:
    message = {"rid": "GENERAL", "attachments": [ATTACHMENT]}
    sent = api.post("chat.sendMessage", message=message).json()["message"]
    assert (sent["msg"], sent["attachments"]) == ("", [ATTACHMENT])
    assert api.get("chat.getMessage", msgId=sent["_id"]).json()["message"]["attachments"] == [ATTACHMENT]
    posted = api.post("chat.postMessage", roomId="GENERAL", attachments=[ATTACHMENT]).json()["message"]
    assert posted["attachments"] == [ATTACHMENT]
    assert api.post("chat.delete", roomId="GENERAL", msgId=sent["_id"]).status_code == 200
    assert Message.objects.get(public_id=sent["_id"]).attachments == []


@pytest.mark.parametrize(
    ("attachments", "sentence"),
    [
        ("none", "must be array"),
        (["none"], "must be object"),
        ([{}] * 21, "must NOT have more than 20 items"),
        ([{"text": "x" * 50_000}], "must NOT have more than 50000 characters"),
        ([{"text": "\0"}], "must NOT have the character U+0000"),
        ([{"fields": [{"\ud800": "x"}]}], "half of a surrogate pair"),
    ],
)
def test_attachments_that_cannot_be_stored_are_refused(
    api: ApiClient, room: Room, attachments: object, sentence: str
) -> None:
    response = api.post("chat.sendMessage", message={"rid": "GENERAL", "attachments": attachments})
    assert sentence in failure(response)
    assert not Message.objects.filter(type="").exists()


def test_sending_again_changes_nothing(api: ApiClient, room: Room) -> None:
    message = {"_id": CLIENT_ID, "rid": "GENERAL", "msg": "hello"}
    first = api.post("chat.sendMessage", message=message).json()
    assert api.post("chat.sendMessage", message=message | {"msg": "again"}).json() == first
    assert Message.objects.count() == 1


def test_somebody_elses_id_is_refused(api: ApiClient, room: Room) -> None:
    other = message_in(room, UserFactory())
    response = api.post("chat.sendMessage", message={"_id": other.public_id, "rid": "GENERAL", "msg": "mine"})
    assert failure(response).endswith("[error-duplicate-message-id]")


@pytest.mark.parametrize("public_id", ["has space", "x" * 18, "", "ä", 3])
def test_an_id_of_another_form_is_refused(api: ApiClient, room: Room, public_id: Any) -> None:
    response = api.post("chat.sendMessage", message={"_id": public_id, "rid": "GENERAL", "msg": "hello"})
    assert failure(response).endswith("[invalid-params]")
    assert not Message.objects.exists()


def test_sends_an_encrypted_message(api: ApiClient, room: Room) -> None:
    content = {"algorithm": "rc.v1.aes-sha2", "ciphertext": "b64"}
    message = {"rid": "GENERAL", "t": "e2e", "content": content}
    answer = api.post("chat.sendMessage", message=message).json()["message"]
    assert (answer["t"], answer["content"], answer["msg"]) == ("e2e", content, "")


def test_a_thread_reply_can_also_be_shown_in_the_room(api: ApiClient, room: Room) -> None:
    parent = message_in(room, UserFactory())
    message = {"rid": "GENERAL", "msg": "me", "tmid": parent.public_id, "tshow": True}
    assert api.post("chat.sendMessage", message=message).json()["message"]["tshow"] is True


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, 'The "message" parameter must be provided. [error-invalid-params]'),
        ({"message": None}, 'The "message" parameter must be provided. [error-invalid-params]'),
        ({"message": {"msg": "hello"}}, "The 'rid' property on the message object is missing."),
        ({"message": "hello"}, "must be object [invalid-params]"),
        ({"message": {"rid": "nowhere", "msg": "hello"}}, "Invalid room [error-invalid-room]"),
        ({"message": {"rid": "GENERAL", "msg": ""}}, "The message is empty. [error-invalid-params]"),
        ({"message": {"rid": "GENERAL"}}, "The message is empty. [error-invalid-params]"),
        (
            {"message": {"rid": "GENERAL", "msg": "x", "t": "uj"}},
            "must be equal to one of the allowed values [invalid-params]",
        ),
        (
            {"message": {"rid": "GENERAL", "content": {"algorithm": "a"}}},
            "must have required property 'ciphertext' [invalid-params]",
        ),
    ],
)
def test_an_invalid_message_object_is_reported(api: ApiClient, room: Room, fields: dict[str, Any], error: str) -> None:
    assert failure(api.post("chat.sendMessage", fields)) == error
    assert not Message.objects.exists()


def test_a_stranger_to_the_room_cannot_send(room: Room, ana: User) -> None:
    group = RoomFactory(type=RoomType.PRIVATE, members=[ana])
    stranger = ApiClient(UserFactory())
    response = stranger.post("chat.sendMessage", message={"rid": group.public_id, "msg": "hello"})
    assert failure(response) == "Invalid room [error-invalid-room]"
