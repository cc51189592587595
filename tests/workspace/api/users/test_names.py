"""users.autocomplete, users.getUsernameSuggestion, users.checkUsernameAvailability and users.listByStatus"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(UserFactory(username="reader", name="Reader"))


class TestAutocomplete:
    @staticmethod
    def names(api: ApiClient, **selector: Any) -> list[str]:
        body = api.get("users.autocomplete", selector=json.dumps(selector)).json()
        return [item["username"] for item in body["items"]]

    def test_finds_active_users_by_username_or_name(self, api: ApiClient, django_assert_num_queries: Any) -> None:
        UserFactory(username="ana", name="")
        UserFactory(username="bob", name="Hannah Bob", nickname="Bobby")
        UserFactory(username="diana", is_active=False)
        assert self.names(api, term="AN") == ["ana", "bob"]
        assert self.names(api, term="an", exceptions=["ANA"]) == ["bob"]
        with django_assert_num_queries(4):
            body = api.get("users.autocomplete", selector=json.dumps({"term": "bob", "conditions": {}})).json()
        assert body["items"][0] | {"_id": ""} == {
            "_id": "",
            "username": "bob",
            "name": "Hannah Bob",
            "nickname": "Bobby",
            "status": "offline",
        }

    def test_finds_at_most_ten(self, api: ApiClient) -> None:
        for number in range(11):
            UserFactory(username=f"many{number:02}")
        assert len(self.names(api, term="many")) == 10
        assert len(self.names(api)) == 10

    def test_finds_nobody_without_the_permission(self, api: ApiClient) -> None:
        Group.objects.get(name="user").permissions.remove(Permission.objects.get(codename="view_outside_room"))
        assert self.names(api, term="reader") == []

    @pytest.mark.parametrize("selector", ["{", "[]", '{"term": 1}', "[" * 100_000, '{"exceptions": "ana"}'])
    def test_an_invalid_selector_is_reported(self, api: ApiClient, selector: str) -> None:
        assert failure(api.get("users.autocomplete", selector=selector)).endswith("[invalid-params]")
        assert failure(api.get("users.autocomplete")) == "must have required property 'selector' [invalid-params]"


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Ada Lovelace", [], "ada.lovelace"),
        ("Ada Lovelace", ["Ada.Lovelace"], "alovelace"),
        ("Ada Lovelace", ["ada.lovelace", "alovelace", "adal"], "ada.lovelace-1"),
        ("Ada Lovelace", ["ada.lovelace", "alovelace", "adal", "ada.lovelace-1"], "ada.lovelace-2"),
        ("Renée", [], "renee"),
        ("All", [], "reader-1"),
        ("李", [], "reader-1"),
    ],
)
def test_a_free_username_is_suggested(api: ApiClient, name: str, taken: list[str], expected: str) -> None:
    User.objects.update(name=name)
    for username in taken:
        UserFactory(username=username)
    assert api.get("users.getUsernameSuggestion").json() == {"result": expected, "success": True}


def test_free_usernames_are_recognized(api: ApiClient) -> None:
    UserFactory(username="ana")
    results = [
        api.get("users.checkUsernameAvailability", username=name).json()["result"] for name in ("new", "Ana", "READER")
    ]
    assert results == [True, False, True]
    answer = api.get("users.checkUsernameAvailability", username="here")
    assert failure(answer) == "here is blocked and can't be used! [error-blocked-username]"
    assert "required property 'username'" in failure(api.get("users.checkUsernameAvailability"))


class TestListByStatus:
    @staticmethod
    def names(api: ApiClient, **query: Any) -> list[str]:
        return [user["username"] for user in api.get("users.listByStatus", **query).json()["users"]]

    def test_filters_are_combined(self, api: ApiClient) -> None:
        UserFactory(username="ana", last_login=timezone.now())
        UserFactory(username="old", is_active=False)
        assert self.names(api, status="active") == ["ana", "reader"]
        assert self.names(api, status="deactivated") == ["old"]
        assert self.names(api, hasLoggedIn="true") == ["ana"]
        assert self.names(api, hasLoggedIn="false", searchTerm="RE") == ["reader"]
        assert self.names(api, sort='{"username": -1}', count=1) == ["reader"]

    def test_roles_require_the_permission(self, api: ApiClient) -> None:
        admin = ApiClient(UserFactory(username="root", roles=("admin", "user")))
        assert self.names(admin, **{"roles[]": ["admin"]}) == ["root"]
        assert self.names(admin, roles=["admin", "user"]) == ["reader", "root"]
        assert failure(api.get("users.listByStatus", roles="admin"), 403).endswith("[error-unauthorized]")

    def test_the_permission_is_required(self) -> None:
        Group.objects.get(name="user").permissions.remove(Permission.objects.get(codename="view_d_room"))
        answer = ApiClient(UserFactory()).get("users.listByStatus")
        assert failure(answer, 403).endswith("[error-unauthorized]")


@pytest.mark.parametrize("name", ["autocomplete", "getUsernameSuggestion", "checkUsernameAvailability", "listByStatus"])
def test_strangers_are_asked_to_sign_in(name: str) -> None:
    answer = ApiClient().get(f"users.{name}")
    assert (answer.status_code, answer.json()) == (401, NOT_SIGNED_IN)
