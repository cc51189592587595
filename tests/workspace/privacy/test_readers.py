"""Who has read whose messages in the administration."""

from __future__ import annotations

import csv

import pytest
from django.test import Client

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import MessageSettings, TextPlace, User
from workspace.services.text_views import messages_viewed

pytestmark = pytest.mark.django_db

PAGE = "/account/data/readers/"
EXPORT = "/admin/workspace/textview/export/"


@pytest.fixture
def root() -> User:
    return UserFactory(username="root", name="Ruth Root", roles=("admin",))


@pytest.fixture
def ana(root: User) -> User:
    """Return a user of whose messages the administrator has read one, and one of another."""
    ana, bob = UserFactory(username="ana"), UserFactory(username="bob")
    room = RoomFactory(name="stage", members=[ana, bob])
    for sender in (ana, bob):
        messages_viewed(reader=root, messages=[message_in(room, sender)], place=TextPlace.LIST)
    return ana


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return client


def test_people_see_who_has_read_their_messages(ana: User) -> None:
    client = client_of(ana)
    assert PAGE in client.get("/account/data/").text
    page = client.get(PAGE).text
    assert page.count("Ruth Root") == 1
    assert "#stage" in page
    assert "Nobody has." in client_of(UserFactory()).get(PAGE).text


def test_the_workspace_can_turn_it_off(ana: User) -> None:
    MessageSettings(shows_readers=False).save()
    client = client_of(ana)
    assert PAGE not in client.get("/account/data/").text
    assert client.get(PAGE).status_code == 404


def test_the_log_is_downloaded_as_it_is_filtered(ana: User, root: User) -> None:
    client = client_of(root)
    assert EXPORT in client.get("/admin/workspace/textview/").text
    rows = list(csv.DictReader(client.get(EXPORT).text.splitlines()))
    assert {(row["reader"], row["author"], row["place"]) for row in rows} == {
        ("root", "ana", "list"),
        ("root", "bob", "list"),
    }
    message = ana.messages.get()
    filtered = client.get(EXPORT, {"message__id__exact": message.pk}).text
    assert [row["author"] for row in csv.DictReader(filtered.splitlines())] == ["ana"]


def test_strangers_cannot_download_the_log(ana: User) -> None:
    assert client_of(ana).get(EXPORT).status_code == 302
    assert Client().get(EXPORT).status_code == 302
    staff = UserFactory(is_staff=True)
    assert client_of(staff).get(EXPORT).status_code == 403
