"""The methods that return lists of the workspace and statistics, and those for roles of accounts."""

from __future__ import annotations

import pytest

from tests.api_client import ApiClient
from tests.factories import UserFactory
from tests.method_calls import call, call_error
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def admin() -> User:
    return UserFactory(roles=("admin", "user"))


@pytest.mark.parametrize("name", ["listEmojiCustom", "listCustomUserStatus", "listCustomSounds"])
def test_what_does_not_exist_is_an_empty_list(ana: User, name: str) -> None:
    assert call(ana, name) == []


def test_roles_are_given_and_withdrawn(ana: User, admin: User) -> None:
    assert call(admin, "authorization:addUserToRole", "admin", "ana", None) is True
    assert ApiClient(ana).get("me").json()["roles"] == ["admin", "user"]
    assert call(admin, "authorization:removeUserFromRole", "admin", "ana") is True
    assert ApiClient(ana).get("me").json()["roles"] == ["user"]


def test_only_administrators_may(ana: User) -> None:
    for name, arguments in {
        "authorization:addUserToRole": ["admin", "ana"],
        "authorization:removeUserFromRole": ["user", "ana"],
        "authorization:deleteRole": ["admin"],
    }.items():
        assert "error" in call_error(ana, name, *arguments)
    assert ApiClient(ana).get("me").json()["roles"] == ["user"]


def test_statistics_are_for_those_who_may_view_them(ana: User, admin: User) -> None:
    assert set(call(admin, "getStatistics")["installedAt"]) == {"$date"}
    assert call_error(ana, "getStatistics")["error"] == "error-not-allowed"


def test_without_a_licence_it_is_not_the_enterprise_edition(ana: User) -> None:
    assert call(ana, "license:isEnterprise") is False
