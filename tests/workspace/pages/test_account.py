"""My Account: the profile and the password."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.test import Client
from knox.models import AuthToken

from tests.factories import PASSWORD, DeviceFactory, UserFactory
from tests.pages import fields_of
from workspace.models import User
from workspace.selectors.presence import presence_of
from workspace.services.accounts import names_save
from workspace.services.presence import status_set
from workspace.services.sign_in import sign_in

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
NEW = "a wholly new one 7"


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    client.force_login(user, backend=BACKEND)
    return user


@pytest.mark.parametrize("address", ["/account/", "/account/password/", "/rooms/"])
def test_an_anonymous_user_is_redirected_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"


def test_the_profile_is_shown_and_saved(client: Client, ana: User) -> None:
    assert "Browser language (notifications: English)" in client.get("/account/").content.decode()
    fields = {"name": "Ana S.", "status": "busy", "status_text": "In a meeting", "language": "en"}
    html = client.post("/account/", fields, follow=True).content.decode()
    assert "Your profile was saved." in html
    assert 'value="Ana S."' in html
    ana.refresh_from_db()
    assert (ana.name, ana.language) == ("Ana S.", "en")
    assert (presence_of(ana).status, presence_of(ana).status_text) == ("busy", "In a meeting")


def test_an_expiring_status_survives_a_change_of_name(client: Client, ana: User) -> None:
    presence = presence_of(ana)
    client.post("/account/", {"name": "Ana", "status": presence.status, "status_text": "", "language": ""})
    assert not hasattr(User.objects.get(pk=ana.pk), "presence")


@pytest.mark.parametrize(("field", "value"), [("status", "sleeping"), ("language", "xx"), ("name", "x" * 256)])
def test_an_invalid_choice_is_reported_and_not_saved(client: Client, ana: User, field: str, value: str) -> None:
    fields = {"name": "New", "status": "online", "status_text": "", "language": "", field: value}
    html = client.post("/account/", fields).content.decode()
    assert "text-red-600" in html
    ana.refresh_from_db()
    assert (ana.name, ana.language) == ("Ana Silva", "")


def test_the_tab_of_the_open_page_is_marked_and_of_what_lies_below_it(client: Client, ana: User) -> None:
    device = DeviceFactory(user=ana)
    assert 'href="/account/devices/" aria-current="page"' in client.get("/account/devices/").content.decode()
    html = client.get(f"/account/devices/{device.public_id}/remove/").content.decode()
    assert 'href="/account/devices/" aria-current="true"' in html
    assert html.count("aria-current") == 1


def test_pages_use_the_chosen_language(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(language="de")
    response = client.get("/account/")
    assert response["Content-Language"] == "de"
    assert '<html lang="de"' in response.content.decode()
    User.objects.filter(pk=ana.pk).update(language="es")
    assert client.get("/account/")["Content-Language"] == "en"


def test_pages_use_the_browsers_language_by_default(client: Client, ana: User) -> None:
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    response = client.get("/account/", headers=german)
    assert response["Content-Language"] == "de"
    assert "Accept-Language" in response["Vary"]
    User.objects.filter(pk=ana.pk).update(language="en")
    assert client.get("/account/", headers=german)["Content-Language"] == "en"


def test_pages_before_sign_in_use_the_language_of_the_browser() -> None:
    stranger = Client()
    response = stranger.get("/sign-in/", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    assert response["Content-Language"] == "de"
    assert "Passwort vergessen?" in response.content.decode()
    assert "Accept-Language" in response["Vary"]
    assert stranger.get("/sign-in/", headers={"Accept-Language": "es"})["Content-Language"] == "en"


def test_a_new_password_signs_out_apps_and_other_browsers(client: Client, ana: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(ana, backend=BACKEND)
    sign_in(user=ana)
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    html = client.post("/account/password/", fields, follow=True).content.decode()
    assert "Your password was changed." in html
    assert not AuthToken.objects.filter(user=ana).exists()
    assert get_user(client) == ana
    assert not get_user(elsewhere).is_authenticated


def test_a_wrong_current_password_changes_nothing(client: Client, ana: User) -> None:
    sign_in(user=ana)
    fields = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert client.post("/account/password/", fields).status_code == 200
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)
    assert AuthToken.objects.filter(user=ana).exists()


@pytest.mark.thorough
@pytest.mark.any_database
def test_the_old_password_cannot_be_guessed_in_many_tries(client: Client, ana: User) -> None:
    fields = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    for _try in range(10):
        assert "too many tries" not in client.post("/account/password/", fields).content.decode()
    html = client.post("/account/password/", {**fields, "old_password": PASSWORD}).content.decode()
    assert "Too many attempts. Try again in 15 minutes." in html
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_the_new_password_is_never_shown(client: Client, ana: User) -> None:
    fields = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert NEW not in client.post("/account/password/", fields).content.decode()


def test_an_open_profile_saves_only_what_was_changed_on_it(client: Client, ana: User) -> None:
    page = fields_of(client.get("/account/").content.decode())
    # Meanwhile, another client changes the name.
    names_save(user=ana, username=ana.username, name="Ana Maria")
    status_set(user=ana, status="busy", text="In a meeting", expires_at=None)
    client.post("/account/", {**page, "language": "en"})
    ana.refresh_from_db()
    assert (ana.name, ana.language) == ("Ana Maria", "en")
    assert (presence_of(ana).status, presence_of(ana).status_text) == ("busy", "In a meeting")
