"""My Account > Preferences."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from preferences.models import AccountPreferences, AccountsSettings
from preferences.selectors.highlights import highlight_words_of
from preferences.services.accounts import account_preferences_save, highlight_words_set
from tests.factories import DeviceFactory, RoomFactory, RoomPreferencesFactory, UserFactory
from tests.pages import fields_of, text_of
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db

PAGE = "/account/preferences/"
PREVIEW = "/account/preferences/preview/"


@pytest.fixture
def general(ana: User) -> None:
    RoomFactory(name="general", members=[ana, UserFactory()])


def test_anonymous_users_are_redirected_to_the_sign_in_page(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"
    assert client.post(PREVIEW, {"push": "nothing"}).status_code == 302


def test_the_workspaces_defaults_are_shown(client: Client, ana: User) -> None:
    AccountsSettings(push="mentions", always_display_mobile=False, new_message_sound="ding").save()
    html = client.get(PAGE).content.decode()
    for default in ("Default (Mentions)", "Default (Off)", "Default (Ding)", "Default (60)"):
        assert default in html


def test_every_choice_is_saved_and_shown_again(client: Client, ana: User) -> None:
    chosen = {
        "desktop": "mentions",
        "push": "nothing",
        "email": "mentions",
        "always_display_mobile": "off",
        "require_interaction": "on",
        "unread_alert": "off",
        "login_detection_email": "off",
        "auto_away": "on",
        "idle_limit": "300",
        "new_room_sound": "beep",
        "new_message_sound": "ding",
        "sound_volume": "40",
        "mute_focused": "off",
        "highlights": "deploy, café\nincident",
    }
    html = client.post(PAGE, chosen, follow=True).content.decode()
    assert "Your preferences are saved." in html
    row = AccountPreferences.objects.get(user=ana)
    assert (row.desktop, row.push, row.email, row.idle_limit, row.sound_volume) == (
        "mentions",
        "nothing",
        "mentions",
        300,
        40,
    )
    assert (row.always_display_mobile, row.require_interaction, row.unread_alert) == (False, True, False)
    assert (row.login_detection_email, row.auto_away, row.mute_focused) == (False, True, False)
    assert (row.new_room_sound, row.new_message_sound) == ("beep", "ding")
    assert list(ana.highlight_words.order_by("pk").values_list("word", flat=True)) == ["deploy, café", "incident"]
    assert html.count(" selected>") == 11
    assert "deploy, café\nincident" in html
    client.post(PAGE, dict.fromkeys(chosen, ""))
    assert not AccountPreferences.objects.exists()
    assert not ana.highlight_words.exists()


def test_an_open_page_saves_only_what_was_changed_on_it(client: Client, ana: User) -> None:
    account_preferences_save(user=ana, push="mentions", sound_volume=40, mute_focused=True)
    highlight_words_set(user=ana, words=["deploy, now", "café", "old"])
    page = fields_of(client.get(PAGE).content.decode())
    # Meanwhile, another client changes something.
    account_preferences_save(user=ana, push="nothing", email="nothing", mute_focused=None)
    highlight_words_set(user=ana, words=["deploy, now", "café", "incident"])
    sent = {**page, "sound_volume": "70", "highlights": page["highlights"] + "\nstage"}
    assert "Your preferences are saved." in client.post(PAGE, sent, follow=True).content.decode()
    row = AccountPreferences.objects.get(user=ana)
    assert (row.push, row.email, row.mute_focused, row.sound_volume) == ("nothing", "nothing", None, 70)
    assert highlight_words_of(ana) == ["deploy, now", "café", "stage", "incident"]
    client.post(PAGE, {**fields_of(client.get(PAGE).content.decode()), "push": "", "highlights": "café"})
    assert AccountPreferences.objects.get(user=ana).push == ""
    assert highlight_words_of(ana) == ["café"]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("push", "sometimes", "Select a valid choice."),
        ("email", "all", "Select a valid choice."),
        ("sound_volume", "101", "less than or equal to 100"),
        ("idle_limit", "-1", "greater than or equal to 0"),
        ("highlights", "x" * 65, "A word can have at most 64 characters"),
        ("highlights", "\n".join(f"w{number}" for number in range(101)), "You can have at most 100 words"),
    ],
)
def test_an_invalid_choice_is_reported_and_neither_saved_nor_lost(
    client: Client, ana: User, field: str, value: str, text: str
) -> None:
    html = client.post(PAGE, {"desktop": "nothing", field: value}).content.decode()
    assert text in text_of(html)
    assert "Not saved yet" in html
    assert '<option value="nothing" selected>' in html
    assert not AccountPreferences.objects.exists()


def test_all_messages_by_e_mail_is_offered_only_if_it_is_selected(client: Client, ana: User) -> None:
    AccountPreferences.objects.create(user=ana, email="all")
    assert client.get(PAGE).content.decode().count('<option value="all"') == 3
    client.post(PAGE, {"email": "all"})
    assert AccountPreferences.objects.get(user=ana).email == "all"


@pytest.mark.usefixtures("general")
def test_previews_follow_the_rules_before_saving(client: Client, ana: User) -> None:
    DeviceFactory(user=ana)
    text = text_of(client.get(PAGE).content.decode())
    assert "#general, someone writes without mentioning you, you are away: a push within 2 minutes." in text
    text = text_of(client.post(PREVIEW, {"push": "mentions"}).content.decode())
    assert "#general, someone writes without mentioning you, you are away: no push." in text
    assert "#general, someone mentions you, you are away: a push within 2 minutes." in text
    text = text_of(client.post(PREVIEW, {"push": "nothing"}).content.decode())
    assert "#general, someone mentions you, you are away: no push. You chose Nothing for all rooms." in text
    assert not AccountPreferences.objects.exists()


@pytest.mark.usefixtures("general")
def test_previews_of_pushes_while_online_depend_on_always_display(client: Client, ana: User) -> None:
    DeviceFactory(user=ana)
    text = text_of(client.post(PREVIEW, {"always_display_mobile": "off"}).content.decode())
    assert "#general, someone mentions you, you are online: no push." in text
    text = text_of(client.post(PREVIEW, {"always_display_mobile": "on"}).content.decode())
    assert "#general, someone mentions you, you are online: a push after 2 minutes." in text


@pytest.mark.usefixtures("general")
def test_a_room_with_custom_settings_is_not_used_as_the_example(client: Client, ana: User) -> None:
    own = RoomFactory(name="operations", members=[ana], last_message_at=timezone.now())
    preferences = RoomPreferencesFactory(subscription=own.subscriptions.get(user=ana), sound="ding")
    assert "#operations, someone" in text_of(client.get(PAGE).content.decode())
    preferences.push = "all"
    preferences.save()
    text = text_of(client.get(PAGE).content.decode())
    assert "#general, someone" in text
    assert "#operations, someone" not in text


def test_without_a_room_the_preview_uses_a_made_up_example(client: Client, ana: User) -> None:
    assert "#general, someone mentions you" in text_of(client.get(PAGE).content.decode())


def test_unsaved_choices_are_previewed(client: Client, ana: User) -> None:
    DeviceFactory(user=ana)
    RoomFactory(name="ops", members=[ana])
    text = text_of(client.post(PAGE, {"push": "nothing", "sound_volume": "150"}).content.decode())
    assert "Not saved yet" in text
    assert "someone mentions you, you are away: no push. You chose Nothing for all rooms." in text


def test_a_preview_with_an_invalid_choice_uses_the_saved_value(client: Client, ana: User) -> None:
    text = text_of(client.post(PREVIEW, {"desktop": "sometimes"}).content.decode())
    assert "you are online: a desktop notification immediately." in text


def test_account_preferences_do_not_affect_rooms_with_custom_settings(client: Client, ana: User) -> None:
    rooms = [RoomFactory(type=RoomType.CHANNEL, members=[ana, UserFactory()]) for _number in range(2)]
    RoomPreferencesFactory(subscription=rooms[0].subscriptions.get(user=ana), push="all")
    client.post(PAGE, {"push": "nothing"})
    DeviceFactory(user=ana)
    own, inheriting = (text_of(client.get(f"/rooms/{room.public_id}/preferences/").content.decode()) for room in rooms)
    assert f"#{rooms[0].name}, someone mentions you, you are away: a push" in own
    assert f"#{rooms[1].name}, someone mentions you, you are away: no push." in inheriting
    assert "Default (Nothing)" in inheriting


def test_the_number_of_queries_does_not_grow_with_the_number_of_rooms(
    client: Client, ana: User, django_assert_max_num_queries: Any
) -> None:
    rooms = [RoomFactory(members=[ana]) for _number in range(60)]
    for room in rooms:
        RoomPreferencesFactory(subscription=room.subscriptions.get(user=ana), push="nothing")
    for address in (PAGE, f"/rooms/{rooms[0].public_id}/preferences/", "/account/rooms/", "/account/quiet-hours/"):
        with django_assert_max_num_queries(37):
            assert client.get(address).status_code == 200
