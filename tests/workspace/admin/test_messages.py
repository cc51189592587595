"""Admin pages of messages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import KeptMail, Message, TextView

pytestmark = pytest.mark.django_db

LIST = "/admin/workspace/message/"


@pytest.fixture
def message() -> Message:
    return message_in(RoomFactory(), UserFactory(username="grace"), "the launch code is 0000")


def test_the_text_is_searchable_with_permission(client: Client, message: Message) -> None:
    client.force_login(administrator())
    assert "launch code" in client.get(LIST).content.decode()
    assert "@grace" in client.get(LIST, {"q": "launch"}).content.decode()
    assert "launch code" in client.get(f"{LIST}{message.pk}/change/").content.decode()


def test_the_text_is_hidden_and_not_searchable_without_permission(client: Client, message: Message) -> None:
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


def test_every_text_that_is_shown_is_recorded(client: Client, message: Message) -> None:
    reader = staff("workspace.view_message", "workspace.view_message_text")
    client.force_login(reader)
    client.get(LIST)
    client.get(f"{LIST}{message.pk}/change/")
    views = TextView.objects.order_by("pk").values_list("reader_name", "message", "room", "place")
    assert list(views) == [
        (reader.username, message.pk, message.room_id, "list"),
        (reader.username, message.pk, message.room_id, "page"),
    ]
    client.force_login(administrator())
    assert reader.username in client.get("/admin/workspace/textview/").content.decode()


def test_access_without_text_is_not_logged(client: Client, message: Message) -> None:
    client.force_login(staff("workspace.view_message"))
    client.get(LIST)
    client.get(f"{LIST}{message.pk}/change/")
    assert not TextView.objects.exists()


def test_administrators_cannot_read_messages_or_grant_themselves_the_permission(
    client: Client, message: Message
) -> None:
    admin = UserFactory(is_staff=True)
    role = Group.objects.get(name="admin")
    admin.groups.add(role)
    client.force_login(admin)
    assert "launch code" not in client.get(f"{LIST}{message.pk}/change/").content.decode()
    text = Permission.objects.get(codename="view_message_text")
    held = role.permissions.filter(content_type__app_label__in=["workspace", "push"])
    wanted = [*held.values_list("pk", flat=True), text.pk]
    page = client.post(f"/admin/auth/group/{role.pk}/change/", {"permissions": wanted}).content.decode()
    assert "Only someone who has the permission" in page
    assert not role.permissions.filter(pk=text.pk).exists()


def test_the_text_of_stored_emails_requires_the_same_permission_and_is_logged(client: Client) -> None:
    mail = KeptMail.objects.create(sender="a@example.org", recipients=["b@example.org"], subject="s", text="the code")
    page = f"/admin/workspace/keptmail/{mail.pk}/change/"
    client.force_login(staff("workspace.view_keptmail"))
    assert "the code" not in client.get(page).content.decode()
    client.force_login(staff("workspace.view_keptmail", "workspace.view_message_text"))
    assert "the code" in client.get(page).content.decode()
    assert list(TextView.objects.values_list("about", "place")) == [(f"{mail.pk}: b@example.org", "mail")]


def test_the_access_log_requires_the_permission(client: Client) -> None:
    client.force_login(staff("workspace.view_message"))
    assert client.get("/admin/workspace/textview/").status_code == 403
