"""roles.list and roles.getUsersInPublicRoles"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.api_client import NOT_SIGNED_IN, ApiClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_roles_are_listed_with_their_scope() -> None:
    Group.objects.create(name="crew")
    body = ApiClient(UserFactory()).get("roles.list").json()
    roles: dict[str, Any] = {role["_id"]: role for role in body["roles"]}
    assert body["success"] is True
    assert roles["admin"] == {
        "_id": "admin",
        "name": "admin",
        "scope": "Users",
        "description": "Admin",
        "mandatory2fa": False,
        "protected": True,
    }
    assert (roles["crew"]["protected"], roles["crew"]["scope"]) == (False, "Users")
    assert roles["owner"]["scope"] == "Subscriptions"


def test_members_of_public_roles_are_listed_with_all_their_roles(django_assert_num_queries: Any) -> None:
    admins = [UserFactory(username=f"boss{number}", roles=("admin", "user")) for number in range(3)]
    api = ApiClient(UserFactory())
    api.get("roles.getUsersInPublicRoles")
    # The sign-in, the role names, and the members with their roles.
    with django_assert_num_queries(4):
        body = api.get("roles.getUsersInPublicRoles").json()
    assert body == {
        "success": True,
        "users": [{"_id": user.public_id, "username": user.username, "roles": ["admin", "user"]} for user in admins],
    }


@pytest.mark.parametrize("name", ["roles.list", "roles.getUsersInPublicRoles"])
def test_strangers_are_asked_to_sign_in(name: str) -> None:
    response = ApiClient().get(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
