"""The rooms that differ from the default, together."""

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
def differing(ana: User) -> list[Subscription]:
    rooms = [subscription(ana, name) for name in ("alpha", "beta", "gamma", "delta")]
    RoomPreferencesFactory(subscription=rooms[0], push="nothing", group_mentions_muted=True, desktop_duration=10)
    RoomPreferencesFactory(subscription=rooms[1], desktop="all")
    IgnoredSenderFactory(subscription=rooms[2], sender=UserFactory())
    return rooms


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"
    assert client.post(CHANGE, {"to": "reset"})["Location"].startswith("/sign-in/")


def test_only_rooms_that_differ_are_listed_with_what_was_chosen(client: Client, differing: list[Subscription]) -> None:
    html = client.get(PAGE).content.decode().partition("<main")[2]
    assert all(name in html for name in ("alpha", "beta", "gamma"))
    assert "delta" not in html
    assert all(words in html for words in ("Mobile: Nothing", "@all and @here muted", "Desktop: All messages"))
    assert "1 person ignored" in html
    assert "Desktop notifications stay: 10 seconds" in html


def test_where_nothing_differs_the_page_says_how_to_choose(client: Client, ana: User) -> None:
    assert "Every room follows your preferences for all rooms." in client.get(PAGE).content.decode()


def test_a_change_asks_first_and_then_changes_the_chosen_rooms_only(
    client: Client, differing: list[Subscription]
) -> None:
    chosen = {"room": [differing[0].pk, differing[2].pk], "to": "push:mentions"}
    html = client.post(CHANGE, chosen).content.decode()
    assert "Change these rooms?" in html
    assert "Mobile: Mentions" in html
    assert RoomPreferences.objects.get(pk=differing[0].pk).push == "nothing"
    html = client.post(CHANGE, {**chosen, "confirmed": "1"}, follow=True).content.decode()
    assert "2 rooms are changed." in html
    levels = dict(RoomPreferences.objects.values_list("pk", "push"))
    assert levels == {differing[0].pk: "mentions", differing[1].pk: "", differing[2].pk: "mentions"}
    assert RoomPreferences.objects.get(pk=differing[0].pk).group_mentions_muted


def test_a_room_whose_last_choice_is_set_back_is_not_kept(client: Client, differing: list[Subscription]) -> None:
    client.post(CHANGE, {"room": [differing[1].pk], "to": "desktop:", "confirmed": "1"})
    assert not RoomPreferences.objects.filter(pk=differing[1].pk).exists()


def test_setting_back_forgets_everything_of_the_chosen_rooms(client: Client, differing: list[Subscription]) -> None:
    keys = [row.pk for row in differing]
    assert "forgotten" in client.post(CHANGE, {"room": keys, "to": "reset"}).content.decode()
    client.post(CHANGE, {"room": keys, "to": "reset", "confirmed": "1"})
    assert "Every room follows your preferences for all rooms." in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "sent", [{"to": "reset"}, {"room": "x", "to": "reset"}, {"room": "9" * 30, "to": "reset"}, {"to": "push:sometimes"}]
)
def test_what_makes_no_sense_changes_nothing(
    client: Client, differing: list[Subscription], sent: dict[str, str]
) -> None:
    sent = {"room": str(differing[0].pk), **sent} if sent["to"] != "reset" else sent
    html = client.post(CHANGE, {**sent, "confirmed": "1"}, follow=True).content.decode()
    assert "Nothing is changed" in html
    assert RoomPreferences.objects.count() == 2


def test_rooms_of_others_are_out_of_reach(client: Client, differing: list[Subscription]) -> None:
    theirs = subscription(UserFactory(), "theirs")
    RoomPreferencesFactory(subscription=theirs, push="nothing")
    client.post(CHANGE, {"room": [theirs.pk], "to": "reset", "confirmed": "1"})
    assert RoomPreferences.objects.filter(pk=theirs.pk).exists()
