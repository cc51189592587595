"""chat.pinMessage, chat.unPinMessage and chat.getPinnedMessages"""

from __future__ import annotations

from typing import Any

import pytest

from push.models import Notification
from push.services.fanout import pending_decide
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, MessageSettings, Room, RoomType, User
from workspace.services.messages import message_delete, message_edit
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    """The owner of the room."""
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return DeviceFactory(user__username="bob").user


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    room: Room = RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, members=[bob])
    members_add(room=room, users=[], owners=[ana])
    return room


@pytest.fixture
def message(room: Room, bob: User) -> Message:
    return message_in(room, bob, "Curtain up at eight")


def pin(user: User, message: Message) -> dict[str, Any]:
    response = ApiClient(user).post("chat.pinMessage", messageId=message.public_id)
    assert response.status_code == 200, response.json()
    found: dict[str, Any] = response.json()["message"]
    return found


def shown(user: User, public_id: str) -> dict[str, Any]:
    body: dict[str, Any] = ApiClient(user).get("chat.getMessage", msgId=public_id).json()["message"]
    return body


def test_a_pinned_message_and_the_system_message_about_it(ana: User, bob: User, message: Message) -> None:
    notice = pin(ana, message)
    assert (notice["t"], notice["u"]["username"], notice["msg"]) == ("message_pinned", "ana", "")
    assert notice["attachments"] == [
        {
            "text": "Curtain up at eight",
            "author_name": "bob",
            "author_icon": "/avatar/bob",
            "ts": shown(bob, message.public_id)["ts"],
            "attachments": [],
        }
    ]
    pinned = shown(bob, message.public_id)
    assert (pinned["pinned"], pinned["pinnedBy"]["username"]) == (True, "ana")
    assert pinned["pinnedAt"] <= pinned["_updatedAt"]


def test_pinning_again_returns_the_message(ana: User, message: Message) -> None:
    pin(ana, message)
    assert pin(ana, message)["_id"] == message.public_id
    assert Message.objects.filter(type="message_pinned").count() == 1


def test_unpinning_is_visible_to_clients(ana: User, bob: User, message: Message) -> None:
    api = ApiClient(ana)
    pin(ana, message)
    for _again in range(2):
        assert api.post("chat.unPinMessage", messageId=message.public_id).json() == {"success": True}
    assert shown(bob, message.public_id)["pinned"] is False
    assert api.get("chat.getPinnedMessages", roomId="STAGE").json()["messages"] == []
    assert pin(ana, message)["t"] == "message_pinned"
    assert shown(bob, message.public_id)["pinned"] is True


def test_pinned_messages_of_a_room(ana: User, bob: User, room: Room) -> None:
    for text in ("one", "two", "three"):
        pin(ana, message_in(room, bob, text))
    message_in(room, bob, "not pinned")
    for name, query in (("chat.getPinnedMessages", {}), ("groups.messages", {"pinned": "true"})):
        body = ApiClient(bob).get(name, roomId="STAGE", count=2, **query).json()
        assert ([found["msg"] for found in body["messages"]], body["total"]) == (["three", "two"], 3)


def test_the_quote_follows_its_message(ana: User, bob: User, message: Message) -> None:
    notice = pin(ana, message)
    since = notice["_updatedAt"]
    message_edit(editor=bob, message=message, text="Curtain up at nine")
    assert shown(bob, notice["_id"])["attachments"][0]["text"] == "Curtain up at nine"
    message_delete(deleter=bob, message=message)
    assert "attachments" not in shown(bob, notice["_id"])
    result = ApiClient(bob).get("chat.syncMessages", roomId="STAGE", lastUpdate=since).json()["result"]
    assert [found["_id"] for found in result["updated"]] == [notice["_id"]]
    assert ApiClient(bob).get("chat.getPinnedMessages", roomId="STAGE").json()["total"] == 0


def test_an_encrypted_message(ana: User, bob: User, room: Room) -> None:
    content = {"algorithm": "rc.v1.aes-sha2", "ciphertext": "secret"}
    notice = pin(ana, message_in(room, bob, "", type="e2e", content=content))
    assert (notice["t"], notice["attachments"][0]["content"]) == ("message_pinned_e2e", content)


def test_nobody_is_notified(ana: User, bob: User, room: Room) -> None:
    message = message_in(room, ana, "@bob look")
    pending_decide()
    before = list(Notification.objects.values())
    pin(ana, message)
    pending_decide()
    assert list(Notification.objects.values()) == before


def test_who_may_pin(ana: User, bob: User, room: Room, message: Message) -> None:
    admin = UserFactory(roles=("admin",))
    members_add(room=room, users=[admin])
    pin(admin, message)
    for method, name in (("pinMessage", "chat.pinMessage"), ("unpinMessage", "chat.unPinMessage")):
        response = ApiClient(bob).post(name, messageId=message.public_id)
        assert failure(response) == "Not Authorized [not-authorized]"
        assert response.json()["details"] == {"method": method}


def test_strangers_are_refused(message: Message) -> None:
    fields = {"messageId": message.public_id}
    for name in ("chat.pinMessage", "chat.unPinMessage"):
        anonymous = ApiClient().post(name, **fields)
        assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    for user in (UserFactory(), UserFactory(roles=("admin",))):
        assert failure(ApiClient(user).post("chat.pinMessage", **fields)) == "Not Authorized [not-authorized]"
        response = ApiClient(user).post("chat.unPinMessage", **fields)
        assert failure(response) == "Message you are unpinning was not found [error-invalid-message]"
    for room_id in ("STAGE", "unknown"):
        response = ApiClient(UserFactory()).get("chat.getPinnedMessages", roomId=room_id)
        assert failure(response) == "Not allowed [error-not-allowed]"
    assert ApiClient().get("chat.getPinnedMessages", roomId="STAGE").json() == NOT_SIGNED_IN


@pytest.mark.parametrize(("method", "name"), [("pinMessage", "chat.pinMessage"), ("unpinMessage", "chat.unPinMessage")])
def test_errors(method: str, name: str, ana: User, message: Message) -> None:
    api = ApiClient(ana)
    assert "[error-message-not-found]" in failure(api.post(name, messageId="unknown"))
    assert "messageId" in failure(api.post(name, {}))
    settings = MessageSettings.current()
    settings.allow_pinning = False
    settings.save()
    response = api.post(name, messageId=message.public_id)
    assert failure(response) == "Message pinning not allowed [error-action-not-allowed]"
    assert response.json()["details"] == {"method": method, "action": "Message_pinning"}
