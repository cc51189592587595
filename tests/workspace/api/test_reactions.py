"""chat.react"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from push.models import Decision
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import GeneralSettings, Message, Reaction, Room, RoomType, Subscription, User
from workspace.services.message_marks.pins import message_pin
from workspace.services.message_marks.reactions import MAX_EMOJI, reaction_set
from workspace.services.message_marks.stars import star_set
from workspace.services.messages import message_delete
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana A")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="Bob B")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    owner = UserFactory(username="owner")
    room: Room = RoomFactory(public_id="STAGE", type=RoomType.PRIVATE, creator=owner, members=[ana, bob])
    members_add(room=room, users=[], owners=[owner])
    return room


@pytest.fixture
def message(room: Room, bob: User) -> Message:
    return message_in(room, bob, "Curtain up")


def react(user: User, message: Message, **fields: Any) -> None:
    response = ApiClient(user).post("chat.react", messageId=message.public_id, **fields)
    assert (response.status_code, response.json()) == (200, {"success": True})


def shown(user: User, message: Message) -> dict[str, Any]:
    body: dict[str, Any] = ApiClient(user).get("chat.getMessage", msgId=message.public_id).json()["message"]
    return body


def decisions_and_counters() -> list[Any]:
    """Return everything that could notify somebody, or count something as unread."""
    return [*Decision.objects.values_list("pk", "event"), *Subscription.objects.values_list("unread", "updated_at")]


def test_reactions_are_shown_by_emoji(ana: User, bob: User, message: Message) -> None:
    react(ana, message, emoji=":smile:")
    react(bob, message, emoji="smile")
    react(bob, message, reaction=":+1:")
    assert shown(ana, message)["reactions"] == {
        ":smile:": {"usernames": ["ana", "bob"]},
        ":+1:": {"usernames": ["bob"]},
    }


def test_a_second_reaction_with_the_same_emoji_removes_it(ana: User, message: Message) -> None:
    react(ana, message, emoji=":smile:")
    react(ana, message, emoji=":smile:")
    assert "reactions" not in shown(ana, message)


def test_what_a_client_wants_is_done_once(ana: User, message: Message) -> None:
    for _again in range(2):
        react(ana, message, emoji=":smile:", shouldReact=True)
        assert shown(ana, message)["reactions"] == {":smile:": {"usernames": ["ana"]}}
    for _again in range(2):
        react(ana, message, emoji=":smile:", shouldReact=False)
        assert "reactions" not in shown(ana, message)
    react(ana, message, emoji=":smile:", shouldReact=None)
    assert "reactions" in shown(ana, message)


def test_real_names_are_shown_if_the_workspace_shows_them(ana: User, message: Message) -> None:
    settings = GeneralSettings.current()
    settings.use_real_name = True
    settings.save()
    react(ana, message, emoji=":smile:")
    assert shown(ana, message)["reactions"] == {":smile:": {"usernames": ["ana"], "names": ["Ana A"]}}


def test_a_reaction_is_a_change_of_the_message(ana: User, message: Message) -> None:
    before = shown(ana, message)["_updatedAt"]
    react(ana, message, emoji=":smile:")
    result = ApiClient(ana).get("chat.syncMessages", roomId="STAGE", lastUpdate=before).json()["result"]
    (changed,) = result["updated"]
    assert changed["reactions"] == {":smile:": {"usernames": ["ana"]}}
    assert "editedAt" not in changed


def test_nobody_is_notified(ana: User, bob: User, message: Message) -> None:
    before = decisions_and_counters()
    react(ana, message, emoji=":smile:")
    assert decisions_and_counters() == before


def test_deleting_a_message_erases_its_reactions(ana: User, bob: User, message: Message) -> None:
    react(ana, message, emoji=":smile:")
    message_delete(deleter=bob, message=message)
    assert not Reaction.objects.exists()


@pytest.mark.parametrize("emoji", ["two words", "<b>", "é", "x" * 63, ":"])
def test_an_invalid_emoji(ana: User, message: Message, emoji: str) -> None:
    response = ApiClient(ana).post("chat.react", messageId=message.public_id, emoji=emoji)
    assert failure(response) == "Invalid emoji provided. [error-not-allowed]"
    assert response.json()["details"] == {"method": "setReaction"}


def test_wrong_parameters(ana: User, message: Message) -> None:
    api = ApiClient(ana)
    assert "[error-emoji-param-not-provided]" in failure(api.post("chat.react", messageId=message.public_id, emoji=""))
    assert "exactly one schema in oneOf" in failure(api.post("chat.react", messageId=message.public_id))
    assert failure(api.post("chat.react", messageId="unknown", emoji=":smile:")) == (
        'The provided "messageId" does not match any existing message. [error-message-not-found]'
    )


def test_a_message_has_a_limited_number_of_different_reactions(ana: User, bob: User, message: Message) -> None:
    for number in range(MAX_EMOJI):
        reaction_set(user=ana, message=message, emoji=f"emoji{number}")
    response = ApiClient(bob).post("chat.react", messageId=message.public_id, emoji=":smile:")
    assert "[error-not-allowed]" in failure(response)
    react(bob, message, emoji="emoji0")


def test_a_muted_member_and_a_read_only_room(ana: User, room: Room, message: Message) -> None:
    api = ApiClient(ana)
    Room.objects.update(is_read_only=True)
    response = api.post("chat.react", messageId=message.public_id, emoji=":smile:")
    assert failure(response) == "You can't send messages because the room is readonly."
    Subscription.objects.filter(user=ana).update(is_muted=True)
    response = api.post("chat.react", messageId=message.public_id, emoji=":smile:")
    assert failure(response) == "You have been muted [error-not-allowed]"
    assert response.json()["details"] == {"rid": "STAGE"}


def test_a_stranger_is_refused(message: Message) -> None:
    fields = {"messageId": message.public_id, "emoji": ":smile:"}
    anonymous = ApiClient().post("chat.react", **fields)
    assert (anonymous.status_code, anonymous.json()) == (401, NOT_SIGNED_IN)
    assert failure(ApiClient(UserFactory()).post("chat.react", **fields)) == "Not Authorized [not-authorized]"


def test_the_number_of_queries_is_constant(
    room: Room, ana: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        message = message_in(room, ana, "message")
        for name in ("one", "two"):
            reaction_set(user=member(room, f"{name}{number}"), message=message, emoji=name)
            star_set(user=ana, message=message, is_starred=True)
        notice = message_pin(user=room.creator, message=message)
        assert notice.type == "message_pinned"
    with django_assert_max_num_queries(17):
        messages = ApiClient(ana).get("groups.history", roomId="STAGE", count=24).json()["messages"]
    assert len(messages) == 24
    assert len([found for found in messages if "reactions" in found and found["pinned"]]) == 12


def member(room: Room, username: str) -> User:
    """Return a new member of the room."""
    user: User = UserFactory(username=username)
    members_add(room=room, users=[user])
    return user
