"""The settings that limit what users change in their own accounts, on the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.pages import fields_of
from workspace.models import SignInSettings, User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    EmailAddressFactory(user=user, address="ana@example.org")
    return user


@pytest.fixture
def client(client: Client, ana: User) -> Client:
    client.force_login(ana, backend=BACKEND)
    return client


def save_profile(client: Client, **changes: str) -> str:
    page = fields_of(client.get("/account/").text)
    return client.post("/account/", {**page, **changes}, follow=True).text


def test_the_username_can_be_changed(client: Client, ana: User) -> None:
    UserFactory(username="bob")
    assert "This username is taken" in save_profile(client, username="Bob")
    assert "Your profile was saved." in save_profile(client, username="Ana")
    assert User.objects.get(pk=ana.pk).username == "Ana"


@pytest.mark.parametrize("setting", ["username_change", "name_change", "profile_change"])
def test_names_that_may_not_be_changed_are_kept(client: Client, ana: User, setting: str) -> None:
    SignInSettings(**{setting: False}).save()
    save_profile(client, username="other", name="Other")
    account = User.objects.get(pk=ana.pk)
    expected = {
        "username_change": ("ana", "Other"),
        "name_change": ("other", "Ana Silva"),
        "profile_change": ("ana", "Ana Silva"),
    }
    assert (account.username, account.name) == expected[setting]


def test_a_status_that_is_not_allowed_is_not_offered(client: Client) -> None:
    assert "Invisible</option>" in client.get("/account/").text
    SignInSettings(invisible_status=False, status_change=False).save()
    assert "Invisible</option>" not in client.get("/account/").text
    assert "Your profile was saved." in save_profile(client, status="busy", status_text="under wraps")
    assert "under wraps" not in client.get("/account/").text


@pytest.mark.parametrize("setting", ["email_change", "profile_change"])
def test_addresses_may_be_fixed(client: Client, ana: User, setting: str) -> None:
    email = ana.emails.get()
    SignInSettings(**{setting: False}).save()
    assert "Add an address" not in client.get("/account/").text
    assert client.post("/account/addresses/", {"address": "new@example.org"}).status_code == 403
    assert client.post(f"/account/addresses/{email.pk}/remove/").status_code == 403
    assert client.post("/account/addresses/", {"again": email.pk}).status_code == 302


@pytest.mark.parametrize("setting", ["password_change", "profile_change"])
def test_the_password_may_be_fixed(client: Client, setting: str) -> None:
    assert 'href="/account/password/"' in client.get("/account/").text
    SignInSettings(**{setting: False}).save()
    assert 'href="/account/password/"' not in client.get("/account/").text
    assert client.get("/account/password/").status_code == 403


class TestSigningIn:
    def test_the_form_can_be_hidden_except_for_the_administration(self) -> None:
        admin, browser = UserFactory(username="root", roles=("admin",)), Client()
        SignInSettings(show_form=False).save()
        assert "is turned off on this site" in browser.get("/sign-in/").text
        fields = {"username": admin.username, "password": PASSWORD}
        assert browser.post("/sign-in/", fields).status_code == 403
        assert browser.post("/admin/login/", fields).status_code == 302

    def test_forgotten_passwords_are_reset_only_if_allowed(self) -> None:
        browser = Client()
        assert "Forgot your password?" in browser.get("/sign-in/").text
        SignInSettings(password_reset=False).save()
        assert "Forgot your password?" not in browser.get("/sign-in/").text
        assert browser.get("/password/").status_code == 403

    def test_a_text_replaces_the_link_for_registration(self) -> None:
        SignInSettings(registration_replacement="Ask the box office for an account.").save()
        assert "Ask the box office for an account." in Client().get("/sign-in/").text

    def test_a_verified_address_may_be_required(self, ana: User) -> None:
        ana.emails.update(verified=False)
        SignInSettings(email_verification=True).save()
        browser, fields = Client(), {"username": "ana", "password": PASSWORD}
        assert "Verify your e-mail address first" in browser.post("/sign-in/", fields).text
        ana.emails.update(verified=True)
        assert browser.post("/sign-in/", fields).status_code == 302
