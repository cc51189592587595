"""The messages' pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Message

pytestmark = pytest.mark.django_db

LIST = "/admin/workspace/message/"


@pytest.fixture
def message() -> Message:
    return message_in(RoomFactory(), UserFactory(username="grace"), "the launch code is 0000")


def test_whoever_may_read_the_text_finds_it(client: Client, message: Message) -> None:
    client.force_login(administrator())
    assert "launch code" in client.get(LIST).content.decode()
    assert "@grace" in client.get(LIST, {"q": "launch"}).content.decode()
    assert "launch code" in client.get(f"{LIST}{message.pk}/change/").content.decode()


def test_whoever_may_not_read_the_text_neither_sees_nor_finds_it(client: Client, message: Message) -> None:
    client.force_login(staff("workspace.view_message"))
    listed = client.get(LIST).content.decode()
    assert "@grace" in listed
    assert "launch code" not in listed
    assert "launch code" not in client.get(f"{LIST}{message.pk}/change/").content.decode()
    assert "@grace" not in client.get(LIST, {"q": "launch"}).content.decode()


@pytest.mark.parametrize("page", ["add", "{pk}/delete"])
def test_messages_are_neither_written_nor_deleted_here(client: Client, message: Message, page: str) -> None:
    client.force_login(administrator())
    assert client.post(f"{LIST}{page.format(pk=message.pk)}/", {"post": "yes"}).status_code == 403


def test_messages_are_not_changed_here(client: Client, message: Message) -> None:
    client.force_login(administrator())
    assert client.post(f"{LIST}{message.pk}/change/", {"text": "forged"}).status_code == 403
    message.refresh_from_db()
    assert message.text == "the launch code is 0000"
