"""/api/info"""

from __future__ import annotations

import pytest

from tests.api_client import ApiClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_tells_anybody_the_version() -> None:
    response = ApiClient().get("/api/info")
    assert (response.status_code, response.json()) == (200, {"version": "8.7.0", "success": True})


def test_tells_more_to_whoever_is_signed_in() -> None:
    assert ApiClient(UserFactory()).get("/api/info").json()["info"] == {"version": "8.7.0"}


def test_a_sign_in_that_is_over_is_as_good_as_none() -> None:
    client = ApiClient(UserFactory())
    client.post("logout", {})
    response = client.get("/api/info")
    assert response.status_code == 200
    assert "info" not in response.json()


def test_is_not_under_v1() -> None:
    assert ApiClient().get("info").status_code == 404
