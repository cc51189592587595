"""The pages that links in notifications lead to."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Message, Room, RoomType, User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    client.force_login(user, backend=BACKEND)
    return user


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(name="ops", members=[ana])


def test_a_member_sees_the_message_and_what_was_said_last(client: Client, room: Room) -> None:
    message = message_in(room, UserFactory(name="Bob Meier"), "disk <full>")
    html = client.get(f"/channel/ops?msg={message.public_id}").content.decode()
    assert "#ops" in html
    assert "Bob Meier" in html
    assert html.count("disk &lt;full&gt;") == 2


def test_rooms_are_found_by_id_as_well(client: Client, room: Room) -> None:
    assert client.get(f"/channel/{room.public_id}").status_code == 200


def test_private_and_direct_rooms_have_their_own_addresses(client: Client, ana: User) -> None:
    RoomFactory(name="staff", type=RoomType.PRIVATE, members=[ana])
    direct = direct_room(ana, UserFactory(name="Bob Meier"))
    assert client.get("/group/staff").status_code == 200
    assert "Bob Meier" in client.get(f"/direct/{direct.public_id}").content.decode()
    assert client.get("/channel/staff").status_code == 404


@pytest.mark.parametrize("address", ["/channel/nothing", "/group/secret", "/direct/nobody", "/channel/a%00b"])
def test_what_one_may_not_read_is_not_found(client: Client, ana: User, address: str) -> None:
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


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(client: Client) -> None:
    assert client.get("/channel/ops?msg=x")["Location"] == "/sign-in/?next=/channel/ops%3Fmsg%3Dx"
