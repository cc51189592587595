"""The methods that mark messages: reactions, stars, pins and reports."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory, message_in
from tests.method_calls import call, call_error
from workspace.models import Message, Room, RoomType, Subscription, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, members=[ana])


@pytest.fixture
def message(room: Room, ana: User) -> Message:
    return message_in(room, ana, "hello")


def seen(user: User, message: Message) -> Any:
    return call(user, "getMessages", [message.public_id])[0]


def test_a_reaction_is_added_and_removed(ana: User, message: Message) -> None:
    assert call(ana, "setReaction", ":tada:", message.public_id) is None
    assert seen(ana, message)["reactions"][":tada:"]["usernames"] == ["ana"]
    call(ana, "setReaction", "tada", message.public_id, True)
    assert seen(ana, message)["reactions"][":tada:"]["usernames"] == ["ana"]
    call(ana, "setReaction", ":tada:", message.public_id)
    assert "reactions" not in seen(ana, message)


def test_only_the_caller_sees_their_star(ana: User, room: Room, message: Message) -> None:
    bob = UserFactory()
    message_in(room, bob)
    assert call(ana, "starMessage", {"_id": message.public_id, "rid": room.public_id, "starred": True}) is True
    assert seen(ana, message)["starred"] == [{"_id": ana.public_id}]
    assert "starred" not in seen(bob, message)
    assert call(ana, "starMessage", {"_id": message.public_id, "starred": False}) is True
    assert "starred" not in seen(ana, message)


def test_an_owner_pins_and_unpins(ana: User, room: Room, message: Message) -> None:
    Subscription.objects.filter(user=ana, room=room).update(is_owner=True)
    assert call(ana, "pinMessage", {"_id": message.public_id})["t"] == "message_pinned"
    assert seen(ana, message)["pinned"] is True
    assert call(ana, "unpinMessage", {"_id": message.public_id}) is True
    assert not seen(ana, message).get("pinned")


def test_a_message_is_reported(ana: User, message: Message) -> None:
    assert call(ana, "reportMessage", message.public_id, "spam") is True


def test_strangers_may_mark_nothing(message: Message) -> None:
    stranger = UserFactory()
    assert call_error(stranger, "setReaction", ":tada:", message.public_id)["error"] == "not-authorized"
    assert call_error(stranger, "pinMessage", {"_id": message.public_id})["error"] == "not-authorized"
    assert call_error(stranger, "unpinMessage", {"_id": message.public_id})["error"] == "error-invalid-message"
    assert "error" in call_error(stranger, "reportMessage", message.public_id, "spam")
    assert call_error(stranger, "starMessage", {})["reason"] == "Match error: Missing key '_id'"
