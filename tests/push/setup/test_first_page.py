"""The first page of a new installation: who may create the administrator."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from push.models import SetupProgress
from push.pages.setup.forms import STAGED_SUFFIX
from push.selectors.setup.codes import setup_code
from push.selectors.setup.progress import progress_current
from tests.factories import UserFactory
from tests.pages import fields_of
from tests.push.setup.conftest import ENTERED, PASSWORD
from workspace.models import Room, User
from workspace.services.settings import EDIT_PERMISSION


def post(client: Client, code: str, **changes: str) -> Any:
    return client.post("/setup/", {**ENTERED, "code": code, **changes})


class TestRedirect:
    def test_every_page_of_a_new_installation_leads_to_the_set_up(self, new_installation: None) -> None:
        for path in ("/", "/sign-in/", "/admin/", "/rooms/", "/password/", "/nowhere/"):
            response = Client().get(path)
            assert response.status_code == 302, path
            assert response.headers["Location"] == "/setup/", path

    def test_machines_are_not_redirected(self, new_installation: None) -> None:
        for path in ("/api/info", "/api/v1/nothing", "/static/workspace/icon.svg", "/health/live", "/push/apn/send"):
            assert "/setup/" not in Client().get(path).headers.get("Location", ""), path

    def test_an_installation_with_an_administrator_is_open(self, admin: User) -> None:
        assert Client().get("/sign-in/").status_code == 200

    def test_a_postponed_set_up_is_open(self, new_installation: None, code: str) -> None:
        assert post(Client(), code, go="skip").headers["Location"] == "/sign-in/"
        assert not User.objects.exists()
        assert Client().get("/sign-in/").status_code == 200

    def test_the_wizard_can_be_turned_off(self, new_installation: None, settings: Any, code: str) -> None:
        settings.SETUP_WIZARD = False
        assert Client().get("/sign-in/").status_code == 200
        assert post(Client(), code).status_code == 302
        assert not User.objects.exists()

    def test_a_finished_set_up_costs_no_queries(
        self, admin: User, django_assert_num_queries: Any, settings: Any
    ) -> None:
        call_command("setup", admin="ada", listen=None)
        client = Client()
        client.get("/sign-in/")
        with django_assert_num_queries(0):
            client.get("/sign-in/")


class TestCode:
    def test_it_creates_the_administrator_who_is_signed_in(self, code: str, client: Client) -> None:
        response = post(client, code.lower().replace("-", " "), time_zone="Europe/Berlin")
        assert response.headers["Location"] == "/setup/workspace/"
        ada = User.objects.get(username="ada")
        assert ada.has_perm(EDIT_PERMISSION)
        assert ada.check_password(PASSWORD)
        assert ada.time_zone == "Europe/Berlin"
        assert list(ada.emails.values_list("address", "verified")) == [("ada@theatre.example", True)]
        assert Room.objects.get(name="general").creator == ada
        assert client.get("/setup/workspace/").status_code == 200

    def test_a_stranger_without_it_is_refused(self, code: str, client: Client) -> None:
        for wrong in ("", "AAAA-AAAA-AAAA", code[:-1], f"{code}X"):
            assert post(client, wrong).status_code == 200
        assert "This is not the set-up code." in post(client, "AAAA-AAAA-AAAA").content.decode()
        assert post(client, "AAAA-AAAA-AAAA", go="skip").status_code == 200
        assert not User.objects.exists()
        assert not SetupProgress.objects.exclude(closed_at=None).exists()
        assert client.get("/setup/workspace/").headers["Location"] == "/setup/"

    def test_it_cannot_be_used_after_the_set_up(self, code: str, admin: User) -> None:
        response = post(Client(), code, username="eve", email="eve@theatre.example")
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in/")
        assert User.objects.count() == 1

    @pytest.mark.parametrize("role", ["is_staff", "is_superuser"])
    def test_a_deactivated_administrator_ends_it_too(self, code: str, role: str) -> None:
        UserFactory(is_active=False, **{role: True})
        post(Client(), code)
        assert User.objects.count() == 1

    def test_a_member_who_registered_over_the_api_does_not_end_it(self, code: str, client: Client) -> None:
        UserFactory()
        assert post(client, code).headers["Location"] == "/setup/workspace/"

    def test_guessing_is_limited(self, code: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("push.services.setup.administrator.MAX_TRIES", 3)
        for _try in range(3):
            post(client, "AAAA-AAAA-AAAA")
        assert "Too many attempts." in post(client, code).content.decode()
        assert not User.objects.exists()
        # Strangers cannot lock out the owner, who has another address.
        assert client.post("/setup/", {**ENTERED, "code": code}, REMOTE_ADDR="192.0.2.7").status_code == 302

    def test_a_form_of_another_site_is_refused(self, code: str) -> None:
        assert post(Client(enforce_csrf_checks=True), code).status_code == 403
        assert not User.objects.exists()

    def test_it_is_not_stored(self, code: str) -> None:
        call_command("setupcode")
        stored = f"{SetupProgress.objects.values()}"
        assert code not in stored
        assert code.replace("-", "") not in stored

    def test_errors_lose_nothing(self, code: str, client: Client) -> None:
        html = post(client, code, username="not valid!").content.decode()
        fields = fields_of(html)
        assert fields["code"] == code
        assert fields["email"] == "ada@theatre.example"
        assert PASSWORD not in html
        del fields["password"]
        response = client.post("/setup/", {**fields, "username": "ada", "go": "next"})
        assert response.headers["Location"] == "/setup/workspace/"
        assert fields["password" + STAGED_SUFFIX]
        assert User.objects.get().check_password(PASSWORD)

    def test_a_weak_password_is_refused(self, code: str, client: Client) -> None:
        assert "too short" in post(client, code, password="abc").content.decode()
        assert "This field is required." in post(client, code, password="").content.decode()
        assert not User.objects.exists()


class TestCommand:
    def test_it_shows_the_same_code(self, code: str) -> None:
        assert call_command("setupcode") == code

    def test_a_new_code_replaces_it(self, code: str, client: Client) -> None:
        new = call_command("setupcode", new=True)
        assert new != code
        post(client, code)
        assert not User.objects.exists()
        post(client, new)
        assert User.objects.exists()

    def test_it_opens_a_skipped_set_up_again(self, code: str, client: Client) -> None:
        post(client, code, go="skip")
        post(client, code)
        assert not User.objects.exists()
        assert call_command("setupcode") == code
        post(client, code)
        assert User.objects.exists()

    def test_there_is_none_with_an_administrator(self, admin: User) -> None:
        with pytest.raises(CommandError, match="There is an administrator already"):
            call_command("setupcode")

    def test_installations_have_different_codes(self, code: str, settings: Any) -> None:
        settings.SECRET_KEY = "another key of another installation"
        assert setup_code(progress_current()) != code
