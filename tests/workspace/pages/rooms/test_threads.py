"""Threads, and following them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Room, RoomType, ThreadFollower, User
from workspace.services.messages import message_delete

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(room: Room, bob: User) -> Message:
    return message_in(room, bob, "Who can?")


def reply(client: Client, room: Room, thread: Message, **fields: str) -> str:
    sent = {"text": "I can", "thread": thread.public_id, **fields}
    return client.post(f"/rooms/{room.public_id}/messages/", sent, follow=True).content.decode()


def test_a_reply_is_shown_in_its_thread_and_counted_in_the_room(client: Client, room: Room, thread: Message) -> None:
    html = reply(client, room, thread)
    assert "Who can?" in html
    assert "I can" in html
    assert "1 reply" in html
    html = client.get("/channel/ops").content.decode()
    assert "I can" not in html
    assert f'href="/threads/{thread.public_id}/"' in html
    assert "1 reply" in html
    assert "You follow this thread." in html


def test_a_reply_can_also_be_shown_in_the_room(client: Client, room: Room, thread: Message) -> None:
    html = reply(client, room, thread, in_room="1")
    assert "I can" in html
    assert "Replied in a thread" in html


def test_a_reply_that_cannot_be_sent_stays_in_the_composer(client: Client, room: Room, thread: Message) -> None:
    html = reply(client, room, thread, text="x" * 5001)
    assert "The limit is 5,000 characters" in html
    assert "x" * 5001 in html


def test_following_begins_and_ends(client: Client, ana: User, thread: Message) -> None:
    address = f"/threads/{thread.public_id}/following/"
    assert "Stop following" in client.post(address, follow=True).content.decode()
    assert ThreadFollower.objects.filter(thread=thread, user=ana).exists()
    client.post(address, {"stop": "1"})
    assert not ThreadFollower.objects.filter(thread=thread, user=ana).exists()


def test_a_link_to_a_reply_opens_its_thread(client: Client, room: Room, bob: User, thread: Message) -> None:
    answer = message_in(room, bob, "I can", parent=thread)
    for address in (f"/channel/ops?msg={answer.public_id}", f"/threads/{answer.public_id}/"):
        response = client.get(address, follow=True)
        assert response.redirect_chain[-1][0] == f"/threads/{thread.public_id}/?msg={answer.public_id}"
        assert f'room-linked" id="message-{answer.public_id}"' in response.content.decode()


def test_threads_in_unreadable_rooms_are_not_found(client: Client, ana: User) -> None:
    secret = message_in(RoomFactory(type=RoomType.PRIVATE, name="secret"), UserFactory())
    assert client.get(f"/threads/{secret.public_id}/").status_code == 404
    assert client.post(f"/threads/{secret.public_id}/following/").status_code == 404
    assert client.get("/threads/nothing/").status_code == 404


def test_an_open_thread_learns_that_it_was_deleted(client: Client, room: Room, bob: User, thread: Message) -> None:
    message_delete(deleter=bob, message=thread)
    answer = client.get(f"/threads/{thread.public_id}/newer/?after=")
    assert answer.status_code == 204
    change = {"kind": "deleted", "room": room.public_id, "message": thread.public_id}
    assert json.loads(answer.headers["HX-Trigger"]) == {"callboard:change": change}
    assert client.post(f"/threads/{thread.public_id}/read/").status_code == 204


def test_an_open_thread_can_load_newer_replies(client: Client, room: Room, bob: User, thread: Message) -> None:
    first = message_in(room, bob, "First", parent=thread)
    address = f"/threads/{thread.public_id}/newer/?after={first.public_id}"
    assert client.get(address).status_code == 204
    message_in(room, bob, "Elsewhere")
    second = message_in(room, bob, "Second", parent=thread)
    html = client.get(address).content.decode()
    assert "Second" in html
    assert "Elsewhere" not in html
    assert "2 replies" in html
    assert f"/threads/{thread.public_id}/newer/?after={second.public_id}" in html


def test_an_empty_thread_receives_the_first_reply(client: Client, room: Room, bob: User, thread: Message) -> None:
    address = f"/threads/{thread.public_id}/newer/?after="
    assert client.get(address).status_code == 204
    message_in(room, bob, "First", parent=thread)
    assert "First" in client.get(address).content.decode()
