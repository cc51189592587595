"""permissions.listAll"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from workspace.models import User

pytestmark = pytest.mark.django_db

# The permissions that the mobile app checks for notifications.
MOBILE_APP_ASKS = {
    "test-push-notifications",
    "mention-all",
    "mention-here",
    "view-privileged-setting",
    "view-statistics",
}


def returned_roles(**query: str) -> dict[str, list[str]]:
    body = ApiClient(UserFactory()).get("permissions.listAll", **query).json()
    assert body["success"] is True
    assert body["remove"] == []
    assert all(row["_updatedAt"].endswith("Z") for row in body["update"])
    return {row["_id"]: row["roles"] for row in body["update"]}


def test_an_anonymous_user_gets_no_information() -> None:
    response = ApiClient().get("permissions.listAll")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_each_permission_lists_the_roles_that_have_it() -> None:
    result = returned_roles()
    assert result.keys() >= MOBILE_APP_ASKS
    assert result["test-push-notifications"] == ["admin"]
    assert result["mention-all"] == ["admin", "moderator", "owner", "user"]


def test_djangos_permissions_are_returned_with_the_names_that_clients_know() -> None:
    role = Group.objects.create(name="crew")
    role.permissions.add(Permission.objects.get(codename="change_user"))
    result = returned_roles()
    assert result["create-user"] == result["view-full-other-user-info"] == ["admin"]
    assert result["edit-other-user-info"] == result["edit-other-user-active-status"] == ["admin", "crew"]


def test_permissions_for_the_administration_only_are_omitted() -> None:
    result = returned_roles()
    assert "add-user-to-joined-room" in result
    assert not result.keys() & {"add-user", "change-room", "view-device"}


def test_a_role_with_a_new_permission_is_returned_despite_updated_since() -> None:
    role = Group.objects.create(name="crew")
    role.permissions.add(Permission.objects.get(codename="test_push_notifications"))
    assert returned_roles(updatedSince="2999-01-01T00:00:00.000Z")["test-push-notifications"] == ["admin", "crew"]


class TestUpdate:
    @pytest.fixture
    def api(self) -> ApiClient:
        return ApiClient(staff("auth.change_group"))

    @staticmethod
    def update(api: ApiClient, **roles: Any) -> Any:
        rows = [{"_id": name.replace("_", "-"), "roles": value} for name, value in roles.items()]
        return api.post("permissions.update", permissions=rows)

    def test_the_roles_of_permissions_are_replaced(self, api: ApiClient) -> None:
        Group.objects.create(name="crew")
        member = UserFactory()
        body = self.update(api, mention_all=["admin", "crew"], create_c=["admin"]).json()
        roles = {row["_id"]: row["roles"] for row in body["permissions"]}
        assert (roles["mention-all"], roles["create-c"]) == (["admin", "crew"], ["admin"])
        assert not User.objects.get(pk=member.pk).has_perm("workspace.create_c")
        assert returned_roles()["mention-all"] == ["admin", "crew"]

    @pytest.mark.parametrize(
        ("roles", "error"),
        [
            ({"fly": ["admin"]}, "Invalid permission [error-invalid-permission]"),
            ({"mention_all": ["nobody"]}, "Invalid role [error-invalid-role]"),
            ({"mention_all": ["admin", "admin"]}, "must NOT have duplicate items [invalid-params]"),
            ({"mention_all": "admin"}, "must be array [invalid-params]"),
            ({"access_permissions": ["user"]}, "[error-action-not-allowed]"),
            ({"view_message_text": ["user"]}, "[error-action-not-allowed]"),
        ],
    )
    def test_invalid_changes_are_refused_as_a_whole(self, api: ApiClient, roles: dict[str, Any], error: str) -> None:
        before = returned_roles()
        assert failure(self.update(api, mention_here=["admin"], **roles)).endswith(error)
        assert returned_roles() == before

    def test_a_permission_is_given_once(self, api: ApiClient) -> None:
        rows = [{"_id": "mention-all", "roles": []}] * 2
        assert "duplicate" in failure(api.post("permissions.update", permissions=rows))
        assert "must have required property 'permissions'" in failure(api.post("permissions.update"))

    def test_who_has_a_withheld_permission_can_give_it(self) -> None:
        api = ApiClient(staff("auth.change_group", "workspace.view_message_text"))
        assert self.update(api, view_message_text=["admin"]).status_code == 200

    def test_the_permission_is_required(self) -> None:
        assert "error-unauthorized" in failure(self.update(ApiClient(UserFactory()), mention_all=[]), 403)
        assert self.update(ApiClient(), mention_all=[]).json() == NOT_SIGNED_IN


def test_old_clients_get_an_array() -> None:
    body = ApiClient(UserFactory()).get("permissions.list").json()
    assert {row["_id"] for row in body["permissions"]} == returned_roles().keys()
    assert ApiClient().get("permissions.list").json() == NOT_SIGNED_IN
