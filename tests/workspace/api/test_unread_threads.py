"""Unread threads in subscription objects: `tunread`, `tunreadUser` and `tunreadGroup`."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, Subscription, User
from workspace.services.messages import message_delete, message_edit
from workspace.services.rooms import members_add, room_leave

pytestmark = pytest.mark.django_db
NOTHING: tuple[list[str], list[str], list[str]] = ([], [], [])


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", type=RoomType.PRIVATE, members=[ana, bob])


@pytest.fixture
def thread(room: Room, ana: User) -> Message:
    return message_in(room, ana, "a question")


@pytest.fixture
def api(bob: User) -> ApiClient:
    return ApiClient(bob)


def row(api: ApiClient, room: Room) -> Any:
    return api.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]


def unread(api: ApiClient, room: Room) -> tuple[list[str], list[str], list[str]]:
    found = row(api, room)
    return found["tunread"], found["tunreadUser"], found["tunreadGroup"]


def test_a_thread_mention_stays_unread_when_only_the_room_is_read(
    api: ApiClient, room: Room, thread: Message, ana: User
) -> None:
    assert unread(api, room) == NOTHING
    message_in(room, ana, "@bob look", parent=thread)
    mine = [thread.public_id]
    assert unread(api, room) == (mine, mine, [])
    for params in ({"readThreads": False}, {}):
        assert api.post("subscriptions.read", rid=room.public_id, **params).status_code == 200
        assert unread(api, room) == (mine, mine, [])
        assert row(api, room)["alert"] is True
    [result] = api.get("subscriptions.get").json()["update"]
    assert result["tunread"] == mine
    assert api.post("subscriptions.read", rid=room.public_id, readThreads=True).status_code == 200
    assert unread(api, room) == NOTHING
    assert row(api, room)["alert"] is False


def test_followers_have_replies_and_group_mentions_unread_but_not_their_own(
    api: ApiClient, room: Room, thread: Message, ana: User, bob: User
) -> None:
    message_in(room, ana, "nobody follows yet", parent=thread)
    assert unread(api, room) == NOTHING
    message_in(room, bob, "my answer", parent=thread)
    assert unread(api, room) == NOTHING
    assert unread(ApiClient(ana), room) == ([thread.public_id], [], [])
    UserFactory(username="carl")
    ana.groups.set(UserFactory(roles=("admin",)).groups.all())
    message_in(room, User.objects.get(pk=ana.pk), "@all listen", parent=thread)
    assert unread(api, room) == ([thread.public_id], [], [thread.public_id])


def test_reading_one_thread_leaves_the_others_and_the_room_unread(
    client: Client, api: ApiClient, room: Room, thread: Message, ana: User, bob: User
) -> None:
    other = message_in(room, ana, "another question")
    for parent in (thread, other):
        message_in(room, ana, "@bob look", parent=parent)
    Subscription.objects.filter(user=bob).update(unread=1)
    client.force_login(bob)
    assert client.post(f"/threads/{thread.public_id}/read/").status_code == 204
    assert unread(api, room) == ([other.public_id], [other.public_id], [])
    assert row(api, room)["unread"] == 1
    assert "New replies" in client.get("/group/ops").content.decode()


def test_replying_on_the_threads_page_reads_the_thread_and_not_the_room(
    client: Client, api: ApiClient, room: Room, thread: Message, ana: User, bob: User
) -> None:
    message_in(room, ana, "@bob look", parent=thread)
    Subscription.objects.filter(user=bob).update(unread=1)
    client.force_login(bob)
    client.post(f"/rooms/{room.public_id}/messages/", {"text": "I do", "thread": thread.public_id})
    assert unread(api, room) == NOTHING
    assert row(api, room)["unread"] == 1


def test_a_stranger_cannot_mark_a_thread_as_read(client: Client, thread: Message) -> None:
    address = f"/threads/{thread.public_id}/read/"
    assert client.post(address)["Location"] == f"/sign-in/?next={address}"
    client.force_login(UserFactory())
    assert client.post(address).status_code == 404


def test_unread_threads_follow_edits_and_deletions(api: ApiClient, room: Room, thread: Message, ana: User) -> None:
    reply = message_in(room, ana, "@bob look", parent=thread)
    message_edit(editor=ana, message=reply, text="never mind")
    assert unread(api, room) == ([thread.public_id], [], [])
    message_delete(deleter=ana, message=reply)
    assert unread(api, room) == NOTHING
    message_in(room, ana, "@bob again", parent=thread)
    message_delete(deleter=ana, message=thread)
    assert unread(api, room) == NOTHING


def test_replies_from_before_joining_are_not_unread(
    api: ApiClient, room: Room, thread: Message, ana: User, bob: User
) -> None:
    message_in(room, ana, "@bob look", parent=thread)
    room_leave(user=bob, room=room)
    message_in(room, ana, "he is gone", parent=thread)
    members_add(room=room, users=[bob])
    assert unread(api, room) == NOTHING


def test_clients_that_request_changes_receive_them(api: ApiClient, room: Room, thread: Message, ana: User) -> None:
    reply = message_in(room, ana, "@bob look", parent=thread)
    since = row(api, room)["_updatedAt"]
    for change in (
        lambda: message_edit(editor=ana, message=reply, text="never mind"),
        lambda: api.post("subscriptions.read", rid=room.public_id, readThreads=True),
    ):
        change()
        [result] = api.get("subscriptions.get", updatedSince=since).json()["update"]
        since = result["_updatedAt"]
