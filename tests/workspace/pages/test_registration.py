"""The page where people create their own accounts."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import UserFactory
from workspace.models import SignInSettings, User

pytestmark = pytest.mark.django_db

PASSWORD = "a-quite-new-passphrase"
ADA = {
    "username": "ada",
    "name": "Ada L.",
    "email": "ada@example.org",
    "password": PASSWORD,
    "repeated": PASSWORD,
}


def test_an_account_is_created_and_can_sign_in(client: Client) -> None:
    SignInSettings(registration_form="Public").save()
    assert 'href="/register/"' in client.get("/sign-in/").text
    assert "Sign in with it." in client.post("/register/", ADA, follow=True).text
    assert User.objects.get().emails.get().address == "ada@example.org"
    assert client.post("/sign-in/", {"username": "ada", "password": PASSWORD}).status_code == 302
    assert client.get("/register/").status_code == 302


def test_there_is_no_page_unless_the_workspace_allows_it(client: Client) -> None:
    assert "/register/" not in client.get("/sign-in/").text
    assert client.get("/register/").status_code == client.post("/register/", ADA).status_code == 404
    assert not User.objects.exists()


def test_a_secret_is_part_of_the_address(client: Client) -> None:
    SignInSettings(registration_form="Secret URL", registration_secret="open-sesame").save()
    assert "/register/" not in client.get("/sign-in/").text
    assert client.get("/register/").status_code == client.get("/register/guess/").status_code == 404
    assert client.post("/register/open-sesame/", ADA).status_code == 302


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ({"manually_approve": True}, "as soon as an administrator has activated it"),
        ({"email_verification": True}, "Open the link in the e-mail"),
    ],
)
def test_the_next_step_is_shown(client: Client, rules: dict[str, bool], text: str) -> None:
    SignInSettings(registration_form="Public", **rules).save()
    assert text in client.post("/register/", ADA, follow=True).text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"username": "bob"}, "This username or e-mail address is taken"),
        ({"username": ""}, "This field is required."),
        ({"repeated": "another-passphrase"}, "The two passwords differ."),
        ({"password": "password", "repeated": "password"}, "This password is too common."),
    ],
)
def test_a_problem_is_shown(client: Client, fields: dict[str, str], problem: str) -> None:
    SignInSettings(registration_form="Public").save()
    UserFactory(username="bob")
    html = client.post("/register/", {**ADA, **fields}).text
    assert problem in html
    assert PASSWORD not in html


@pytest.mark.thorough
@pytest.mark.any_database
def test_accounts_from_one_address_are_limited(client: Client) -> None:
    SignInSettings(registration_form="Public").save()
    for number in range(10):
        client.post("/register/", {**ADA, "username": f"ada{number}", "email": f"ada{number}@example.org"})
    assert "Too many accounts" in client.post("/register/", ADA).text
    assert User.objects.count() == 10
