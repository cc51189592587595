"""Day separators, and one name above consecutive messages of a sender."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.factories import message_in
from workspace.models import Message, Room, User
from workspace.services.messages import message_delete
from workspace.services.reading import room_mark_read
from workspace.services.rooms import room_join

pytestmark = pytest.mark.django_db

MONDAY = datetime(2035, 3, 5, 12, tzinfo=UTC)
DAYS = re.compile(r'<li class="room-day"><time datetime="([^"]*)">([^<]*)</time>')


def said_at(room: Room, sender: User, at: datetime) -> Message:
    return message_in(room, sender, f"{sender.username} {at:%d %H:%M}", sent_at=at)


def continued(html: str) -> set[str]:
    return set(re.findall(r'class="room-message room-continued[^"]*" id="message-(\w+)"', html))


def test_each_day_has_a_line_above_it_in_the_readers_time_zone(client: Client, room: Room, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(time_zone="Europe/Berlin")
    late = MONDAY.replace(hour=23, minute=30)
    for at in (MONDAY, late - timedelta(hours=1), late, MONDAY + timedelta(days=2)):
        said_at(room, ana, at)
    html = client.get("/channel/ops").content.decode()
    # 23:30 on Monday in Greenwich is Tuesday in Berlin.
    assert [day for day, _name in DAYS.findall(html)] == ["2035-03-05", "2035-03-06", "2035-03-07"]
    assert DAYS.findall(html)[0][1].startswith("Monday, ")
    assert ">13:00</time>" in html


def test_messages_of_one_sender_are_one_group_for_five_minutes(
    client: Client, room: Room, ana: User, bob: User
) -> None:
    minute = timedelta(minutes=1)
    first = said_at(room, bob, MONDAY)
    second = said_at(room, bob, MONDAY + 4 * minute)
    third = said_at(room, bob, MONDAY + 8 * minute)
    said_at(room, bob, MONDAY + 14 * minute)
    said_at(room, ana, MONDAY + 15 * minute)
    said_at(room, bob, MONDAY + 16 * minute)
    html = client.get("/channel/ops").content.decode()
    assert continued(html) == {second.public_id, third.public_id}
    # The marker of new messages, and a linked message, start a group.
    room_mark_read(user=ana, room=room)
    Message.objects.filter(pk=third.pk).update(accepted_at=MONDAY + timedelta(days=3650))
    assert continued(client.get("/channel/ops").content.decode()) == {second.public_id}
    assert continued(client.get(f"/channel/ops?msg={second.public_id}").content.decode()) == set()
    message_delete(deleter=bob, message=first)
    assert second.public_id not in continued(client.get("/channel/ops").content.decode())


def test_newer_messages_on_an_open_page_continue_the_group_and_day(
    client: Client, room: Room, ana: User, bob: User
) -> None:
    last = said_at(room, bob, MONDAY)
    address = f"/rooms/{room.public_id}/messages/newer/?after={last.public_id}"
    more = said_at(room, bob, MONDAY + timedelta(minutes=1))
    html = client.get(address).content.decode()
    assert (continued(html), DAYS.findall(html)) == ({more.public_id}, [])
    message_delete(deleter=bob, message=last)
    assert continued(client.get(address).content.decode()) == set()
    said_at(room, bob, MONDAY + timedelta(days=1))
    assert len(DAYS.findall(client.get(address).content.decode())) == 1
    thread = said_at(room, bob, MONDAY)
    replies = [message_in(room, ana, "yes", parent=thread, sent_at=MONDAY + timedelta(days=day)) for day in (1, 1, 2)]
    html = client.get(f"/threads/{thread.public_id}/").content.decode()
    assert continued(html) == {replies[1].public_id}
    assert len(DAYS.findall(html)) == 2


def test_system_messages_end_a_group(client: Client, room: Room, ana: User, bob: User) -> None:
    message_in(room, bob, "one")
    room.subscriptions.filter(user=ana).delete()
    room_join(user=ana, room=room)
    message_in(room, bob, "two")
    assert continued(client.get("/channel/ops").content.decode()) == set()
