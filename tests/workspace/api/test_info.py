"""/api/info"""

from __future__ import annotations

import pytest

from tests.api_client import ApiClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_returns_the_version_to_anyone() -> None:
    response = ApiClient().get("/api/info")
    assert (response.status_code, response.json()) == (200, {"version": "8.7", "success": True})


def test_shows_the_patch_version_to_users_who_are_signed_in() -> None:
    body = ApiClient(UserFactory()).get("/api/info").json()
    assert body == {"version": "8.7.0", "info": {"version": "8.7.0"}, "success": True}


def test_an_expired_sign_in_counts_as_none() -> None:
    client = ApiClient(UserFactory())
    client.post("logout", {})
    response = client.get("/api/info")
    assert response.status_code == 200
    assert response.json() == {"version": "8.7", "success": True}


def test_info_is_not_under_v1() -> None:
    assert ApiClient().get("info").status_code == 404
