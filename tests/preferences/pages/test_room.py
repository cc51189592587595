"""A room's notification preferences."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from preferences.models import AccountPreferences, IgnoredSender, RoomPreferences
from preferences.services.rooms import room_preferences_save
from tests.factories import DeviceFactory, RoomFactory, UserFactory, direct_room
from tests.pages import fields_of, text_of
from workspace.models import Room, RoomType, User

pytestmark = pytest.mark.django_db

UNCHANGED = {"alerts": "on", "counter": "on", "badge": "on"}


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(name="ops", members=[ana, UserFactory(username="bob", name="Bob Meier")])


def page_of(room: Room) -> str:
    return f"/rooms/{room.public_id}/preferences/"


def test_only_members_of_the_room_see_the_page(client: Client) -> None:
    room = RoomFactory(members=[UserFactory()])
    assert client.get(page_of(room))["Location"] == f"/sign-in/?next={page_of(room)}"
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get(page_of(room)).status_code == 404
    assert client.post(page_of(room), UNCHANGED).status_code == 404
    assert client.post(f"{page_of(room)}preview/", UNCHANGED).status_code == 404
    assert client.post(f"/rooms/{room.public_id}/ignored/", {"username": "bob"}).status_code == 404
    assert not RoomPreferences.objects.exists()


def test_the_account_preferences_are_shown_as_the_default(client: Client, ana: User, room: Room) -> None:
    AccountPreferences.objects.create(user=ana, push="nothing")
    html = client.get(page_of(room)).content.decode()
    assert "Default (Nothing)" in html
    assert "Default (All messages)" in html
    assert "Default (Mentions)" in html


def test_every_choice_is_saved_and_shown_again(client: Client, ana: User, room: Room) -> None:
    chosen = {
        "mute_groups": "on",
        "desktop": "nothing",
        "push": "all",
        "email": "mentions",
        "sound": "ding",
        "audio": "mentions",
        "desktop_duration": "5",
        "unread_alert": "nothing",
    }
    html = client.post(page_of(room), chosen, follow=True).content.decode()
    assert "The room&#x27;s preferences are saved." in html or "The room's preferences are saved." in html
    row = RoomPreferences.objects.get(subscription__user=ana)
    assert (row.notifications_disabled, row.group_mentions_muted) == (True, True)
    assert (row.unread_hidden, row.mentions_hidden) == (True, True)
    assert (row.desktop, row.push, row.email, row.sound) == ("nothing", "all", "mentions", "ding")
    assert (row.audio, row.desktop_duration, row.unread_alert) == ("mentions", 5, "nothing")
    assert html.count(" checked>") == 1
    client.post(page_of(room), UNCHANGED)
    assert not RoomPreferences.objects.exists()


def test_an_invalid_choice_is_reported_and_nothing_is_saved(client: Client, ana: User, room: Room) -> None:
    html = client.post(page_of(room), {**UNCHANGED, "push": "sometimes", "desktop": "nothing"}).content.decode()
    assert "Not saved yet" in html
    assert '<option value="nothing" selected>' in html
    assert not RoomPreferences.objects.exists()


@pytest.mark.parametrize("type", [RoomType.CHANNEL, RoomType.PRIVATE, RoomType.DIRECT])
def test_previews_are_shown_in_every_kind_of_room(client: Client, ana: User, type: str) -> None:
    DeviceFactory(user=ana)
    bob = UserFactory(username="bob", name="Bob Meier")
    room = direct_room(ana, bob) if type == RoomType.DIRECT else RoomFactory(name="ops", type=type, members=[ana, bob])
    where = "Bob Meier" if type == RoomType.DIRECT else "#ops"
    text = text_of(client.get(page_of(room)).content.decode())
    assert f"{where}, someone writes without mentioning you, you are away: a push within 2 minutes." in text
    text = text_of(client.post(f"{page_of(room)}preview/", {**UNCHANGED, "push": "nothing"}).content.decode())
    assert f"{where}, someone writes without mentioning you, you are away: no push." in text
    text = text_of(client.post(f"{page_of(room)}preview/", {}).content.decode())
    assert "You turned off alerts for this room." in text
    assert not RoomPreferences.objects.exists()


def test_muting_all_affects_only_the_preview_of_messages_to_everybody(client: Client, ana: User, room: Room) -> None:
    DeviceFactory(user=ana)
    asked = {**UNCHANGED, "mute_groups": "on"}
    text = text_of(client.post(f"{page_of(room)}preview/", asked).content.decode())
    assert "#ops, someone writes @all, you are away: no push. You have muted @all and @here in this room." in text
    assert "#ops, someone mentions you, you are away: a push" in text


def test_an_invalid_form_is_shown_again_with_the_choices(client: Client, ana: User, room: Room) -> None:
    DeviceFactory(user=ana)
    chosen = {**UNCHANGED, "push": "nothing", "desktop_duration": "99999"}
    text = text_of(client.post(page_of(room), chosen).content.decode())
    assert "Not saved yet" in text
    assert "#ops, someone mentions you, you are away: no push." in text


def test_a_sender_can_be_ignored_and_unignored(client: Client, ana: User, room: Room) -> None:
    address = f"/rooms/{room.public_id}/ignored/"
    html = client.post(address, {"username": "@Bob"}, follow=True).content.decode()
    assert "You now ignore @bob in this room." in html
    assert "Stop ignoring" in html
    client.post(address, {"username": "bob", "stop": "1"})
    assert not IgnoredSender.objects.exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nobody", "There is no user @nobody."),
        ("no\0body", "There is no user @nobody."),
        ("ana", "You cannot ignore yourself"),
        ("cleo", "@cleo is not in this room."),
    ],
)
def test_other_names_cannot_be_ignored(client: Client, ana: User, room: Room, name: str, text: str) -> None:
    UserFactory(username="cleo")
    html = client.post(f"/rooms/{room.public_id}/ignored/", {"username": name}).content.decode()
    field, problem = html.split('id="ignore-name"')[1].split('id="ignore-problem"')
    assert text in problem
    assert f'value="{name.replace(chr(0), "")}"' in field
    assert "autofocus" in field
    assert re.search(rf'<form class="prefs" method="post"[^>]* action="{re.escape(page_of(room))}"', html)
    assert not IgnoredSender.objects.exists()


def test_a_hidden_counter_is_not_shown_in_the_list_of_rooms(client: Client, ana: User, room: Room) -> None:
    room.subscriptions.filter(user=ana).update(unread=3, user_mentions=1)
    html = client.get("/rooms/").content.decode()
    assert html.count("3 unread") == 2
    assert "1 mention" in html
    client.post(page_of(room), {"alerts": "on", "badge": "on"})
    html = client.get("/rooms/").content.decode()
    assert "3 unread" not in html
    assert "1 mention" in html
    client.post(page_of(room), {"alerts": "on"})
    assert "1 mention" not in client.get("/rooms/").content.decode()


def test_an_open_page_saves_only_what_was_changed_on_it(client: Client, ana: User, room: Room) -> None:
    page = fields_of(client.get(page_of(room)).content.decode())
    # Meanwhile, another client changes something.
    subscription = room.subscriptions.get(user=ana)
    room_preferences_save(subscription=subscription, push="nothing", unread_hidden=True)
    client.post(page_of(room), {**page, "mute_groups": "on", "sound": "ding"})
    row = RoomPreferences.objects.get(subscription=subscription)
    assert (row.push, row.unread_hidden, row.group_mentions_muted, row.sound) == ("nothing", True, True, "ding")
