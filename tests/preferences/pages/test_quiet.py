"""Quiet hours, and pausing pushes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from preferences.models import QuietHours
from preferences.selectors.quiet import quiet_state_of
from preferences.services.quiet import quiet_hours_save
from tests.factories import DeviceFactory, RoomFactory, UserFactory
from tests.pages import fields_of, text_of
from workspace.models import User

pytestmark = pytest.mark.django_db

PAGE, PAUSE = "/account/quiet-hours/", "/account/quiet-hours/pause/"
MONDAY = datetime(2035, 3, 5, 12, tzinfo=UTC)
OWN = {"choice": "own", "from_0": "22:00", "until_0": "07:00", "through": "on", "more": "sat,sun 13:00-15:00"}


@pytest.fixture
def monday() -> Iterator[None]:
    """Set the clock to Monday noon, before the user signs in."""
    with time_machine.travel(MONDAY, tick=False):
        yield


def test_anonymous_users_are_redirected_to_the_sign_in_page(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"
    assert client.post(PAUSE, {"until": "hour"})["Location"].startswith("/sign-in/")


def test_hours_are_saved_and_shown_again(client: Client, ana: User) -> None:
    html = client.post(PAGE, OWN, follow=True).content.decode()
    assert "Your quiet hours are saved." in html
    state = quiet_state_of(ana)
    assert state.hours == "mon 22:00-07:00\nsat,sun 13:00-15:00"
    assert state.lets_mentions_through
    assert {fields_of(html)[name] for name in ("from_5", "from_6")} == {"13:00"}
    assert fields_of(html)["from_0"] == "22:00"
    client.post(PAGE, {**OWN, "choice": ""})
    assert quiet_state_of(ana).hours == ""
    assert quiet_state_of(ana).own_hours == "mon 22:00-07:00\nsat,sun 13:00-15:00"


def test_a_whole_day_is_shown_as_text(client: Client, ana: User) -> None:
    html = client.post(PAGE, {"choice": "own", "more": "sun 00:00-24:00"}, follow=True).content.decode()
    assert "Sun 00:00–24:00</textarea>" in html


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"from_1": "22:00"}, "Enter both times, or neither."),
        ({"from_1": "22:00", "until_1": "22:00"}, "cannot start and end at"),
        ({"from_1": "25:00", "until_1": "07:00"}, "is not a time of day"),
        ({"more": "someday 1-2"}, "is not valid"),
        ({"more": "mon-sun 00:00-24:00"}, "never end"),
        ({"from_0": "", "until_0": "", "more": ""}, "Enter the days and times"),
        ({"choice": "mine"}, "Not saved yet"),
    ],
)
def test_invalid_input_is_reported_and_neither_saved_nor_lost(
    client: Client, ana: User, sent: dict[str, str], text: str
) -> None:
    html = client.post(PAGE, {**OWN, **sent}).content.decode()
    assert text in html
    assert not QuietHours.objects.exists()
    assert ('value="22:00"' in html) is (sent.get("from_0", "x") != "")


@pytest.mark.usefixtures("monday")
def test_pushes_can_be_paused_for_an_hour_or_until_tomorrow_in_the_users_time_zone(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(time_zone="Europe/Berlin")
    html = client.post(PAUSE, {"until": "hour"}, follow=True).content.decode()
    assert "Your pushes are paused until 2035-03-05 14:00 (Europe/Berlin)." in html
    assert quiet_state_of(ana).paused_until == MONDAY.replace(hour=13)
    client.post(PAUSE, {"until": "tomorrow"})
    assert quiet_state_of(User.objects.get(pk=ana.pk)).paused_until == datetime(2035, 3, 6, 7, tzinfo=UTC)
    html = client.post(PAUSE, {"until": ""}, follow=True).content.decode()
    assert "Push notifications are on again." in html
    assert quiet_state_of(ana).paused_until is None


@pytest.mark.usefixtures("monday")
def test_a_pause_within_quiet_hours_shows_when_the_quiet_hours_end(client: Client, ana: User) -> None:
    client.post(PAGE, {"choice": "own", "from_0": "08:00", "until_0": "18:00"})
    html = client.post(PAUSE, {"until": "hour"}, follow=True).content.decode()
    assert "paused until 2035-03-05 13:00 (UTC). After that, quiet hours last until 2035-03-05 18:00 (UTC)." in html
    html = client.post(PAUSE, {"until": ""}, follow=True).content.decode()
    assert "The pause has ended. Quiet hours last until 2035-03-05 18:00 (UTC)." in html


@pytest.mark.usefixtures("monday")
def test_the_preview_of_a_push_shows_when_quiet_hours_end(client: Client, ana: User) -> None:
    DeviceFactory(user=ana)
    RoomFactory(name="general", members=[ana, UserFactory()])
    client.post(PAUSE, {"until": "hour"})
    text = text_of(client.get("/account/preferences/").content.decode())
    assert "a push after quiet hours, 2035-03-05 13:00 (UTC)" in text


def test_every_time_field_shows_the_time_zone(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(time_zone="Europe/Berlin")
    text = text_of(client.get(PAGE).content.decode())
    for label in ("From", "Until", "Monday from", "Sunday until", "Further hours", "Pause until tomorrow, 08:00"):
        assert f"{label} (Europe/Berlin)" in text, label
    client.post(PAGE, OWN)
    assert "Sat, Sun 13:00–15:00 (Europe/Berlin)" in text_of(client.get("/account/preferences/").content.decode())


def test_an_open_page_saves_only_what_was_changed_on_it(client: Client, ana: User) -> None:
    page = fields_of(client.get(PAGE).content.decode())
    # Meanwhile, another client changes something.
    quiet_hours_save(user=ana, choice="own", hours="mon 22:00-07:00")
    client.post(PAGE, {**page, "through": "on"})
    state = quiet_state_of(ana)
    assert (state.choice, state.hours, state.chose_mentions) == ("own", "mon 22:00-07:00", True)


@pytest.mark.usefixtures("monday")
def test_a_running_pause_is_shown_on_every_page(client: Client, ana: User) -> None:
    RoomFactory(name="general", members=[ana])
    pages = ("/", "/rooms/", "/channel/general", "/account/", "/account/preferences/", "/account/devices/", "/why/")
    client.post(PAUSE, {"until": "hour"})
    for address in pages:
        html = client.get(address).content.decode()
        # In the sidebar, in the top bar (on narrow screens), and in the user menu.
        assert html.count("Pushes are paused until 2035-03-05 13:00 (UTC)") >= 3, address
    client.post(PAUSE, {"until": ""})
    assert "Pushes are paused" not in client.get("/").content.decode()
