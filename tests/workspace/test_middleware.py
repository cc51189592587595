"""What every page is spared, and what it says of itself."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.api_client import ApiClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/sign-in/", "/admin/login/", "/api/docs", "/nothing/here/"])
def test_no_page_lets_its_forms_or_frames_lead_elsewhere(client: Client, address: str) -> None:
    policy = client.get(address)["Content-Security-Policy"].split("; ")
    assert {"form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} == set(policy)


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
def test_an_address_with_the_character_zero_is_no_pages(client: Client, address: str) -> None:
    client.force_login(administrator(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get(address).status_code == 404


def test_a_percent_sign_before_two_zeros_is_none(client: Client) -> None:
    client.force_login(administrator(), backend="workspace.authentication.NameOrEmailBackend")
    assert client.get("/rooms/?q=100%2500").status_code == 200


@pytest.mark.parametrize("address", ["/rooms/sidebar/", "/account/devices/test/1/", "/admin/push/notification/counts/"])
def test_a_part_of_a_page_is_refused_to_strangers_rather_than_the_sign_in_page_put_there(
    client: Client, address: str
) -> None:
    assert client.get(address)["Location"].endswith(f"?next={address}")
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401


def test_the_api_tells_of_it_in_its_own_words() -> None:
    assert ApiClient(administrator()).get("rooms.info", roomName="a\0b").json()["errorType"] == "invalid-params"
