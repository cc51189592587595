"""permissions.listAll"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from tests.api_client import NOT_SIGNED_IN, ApiClient
from tests.factories import UserFactory

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
    assert not result.keys() & {"add-user", "change-room", "delete-message", "view-device"}


def test_a_role_with_a_new_permission_is_returned_despite_updated_since() -> None:
    role = Group.objects.create(name="crew")
    role.permissions.add(Permission.objects.get(codename="test_push_notifications"))
    assert returned_roles(updatedSince="2999-01-01T00:00:00.000Z")["test-push-notifications"] == ["admin", "crew"]
