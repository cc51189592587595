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


def roles_told(**query: str) -> dict[str, list[str]]:
    body = ApiClient(UserFactory()).get("permissions.listAll", **query).json()
    assert body["success"] is True
    assert body["remove"] == []
    assert all(row["_updatedAt"].endswith("Z") for row in body["update"])
    return {row["_id"]: row["roles"] for row in body["update"]}


def test_a_stranger_is_told_nothing() -> None:
    response = ApiClient().get("permissions.listAll")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_each_permission_names_the_roles_that_hold_it() -> None:
    told = roles_told()
    assert told.keys() >= MOBILE_APP_ASKS
    assert told["test-push-notifications"] == ["admin"]
    assert told["mention-all"] == ["admin", "user"]


def test_what_django_adds_by_itself_is_told_by_the_names_that_clients_know() -> None:
    role = Group.objects.create(name="crew")
    role.permissions.add(Permission.objects.get(codename="change_user"))
    told = roles_told()
    assert told["create-user"] == told["view-full-other-user-info"] == ["admin"]
    assert told["edit-other-user-info"] == told["edit-other-user-active-status"] == ["admin", "crew"]


def test_what_only_the_administration_asks_about_is_left_out() -> None:
    told = roles_told()
    assert "add-user-to-joined-room" in told
    assert not told.keys() & {"add-user", "change-room", "delete-message", "view-device"}


def test_a_role_that_is_given_a_permission_is_told_whatever_the_client_knows() -> None:
    role = Group.objects.create(name="crew")
    role.permissions.add(Permission.objects.get(codename="test_push_notifications"))
    assert roles_told(updatedSince="2999-01-01T00:00:00.000Z")["test-push-notifications"] == ["admin", "crew"]
