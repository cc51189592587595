"""Middleware for all pages."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.admin_rows import administrator
from tests.api_client import ApiClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def strict(response: HttpResponse) -> bool:
    """Return True if the response allows only the site's own files, and no camera and the like."""
    policy = response["Content-Security-Policy"]
    assert "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" in policy
    assert "camera=()" in response["Permissions-Policy"]
    return "default-src 'none'; script-src 'self'; style-src 'self'" in policy and "unsafe" not in policy


@pytest.mark.parametrize("address", ["/sign-in/", "/admin/login/", "/api/docs", "/api/nothing", "/nothing/here/"])
def test_a_page_runs_only_the_sites_own_files(client: Client, address: str) -> None:
    assert strict(client.get(address))


@pytest.mark.parametrize("address", ["/", "/rooms/", "/account/", "/why/", "/phone/"])
def test_a_members_page_runs_only_the_sites_own_files(client: Client, address: str) -> None:
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    assert strict(client.get(address))


def test_browsers_do_not_store_what_a_signed_in_person_sees(client: Client) -> None:
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get("/rooms/")["Cache-Control"] == "private, no-store"
    assert ApiClient(UserFactory()).get("me").headers["Cache-Control"] == "private, no-store"
    assert client.get("/avatar/nobody")["Cache-Control"] != "private, no-store"
    response = client.post("/sign-out/")
    assert response["Clear-Site-Data"] == '"cache"'


def test_the_inline_stylesheet_has_a_nonce_that_differs_between_responses(client: Client) -> None:
    pages = [client.get("/sign-in/") for _time in range(2)]
    nonces = [page["Content-Security-Policy"].split("'nonce-")[1].split("'")[0] for page in pages]
    assert nonces[0] != nonces[1]
    assert [f'<style nonce="{nonce}">' in page.content.decode() for page, nonce in zip(pages, nonces, strict=True)]


def test_the_administration_may_evaluate_but_runs_no_inline_script(client: Client) -> None:
    client.force_login(administrator(), backend="workspace.authentication.NameOrEmailBackend")
    for address in ("/admin/", "/admin/settings/", "/admin/explain/", "/admin/workspace/user/", "/admin/subscription/"):
        response = client.get(address)
        assert not strict(response)
        assert "script-src 'self' 'unsafe-eval';" in response["Content-Security-Policy"]


def test_error_pages_run_nothing_but_the_sites_own_files(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    found = {
        400: client.get("/", headers={"host": "elsewhere.example"}),
        403: client.post("/sign-in/"),
        404: client.get("/nothing/here/"),
    }
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    found[403.0] = client.get("/admin/login/")
    monkeypatch.setattr("workspace.pages.home.page_context", fail)
    found[500] = client.get("/")
    assert [(int(status), True) for status in found] == [(page.status_code, strict(page)) for page in found.values()]


def fail(*_args: object, **_options: object) -> None:
    raise ValueError


@pytest.mark.parametrize(
    "address",
    [
        "/channel/a%00b",
        "/rooms/a%00b/preferences/",
        "/account/devices/a%00b/remove/",
        "/threads/a%00b/",
        "/rooms/?q=a%00b",
        "/why/?message=a%00b",
        "/admin/explain/?user=a%00b",
        "/admin/push/notification/?reason=a%00b",
    ],
)
def test_a_url_with_a_nul_byte_is_not_found(client: Client, address: str) -> None:
    client.force_login(administrator(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get(address).status_code == 404


def test_an_encoded_percent_sign_before_two_zeros_is_no_nul_byte(client: Client) -> None:
    client.force_login(administrator(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get("/rooms/?q=100%2500").status_code == 200


@pytest.mark.parametrize("address", ["/rooms/sidebar/", "/account/devices/test/1/", "/admin/push/notification/counts/"])
def test_a_partial_page_request_gets_401_instead_of_the_sign_in_page(client: Client, address: str) -> None:
    assert client.get(address)["Location"].endswith(f"?next={address}")
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401


def test_the_api_reports_nul_bytes_in_its_own_format() -> None:
    assert ApiClient(administrator()).get("rooms.info", roomName="a\0b").json()["errorType"] == "invalid-params"
