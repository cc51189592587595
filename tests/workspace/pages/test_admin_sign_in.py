"""Access to the administration, with and without permission."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import PASSWORD, EmailAddressFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_anonymous_user_is_asked_to_sign_in_and_redirected_back(client: Client) -> None:
    administrator(username="ada")
    response = client.get("/admin/push/device/", follow=True)
    assert "Username or e-mail address" in response.content.decode()
    form = {"username": "ada", "password": PASSWORD, "next": response.context["next"]}
    assert client.post("/admin/login/", form)["Location"] == "/admin/push/device/"


def test_signing_in_redirects_to_the_administration(client: Client) -> None:
    EmailAddressFactory(user=administrator(), address="ada@example.org")
    form = {"username": "ada@example.org", "password": PASSWORD}
    assert client.post("/admin/login/", form)["Location"] == "/admin/"
    assert client.get("/admin/login/")["Location"] == "/admin/"


def test_the_form_is_submitted_to_the_same_url(client: Client) -> None:
    assert 'action="/admin/login/"' in client.get("/admin/login/").content.decode()
    assert 'action="/sign-in/"' in client.get("/sign-in/").content.decode()


def test_members_get_a_forbidden_page_in_the_administration(client: Client) -> None:
    UserFactory(username="ana")
    response = client.post("/admin/login/", {"username": "ana", "password": PASSWORD}, follow=True)
    assert response.status_code == 403
    html = response.content.decode()
    assert "You do not have permission to view this page." in html
    assert 'action="/sign-out/"' in html


def test_an_unknown_url_shows_an_explanation(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()


def test_an_internal_error_is_returned_without_its_cause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("workspace.pages.sign_in.page_context", fail)
    client.raise_request_exception = False
    response = client.get("/sign-in/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "a secret" not in response.content.decode()
