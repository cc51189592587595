"""Reactions and pins on the pages of rooms and threads."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message, Pin, Reaction, Room, RoomType, User
from workspace.pages.rooms.marks import NAMES_SHOWN
from workspace.services.message_marks.pins import message_pin
from workspace.services.message_marks.reactions import reaction_set
from workspace.services.messages import message_edit, message_post
from workspace.services.room_changes.roles import room_role_give

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(room: Room, bob: User) -> Message:
    return message_in(room, bob, "hello")


def shown(html: str, message: Message) -> str:
    """Return the reactions of the message on the page."""
    (marks,) = re.findall(rf'<ul class="room-marks" id="marks-{message.public_id}".*?</ul>', html, re.DOTALL)
    return str(marks)


def react(client: Client, message: Message, emoji: str = ":tada:", **headers: str) -> Any:
    return client.post(f"/messages/{message.public_id}/reactions/", {"emoji": emoji}, headers=headers)


def pin(client: Client, message: Message, **fields: str) -> Any:
    return client.post(f"/messages/{message.public_id}/pin/", fields, follow=True)


def test_reactions_are_shown_with_the_names_of_people(client: Client, message: Message, ana: User, bob: User) -> None:
    html = client.get("/channel/ops").content.decode()
    assert " hidden>" in shown(html, message)
    reaction_set(user=bob, message=message, emoji=":tada:")
    reaction_set(user=ana, message=message, emoji=":party_parrot:")
    marks = shown(client.get("/channel/ops").content.decode(), message)
    assert "🎉 1" in marks
    assert f":tada: by {bob.display_name}" in marks
    # Clients may know more emoji.
    assert ":party_parrot: 1" in marks
    assert re.findall(r'value="(:\w+:)" aria-pressed="(\w+)"', marks) == [
        (":tada:", "false"),
        (":party_parrot:", "true"),
    ]


def test_only_the_first_names_are_shown(client: Client, message: Message, room: Room) -> None:
    people = UserFactory.create_batch(NAMES_SHOWN + 1)
    Reaction.objects.bulk_create([Reaction(message=message, user=user, emoji=":wave:") for user in people])
    marks = shown(client.get("/channel/ops").content.decode(), message)
    assert f"👋 {NAMES_SHOWN + 1}" in marks
    assert ", …" in marks


def test_a_button_adds_and_removes_a_reaction(client: Client, message: Message, ana: User) -> None:
    assert react(client, message)["Location"].endswith(f"/channel/ops?msg={message.public_id}")
    assert Reaction.objects.get().user == ana
    answer = react(client, message, **{"HX-Request": "true"})
    assert " hidden>" in shown(answer.content.decode(), message)
    assert not Reaction.objects.exists()
    assert 'role="alert"' in react(client, message, "<b>", **{"HX-Request": "true"}).content.decode()


def test_the_page_of_a_thread_shows_the_marks_too(client: Client, message: Message, room: Room, bob: User) -> None:
    reply = message_post(sender=bob, room=room, text="reply", parent=message)
    for one in (message, reply):
        reaction_set(user=bob, message=one, emoji=":+1:")
    html = client.get(reverse("thread", args=[message.public_id])).content.decode()
    assert "👍 1" in shown(html, message)
    assert "👍 1" in shown(html, reply)
    assert react(client, reply)["Location"].endswith(f"?msg={reply.public_id}")


def test_nobody_reacts_where_they_may_not(client: Client, ana: User) -> None:
    owner = UserFactory()
    room = RoomFactory(name="news", members=[ana, owner])
    message = message_in(room, owner)
    Room.objects.filter(pk=room.pk).update(is_read_only=True, allows_reactions=False)
    Reaction.objects.create(message=message, user=owner, emoji=":+1:")
    html = client.get("/channel/news").content.decode()
    assert "👍 1" in shown(html, message)
    assert "<button" not in shown(html, message)
    react(client, message)
    assert Reaction.objects.count() == 1
    secret = message_in(RoomFactory(type=RoomType.PRIVATE), owner)
    assert react(client, secret).status_code == 404
    assert pin(client, secret).status_code == 404


def test_a_pin_is_shown_and_changed_by_those_who_may(client: Client, message: Message, room: Room, ana: User) -> None:
    html = client.get("/channel/ops").content.decode()
    assert "room-pinned" not in html
    assert "/pin/" not in html
    pin(client, message)
    assert not Pin.objects.exists()
    room_role_give(giver=UserFactory(roles=("admin",)), room=room, user=ana, role="moderator")
    assert "push_pin</span>Pin</button>" in client.get("/channel/ops").content.decode()
    html = pin(client, message).content.decode()
    assert "push_pin</span>Pinned</small>" in html
    assert "push_pin</span>Unpin</button>" in html
    assert "room-pinned" not in pin(client, message, unpin="1").content.decode()


@pytest.mark.parametrize("is_edit", [True, False], ids=["edit", "reaction"])
def test_open_pages_learn_of_changes_to_a_message_that_was_just_posted(
    client: Client, message: Message, room: Room, bob: User, is_edit: bool
) -> None:
    with time_machine.travel(message.accepted_at, tick=False) as clock:
        html = client.get("/channel/ops").content.decode()
        (newer,) = re.findall(r'data-poll .*?hx-get="([^"]+)"', html)
        clock.shift(timedelta(milliseconds=300))
        if is_edit:
            message_edit(editor=bob, message=message, text="Changed")
        else:
            reaction_set(user=bob, message=message, emoji=":+1:")
        clock.shift(timedelta(seconds=2))
        assert f'data-changed="{message.public_id}"' in client.get(newer.replace("&amp;", "&")).content.decode()


def test_open_pages_learn_of_marks_when_they_poll(client: Client, message: Message, room: Room, bob: User) -> None:
    html = client.get("/channel/ops").content.decode()
    (newer,) = re.findall(r'data-poll .*?hx-get="([^"]+)"', html)
    address = newer.replace("&amp;", "&")
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        assert client.get(address).status_code == 204
        message_pin(user=UserFactory(roles=("admin",)), message=message)
        reaction_set(user=bob, message=message, emoji=":+1:")
        polled = client.get(address).content.decode()
        assert f'data-changed="{message.public_id}"' in polled
        refreshed = client.get(f"/messages/{message.public_id}/shown/").content.decode()
    assert "👍 1" in shown(refreshed, message)
    assert "Pinned" in refreshed


def test_the_number_of_queries_does_not_depend_on_marks(
    client: Client, room: Room, bob: User, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for count in (1, 10):
        for _number in range(count):
            reaction_set(user=bob, message=message_in(room, bob), emoji=":+1:")
        client.get("/channel/ops")
        with django_assert_max_num_queries(60) as queries:
            client.get("/channel/ops")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_strangers_are_asked_to_sign_in(message: Message) -> None:
    for name in ("reactions", "pin"):
        answer = Client().post(f"/messages/{message.public_id}/{name}/", {"emoji": ":+1:"})
        assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)
