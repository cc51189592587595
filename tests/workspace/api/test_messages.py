"""chat.getMessage, chat.update, chat.delete and chat.getMentionedMessages"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Message, Room, RoomType, User
from workspace.services.messages import message_delete
from workspace.services.room_changes.state import room_archive

pytestmark = pytest.mark.django_db

CONTENT = {"algorithm": "rc.v1.aes-sha2", "ciphertext": "b64"}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(public_id="GENERAL", type=RoomType.PRIVATE, members=[ana])


@pytest.fixture
def message(room: Room, ana: User) -> Message:
    return message_in(room, ana, "hello")


def change(api: ApiClient, message: Message, **fields: Any) -> Any:
    return api.post("chat.update", roomId=message.room.public_id, msgId=message.public_id, **fields)


def delete(api: ApiClient, message: Message, **fields: Any) -> Any:
    return api.post("chat.delete", roomId=message.room.public_id, msgId=message.public_id, **fields)


def unknown(public_id: str) -> str:
    return f'No message found with the id of "{public_id}".'


def api_time(value: Any) -> str:
    """Return a time in the format of the API."""
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z"


class TestReading:
    def test_returns_the_message(self, api: ApiClient, message: Message) -> None:
        body = api.get("chat.getMessage", msgId=message.public_id).json()
        assert body["success"] is True
        result = {"_id": message.public_id, "rid": "GENERAL", "msg": "hello", "ts": api_time(message.sent_at)}
        assert result.items() <= body["message"].items()
        assert body["message"]["u"]["username"] == "ana"

    def test_the_message_is_required(self, api: ApiClient) -> None:
        response = api.get("chat.getMessage")
        assert failure(response) == 'The "msgId" query parameter must be provided.'
        assert "errorType" not in response.json()


class TestChanging:
    def test_the_author_can_edit_a_message(self, api: ApiClient, message: Message, ana: User) -> None:
        bob = UserFactory(username="bob")
        body = change(api, message, text="@bob goodbye").json()
        assert body["success"] is True
        result, stored = body["message"], Message.objects.get()
        assert (result["_id"], result["msg"], stored.text) == (message.public_id, "@bob goodbye", "@bob goodbye")
        assert [person["_id"] for person in result["mentions"]] == [bob.public_id]
        assert result["editedBy"] == {"_id": ana.public_id, "username": "ana", "name": "Ana"}
        assert stored.edited_at is not None
        assert result["editedAt"] == result["_updatedAt"] == api_time(stored.edited_at)
        assert result["ts"] == api_time(stored.sent_at)

    def test_an_encrypted_message_accepts_content_instead_of_text(self, api: ApiClient, room: Room, ana: User) -> None:
        message = message_in(room, ana, "", type="e2e", content={**CONTENT, "ciphertext": "old"})
        result = change(api, message, content=CONTENT).json()["message"]
        assert (result["t"], result["content"], result["msg"]) == ("e2e", CONTENT, "")
        assert Message.objects.get().content == CONTENT

    def test_a_plain_message_rejects_encrypted_content(self, api: ApiClient, message: Message) -> None:
        error = failure(change(api, message, content=CONTENT))
        assert error == "The message is not encrypted. [error-invalid-params]"

    def test_other_users_cannot_edit_a_message(self, room: Room, message: Message) -> None:
        admin = UserFactory(roles=("admin", "user"))
        message_in(room, admin)
        assert failure(change(ApiClient(admin), message, text="changed")).endswith("[error-action-not-allowed]")
        assert Message.objects.get(pk=message.pk).text == "hello"

    def test_an_archived_room_allows_no_edits(self, api: ApiClient, room: Room, message: Message) -> None:
        room_archive(archiver=UserFactory(roles=("admin",)), room=room)
        assert failure(change(api, message, text="changed")).endswith("[error-room-archived]")

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"text": "x" * 5001}, "Message size exceeds Message_MaxAllowedSize [error-message-size-exceeded]"),
            ({"text": ""}, "The message is empty. [error-invalid-params]"),
            ({"text": 3}, "must be string [invalid-params]"),
            ({"content": {"algorithm": "a"}}, "must have required property 'ciphertext' [invalid-params]"),
            (
                {},
                "must have required property 'text'\nmust have required property 'content'\n"
                "must match a schema in anyOf [invalid-params]",
            ),
        ],
    )
    def test_invalid_edits_are_rejected(
        self, api: ApiClient, message: Message, fields: dict[str, Any], error: str
    ) -> None:
        assert failure(change(api, message, **fields)) == error
        assert Message.objects.get().text == "hello"

    def test_message_and_room_have_to_be_named(self, api: ApiClient, message: Message) -> None:
        error = failure(api.post("chat.update", roomId="GENERAL", text="changed"))
        assert error == 'The required "messageId" param is missing. [error-messageid-param-not-provided]'
        error = failure(api.post("chat.update", msgId=message.public_id, text="changed"))
        assert error == "must have required property 'roomId' [invalid-params]"


class TestDeleting:
    def test_the_author_can_delete_a_message(self, api: ApiClient, message: Message, ana: User) -> None:
        body = delete(api, message).json()
        stored = Message.objects.get()
        assert stored.deleted_at is not None
        person = {"_id": ana.public_id, "username": "ana", "name": "Ana"}
        assert body == {
            "_id": message.public_id,
            "ts": str(int(stored.deleted_at.timestamp() * 1000)),
            "message": {"_id": message.public_id, "rid": "GENERAL", "u": person},
            "success": True,
        }

    def test_a_deleted_message_is_unknown(self, api: ApiClient, message: Message) -> None:
        delete(api, message)
        for response in (
            delete(api, message),
            change(api, message, text="again"),
            api.get("chat.getMessage", msgId=message.public_id),
        ):
            assert failure(response) == unknown(message.public_id)

    @pytest.mark.parametrize("fields", [{}, {"asUser": True}])
    def test_only_administrators_delete_messages_of_others(
        self, room: Room, message: Message, fields: dict[str, bool]
    ) -> None:
        member, admin = UserFactory(), UserFactory(roles=("admin", "user"))
        for user in (member, admin):
            message_in(room, user)
        assert failure(delete(ApiClient(member), message, **fields)) == "Not allowed [error-action-not-allowed]"
        assert delete(ApiClient(admin), message, **fields).json()["message"]["u"]["username"] == "ana"

    @pytest.mark.parametrize("role", ["is_owner", "is_moderator"])
    def test_owners_and_moderators_delete_messages_in_their_rooms(
        self, room: Room, message: Message, role: str
    ) -> None:
        bob = UserFactory()
        elsewhere = message_in(RoomFactory(), UserFactory())
        message_in(elsewhere.room, bob)
        message_in(room, bob)
        room.subscriptions.filter(user=bob).update(**{role: True})
        assert failure(delete(ApiClient(bob), elsewhere)).endswith("[error-action-not-allowed]")
        assert delete(ApiClient(bob), message).status_code == 200

    @pytest.mark.parametrize("given", ["roomId", "msgId"])
    def test_message_and_room_have_to_be_named(self, api: ApiClient, message: Message, given: str) -> None:
        [missing] = {"roomId", "msgId"} - {given}
        error = failure(api.post("chat.delete", {given: "x"}))
        assert error == f"must have required property '{missing}' [invalid-params]"


@pytest.mark.parametrize(("name", "fields"), [("chat.update", {"text": "changed"}), ("chat.delete", {})])
def test_a_message_of_another_room_is_refused(
    api: ApiClient, message: Message, ana: User, name: str, fields: dict[str, str]
) -> None:
    elsewhere = RoomFactory(members=[ana])
    for public_id in (elsewhere.public_id, "nowhere"):
        response = api.post(name, roomId=public_id, msgId=message.public_id, **fields)
        assert failure(response) == "The room id provided does not match where the message is from."
        assert "errorType" not in response.json()
    assert Message.objects.get(text="hello").deleted_at is None


@pytest.mark.parametrize("name", ["chat.getMessage", "chat.update", "chat.delete"])
def test_an_unreadable_message_is_reported_as_unknown(message: Message, ana: User, name: str) -> None:
    admin = ApiClient(UserFactory(roles=("admin", "user")))
    direct = message_in(direct_room(ana, UserFactory()), ana, "hello")
    for room, public_id in (("GENERAL", message.public_id), (direct.room.public_id, direct.public_id), ("x", "none")):
        fields = {"roomId": room, "msgId": public_id, "text": "changed"}
        response = admin.get(name, **fields) if name == "chat.getMessage" else admin.post(name, **fields)
        assert failure(response) == unknown(public_id)
        assert "errorType" not in response.json()
    assert Message.objects.filter(text="hello", deleted_at=None).count() == 2


@pytest.mark.parametrize("name", ["chat.getMessage", "chat.update", "chat.delete", "chat.getMentionedMessages"])
def test_an_anonymous_user_is_rejected(message: Message, name: str) -> None:
    fields = {"roomId": "GENERAL", "msgId": message.public_id, "text": "changed"}
    response = ApiClient().get(name, **fields) if ".get" in name else ApiClient().post(name, **fields)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


class TestMentions:
    @staticmethod
    def texts(api: ApiClient, room: Room, **query: Any) -> list[str]:
        body = api.get("chat.getMentionedMessages", roomId=room.public_id, **query).json()
        assert (body["success"], body["count"]) == (True, len(body["messages"]))
        return [message["msg"] for message in body["messages"]]

    @pytest.fixture
    def bob(self, room: Room) -> User:
        bob = UserFactory(username="bob")
        message_in(room, bob, "a question")
        return bob

    def test_returns_messages_that_mention_the_caller_the_latest_first(
        self, api: ApiClient, room: Room, bob: User
    ) -> None:
        for text in ("@ana one", "@bob two", "@all three", "@ana four"):
            message_in(room, bob, text)
        message_in(room, bob, "@ana five", parent=message_in(room, bob))
        message_in(RoomFactory(members=[bob]), bob, "@ana elsewhere")
        message_delete(deleter=bob, message=message_in(room, bob, "@ana deleted"))
        assert self.texts(api, room) == ["@ana five", "@ana four", "@ana one"]
        assert self.texts(api, room, sort='{"ts": 1}') == ["@ana one", "@ana four", "@ana five"]

    def test_members_are_returned_in_pages(self, api: ApiClient, room: Room, bob: User) -> None:
        for number in range(5):
            message_in(room, bob, f"@ana {number}")
        assert self.texts(api, room, count=2, offset=1) == ["@ana 3", "@ana 2"]
        body = api.get("chat.getMentionedMessages", roomId="GENERAL", count=2, offset=4).json()
        assert (body["count"], body["offset"], body["total"]) == (1, 4, 5)

    @pytest.mark.usefixtures("settings_remembered")
    def test_many_messages_cost_no_more_queries_than_few(self, api: ApiClient, room: Room, bob: User) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                self.texts(api, room)
            return len(captured)

        def thread() -> None:
            beginning = message_in(room, bob, "@ana @bob")
            reply = message_in(room, bob, "@ana", parent=beginning)
            change(ApiClient(bob), reply, text="@ana @bob")

        queries()
        thread()
        few = queries()
        for _thread in range(4):
            thread()
        assert queries() == few

    def test_a_known_room_is_required(self, api: ApiClient, message: Message) -> None:
        error = failure(api.get("chat.getMentionedMessages"))
        assert error == "must have required property 'roomId' [invalid-params]"
        for user, room in ((UserFactory(), "GENERAL"), (message.sender, "nowhere")):
            error = failure(ApiClient(user).get("chat.getMentionedMessages", roomId=room))
            assert error.endswith("[error-room-not-found]")
