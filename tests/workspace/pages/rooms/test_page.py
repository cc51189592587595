"""The pages to which links in notifications lead."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.addresses import room_path
from workspace.models import Message, Room, RoomType, User
from workspace.services.messages import message_delete, message_edit
from workspace.services.reading import room_mark_read
from workspace.services.room_changes.members import member_kick
from workspace.services.room_changes.roles import room_role_give
from workspace.services.room_changes.settings import room_join_code_set, room_topic_change

pytestmark = pytest.mark.django_db


def test_a_member_sees_the_message_and_the_latest_ones(client: Client, room: Room) -> None:
    message = message_in(room, UserFactory(name="Carl"), "disk <full>")
    html = client.get(f"/channel/ops?msg={message.public_id}").content.decode()
    assert "#ops" in html
    assert "Carl" in html
    assert html.count("disk &lt;full&gt;") == 1
    assert f'class="room-message room-linked" id="message-{message.public_id}"' in html


def test_rooms_are_found_by_id_as_well(client: Client, room: Room) -> None:
    assert client.get(f"/channel/{room.public_id}").status_code == 200


def test_private_and_direct_rooms_have_their_own_addresses(client: Client, ana: User) -> None:
    RoomFactory(name="staff", type=RoomType.PRIVATE, members=[ana])
    direct = direct_room(ana, UserFactory(name="Bob Meier"))
    assert client.get("/group/staff").status_code == 200
    assert "Bob Meier" in client.get(f"/direct/{direct.public_id}").content.decode()
    assert client.get("/channel/staff").status_code == 404


@pytest.mark.parametrize("address", ["/channel/nothing", "/group/secret", "/direct/nobody", "/channel/a%00b"])
def test_unreadable_rooms_are_not_found(client: Client, ana: User, address: str) -> None:
    RoomFactory(name="secret", type=RoomType.PRIVATE)
    assert client.get(address).status_code == 404


def test_deleted_and_encrypted_messages_are_not_shown(client: Client, room: Room) -> None:
    deleted = message_in(room, UserFactory(), "gone-text")
    Message.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    message_in(room, UserFactory(), "q83v", type="e2e")
    html = client.get(f"/channel/ops?msg={deleted.public_id}").content.decode()
    assert "gone-text" not in html
    assert "q83v" not in html
    assert "This message is encrypted." in html


def test_an_anonymous_user_is_redirected_to_sign_in_and_back(client: Client) -> None:
    assert client.get("/channel/ops?msg=x")["Location"] == "/sign-in/?next=/channel/ops%3Fmsg%3Dx"


def test_older_messages_are_on_the_previous_page(client: Client, room: Room, bob: User) -> None:
    texts = [f"number {index:03}" for index in range(50)]
    posted = [message_in(room, bob, text) for text in texts]
    html = client.get("/channel/ops").content.decode()
    assert texts[-1] in html
    assert texts[9] not in html
    assert f"?before={posted[10].public_id}" in html
    older = client.get(f"/channel/ops?before={posted[10].public_id}").content.decode()
    assert all(text in older for text in texts[:10])
    assert texts[10] not in older
    assert "Go to the latest messages" in older
    assert "data-poll" not in older
    # Messages sent from there lead to the page where they appear.
    address = f"/rooms/{room.public_id}/messages/"
    assert f'hx-post="{address}"' in html
    assert f'action="{address}"' in older
    assert f'hx-post="{address}"' not in older


@pytest.mark.thorough
def test_a_link_to_an_old_message_opens_the_page_around_it(client: Client, room: Room, bob: User) -> None:
    posted = [message_in(room, bob, f"number {index:03}") for index in range(100)]
    html = client.get(f"/channel/ops?msg={posted[30].public_id}").content.decode()
    assert all(f"number {index:03}" in html for index in (10, 30, 50))
    assert "number 009" not in html
    assert "number 099" not in html
    assert f'room-linked" id="message-{posted[30].public_id}"' in html


def test_a_marker_is_shown_above_unseen_messages(client: Client, room: Room, ana: User, bob: User) -> None:
    message_in(room, bob, "seen")
    room_mark_read(user=ana, room=room)
    new = message_in(room, bob, "not seen")
    html = client.get("/channel/ops").content.decode()
    assert html.index("New messages") < html.index(f"message-{new.public_id}")
    assert html.index(">seen<") < html.index("New messages")
    client.post(f"/rooms/{room.public_id}/read/")
    assert "New messages" not in client.get("/channel/ops").content.decode()


def test_opening_a_room_does_not_mark_it_read_but_telling_that_it_was_seen_does(
    client: Client, room: Room, ana: User
) -> None:
    room.subscriptions.filter(user=ana).update(unread=2)
    client.get("/channel/ops")
    assert room.subscriptions.get(user=ana).unread == 2
    answer = client.post(f"/rooms/{room.public_id}/read/", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204
    assert room.subscriptions.get(user=ana).unread == 0


def test_an_open_page_can_load_newer_messages(client: Client, room: Room, bob: User) -> None:
    first = message_in(room, bob, "first")
    address = f"/rooms/{room.public_id}/messages/newer/?after={first.public_id}"
    assert client.get(address).status_code == 204
    second = message_in(room, bob, "second")
    html = client.get(address).content.decode()
    assert "second" in html
    assert "first" not in html
    assert f"after={second.public_id}" in html


def test_an_open_page_can_poll_after_a_deleted_message(client: Client, room: Room, bob: User) -> None:
    message_in(room, bob, "first")
    second = message_in(room, bob, "second")
    message_delete(deleter=bob, message=second)
    address = f"/rooms/{room.public_id}/messages/newer/?after={second.public_id}"
    assert client.get(address).status_code == 204


def test_each_message_links_to_the_explanation_of_its_notification(client: Client, room: Room, bob: User) -> None:
    message = message_in(room, bob)
    assert f"/why/?message={message.public_id}" in client.get("/channel/ops").content.decode()


def test_the_menu_links_to_the_notification_preferences(client: Client, room: Room) -> None:
    html = client.get("/channel/ops").content.decode()
    assert f'href="/rooms/{room.public_id}/preferences/"' in html
    assert "Notification Preferences" in html


def test_a_channel_can_be_read_and_joined_by_non_members(client: Client, ana: User) -> None:
    room = RoomFactory(name="open")
    html = client.get("/channel/open").content.decode()
    assert "You have not joined this channel." in html
    assert "data-composer" not in html
    client.post(f"/rooms/{room.public_id}/join/")
    assert "data-composer" in client.get("/channel/open").content.decode()


@pytest.mark.thorough
@pytest.mark.any_database
def test_the_number_of_queries_does_not_depend_on_rooms_and_messages(
    client: Client, room: Room, ana: User, bob: User, django_assert_max_num_queries: Any
) -> None:
    for index in range(60):
        message_in(room, bob, f"@ana {index}")
        RoomFactory(members=[ana])
        direct_room(ana, UserFactory())
    with django_assert_max_num_queries(25):
        assert client.get("/channel/ops").status_code == 200


def test_an_open_page_can_load_the_current_version_of_a_message(client: Client, room: Room, bob: User) -> None:
    message = message_in(room, bob, "Old")
    address = f"/messages/{message.public_id}/shown/"
    message_edit(editor=bob, message=message, text="New")
    html = client.get(address).content.decode()
    assert f'id="message-{message.public_id}"' in html
    assert "New" in html
    assert "(edited)" in html
    assert "0 replies" in client.get(address, {"thread": ""}).content.decode()
    message_delete(deleter=bob, message=message)
    assert client.get(address).status_code == 204


def test_a_message_in_an_unreadable_room_is_not_shown(client: Client, ana: User, bob: User) -> None:
    message = message_in(RoomFactory(type=RoomType.PRIVATE, members=[bob]), bob)
    address = f"/messages/{message.public_id}/shown/"
    assert client.get(address).status_code == 404
    message_delete(deleter=bob, message=message)
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(f"/messages/{message.public_id}/shown/").status_code == 302


@pytest.mark.parametrize(
    ("fields", "state", "sentence"),
    [
        ({"is_archived": True}, "Archived", "The room is archived. You can read it, but not post in it."),
        ({"is_read_only": True}, "Read-only", "The room is read-only. Only some members may post in it."),
    ],
)
def test_the_state_of_the_room_is_shown(
    client: Client, room: Room, fields: dict[str, bool], state: str, sentence: str
) -> None:
    Room.objects.filter(pk=room.pk).update(**fields)
    page = client.get(room_path(room)).content.decode()
    assert f'class="room-state">{state}<' in page
    assert sentence in page


def test_a_muted_member_sees_why_there_is_no_composer(client: Client, room: Room, ana: User) -> None:
    room.subscriptions.filter(user=ana).update(is_muted=True)
    assert "You are muted in this room." in client.get(room_path(room)).content.decode()


def test_topic_and_announcement_are_shown(client: Client, room: Room) -> None:
    assert "room-announcement" not in client.get(room_path(room)).content.decode()
    Room.objects.filter(pk=room.pk).update(topic="Deploys <b>", announcement="Freeze: https://example.org/freeze")
    page = client.get(room_path(room)).content.decode()
    assert "<p>Deploys &lt;b&gt;</p>" in page
    assert 'Freeze: <a href="https://example.org/freeze"' in page


def test_changes_of_the_room_are_shown_among_its_messages(client: Client, room: Room, ana: User, bob: User) -> None:
    room.subscriptions.filter(user=ana).update(is_owner=True)
    room_topic_change(editor=ana, room=room, topic="Deploys")
    room_topic_change(editor=ana, room=room, topic="")
    room_role_give(giver=ana, room=room, user=bob, role="moderator")
    member_kick(kicker=ana, room=room, user=bob)
    page = client.get(room_path(room)).content.decode()
    for sentence in (
        "@ana changed the topic: Deploys",
        "@ana removed the topic.",
        "@ana made @bob a moderator.",
        "@ana removed @bob.",
    ):
        assert sentence in page


def test_a_join_code_is_asked_for(client: Client, ana: User) -> None:
    room = RoomFactory(name="vip")
    room_join_code_set(editor=UserFactory(roles=("admin",)), room=room, join_code="s3cret")
    address = reverse("room-enter", args=[room.public_id])
    assert 'name="join_code"' in client.get(room_path(room)).content.decode()
    for code, sentence in (("", "requires a code"), ("wrong", "is not the channel&#x27;s join code")):
        assert sentence in client.post(address, {"join_code": code}, follow=True).content.decode()
    client.post(address, {"join_code": "s3cret"})
    assert room.subscriptions.filter(user=ana).exists()
