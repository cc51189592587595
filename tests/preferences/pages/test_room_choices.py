"""The page with all rooms that have custom settings."""

from __future__ import annotations

import pytest
from django.test import Client

from preferences.models import RoomPreferences
from tests.factories import IgnoredSenderFactory, RoomFactory, RoomPreferencesFactory, UserFactory
from workspace.models import Subscription, User

pytestmark = pytest.mark.django_db

PAGE, CHANGE = "/account/rooms/", "/account/rooms/change/"


def subscription(user: User, name: str) -> Subscription:
    return RoomFactory(name=name, members=[user]).subscriptions.get(user=user)


@pytest.fixture
def customized(ana: User) -> list[Subscription]:
    rooms = [subscription(ana, name) for name in ("alpha", "beta", "gamma", "delta")]
    RoomPreferencesFactory(subscription=rooms[0], push="nothing", group_mentions_muted=True, desktop_duration=10)
    RoomPreferencesFactory(subscription=rooms[1], desktop="all")
    IgnoredSenderFactory(subscription=rooms[2], sender=UserFactory())
    return rooms


def test_anonymous_users_are_redirected_to_the_sign_in_page(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"
    assert client.post(CHANGE, {"to": "reset"})["Location"].startswith("/sign-in/")


def test_only_rooms_with_custom_settings_are_listed(client: Client, customized: list[Subscription]) -> None:
    html = client.get(PAGE).content.decode().partition("<main")[2]
    assert all(name in html for name in ("alpha", "beta", "gamma"))
    assert "delta" not in html
    assert all(words in html for words in ("Mobile: Nothing", "@all and @here muted", "Desktop: All messages"))
    assert "1 person ignored" in html
    assert "Desktop notifications stay: 10 seconds" in html


def test_without_custom_settings_the_page_explains_how_to_change_a_room(client: Client, ana: User) -> None:
    assert "All rooms use your preferences for all rooms." in client.get(PAGE).content.decode()


def test_a_change_asks_for_confirmation_and_changes_only_the_selected_rooms(
    client: Client, customized: list[Subscription]
) -> None:
    chosen = {"room": [customized[0].pk, customized[2].pk], "to": "push:mentions"}
    html = client.post(CHANGE, chosen).content.decode()
    assert "Change these rooms?" in html
    assert "Mobile: Mentions" in html
    assert RoomPreferences.objects.get(pk=customized[0].pk).push == "nothing"
    html = client.post(CHANGE, {**chosen, "confirmed": "1"}, follow=True).content.decode()
    assert "2 rooms changed." in html
    levels = dict(RoomPreferences.objects.values_list("pk", "push"))
    assert levels == {customized[0].pk: "mentions", customized[1].pk: "", customized[2].pk: "mentions"}
    assert RoomPreferences.objects.get(pk=customized[0].pk).group_mentions_muted


def test_a_room_without_any_choice_left_has_no_row(client: Client, customized: list[Subscription]) -> None:
    client.post(CHANGE, {"room": [customized[1].pk], "to": "desktop:", "confirmed": "1"})
    assert not RoomPreferences.objects.filter(pk=customized[1].pk).exists()


def test_a_reset_deletes_all_settings_of_the_selected_rooms(client: Client, customized: list[Subscription]) -> None:
    keys = [row.pk for row in customized]
    assert "deletes your settings" in client.post(CHANGE, {"room": keys, "to": "reset"}).content.decode()
    client.post(CHANGE, {"room": keys, "to": "reset", "confirmed": "1"})
    assert "All rooms use your preferences for all rooms." in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "sent", [{"to": "reset"}, {"room": "x", "to": "reset"}, {"room": "9" * 30, "to": "reset"}, {"to": "push:sometimes"}]
)
def test_invalid_input_changes_nothing(client: Client, customized: list[Subscription], sent: dict[str, str]) -> None:
    sent = {"room": str(customized[0].pk), **sent} if sent["to"] != "reset" else sent
    html = client.post(CHANGE, {**sent, "confirmed": "1"}, follow=True).content.decode()
    assert "Nothing was changed" in html
    assert RoomPreferences.objects.count() == 2


def test_other_users_rooms_cannot_be_changed(client: Client, customized: list[Subscription]) -> None:
    theirs = subscription(UserFactory(), "theirs")
    RoomPreferencesFactory(subscription=theirs, push="nothing")
    client.post(CHANGE, {"room": [theirs.pk], "to": "reset", "confirmed": "1"})
    assert RoomPreferences.objects.filter(pk=theirs.pk).exists()
