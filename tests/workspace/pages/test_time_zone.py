"""The browser's time zone, for accounts that have none."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import PASSWORD, UserFactory
from tests.pages import text_of
from workspace.models import GeneralSettings, User
from workspace.services.accounts import locale_save
from workspace.setting_groups import SettingsGroup

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
ADDRESS = "/account/time-zone/"
NOTICE = "Times are now shown in Europe/Berlin, the time zone of your browser."


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def reader(client: Client, ana: User) -> Client:
    client.force_login(ana, backend=BACKEND)
    return client


def signed_in(client: Client, address: str = "/sign-in/", time_zone: str = "Europe/Berlin") -> str:
    """Sign ana in with a browser in this time zone, and return the next page."""
    fields = {"username": "ana", "password": PASSWORD, "time_zone": time_zone}
    return client.post(address, fields, follow=True).content.decode()


def zone_of(user: User) -> str:
    user.refresh_from_db()
    return user.time_zone


def test_an_anonymous_user_cannot_report_a_time_zone(client: Client, ana: User) -> None:
    assert client.post(ADDRESS, {"time_zone": "Europe/Berlin"}).status_code == 401
    assert client.get(ADDRESS).status_code == 405
    assert zone_of(ana) == ""


def test_the_zone_of_the_browser_is_saved_at_sign_in_and_shown_once(client: Client, ana: User) -> None:
    html = signed_in(client)
    assert zone_of(ana) == "Europe/Berlin"
    assert NOTICE in text_of(html)
    assert '<a href="/account/" class="cb-link">Change the time zone</a>' in html
    assert NOTICE not in text_of(client.get("/").content.decode())
    client.post("/sign-out/")
    assert NOTICE not in text_of(signed_in(client, time_zone="Asia/Tokyo"))
    assert zone_of(ana) == "Europe/Berlin"


def test_it_is_saved_on_the_way_to_the_administration_as_well(client: Client) -> None:
    rose = UserFactory(username="ana", roles=("admin",))
    assert NOTICE in text_of(signed_in(client, "/admin/login/"))
    assert zone_of(rose) == "Europe/Berlin"


def test_a_page_reports_the_time_zone_of_a_signed_in_account_once(reader: Client, ana: User) -> None:
    assert ADDRESS in reader.get("/rooms/").content.decode()
    assert reader.post(ADDRESS, {"time_zone": "Europe/Berlin"}).status_code == 205
    html = reader.get("/rooms/").content.decode()
    assert NOTICE in text_of(html)
    assert ADDRESS not in html
    assert reader.post(ADDRESS, {"time_zone": "Asia/Tokyo"}).status_code == 204
    assert zone_of(ana) == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Mars/Olympus_Mons", "../../etc/passwd", "x" * 5000])
def test_an_unknown_time_zone_is_not_saved_and_not_requested_again(reader: Client, ana: User, name: str) -> None:
    assert reader.post(ADDRESS, {"time_zone": name}).status_code == 204
    assert zone_of(ana) == ""
    assert ADDRESS not in reader.get("/rooms/").content.decode()


def test_a_browser_without_scripts_leaves_the_account_to_the_workspace(client: Client, ana: User) -> None:
    signed_in(client, time_zone="")
    assert zone_of(ana) == ""
    assert ana.accepts_browser_time_zone


def test_the_workspaces_zone_is_saved_without_a_notice(client: Client, ana: User) -> None:
    GeneralSettings.objects.update(time_zone="Europe/Berlin")
    SettingsGroup.forget_cached()
    assert NOTICE not in text_of(signed_in(client))
    assert zone_of(ana) == "Europe/Berlin"


def test_a_chosen_time_zone_is_not_replaced_even_if_it_is_the_default(client: Client, ana: User) -> None:
    locale_save(user=ana, time_zone="America/New_York")
    signed_in(client)
    assert zone_of(ana) == "America/New_York"
    locale_save(user=ana, time_zone="")
    client.post("/sign-out/")
    signed_in(client)
    assert zone_of(ana) == ""


def test_a_time_zone_guessed_from_a_clients_offset_is_replaced(client: Client, ana: User) -> None:
    locale_save(user=ana, time_zone="Etc/GMT-1", is_guess=True)
    signed_in(client)
    assert zone_of(ana) == "Europe/Berlin"


def test_a_page_after_a_form_does_not_ask_for_the_time_zone(reader: Client, ana: User) -> None:
    assert ADDRESS not in reader.post("/account/", {"status": "sleeping"}).content.decode()
