"""The endpoints of roles."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory
from workspace.models import User
from workspace.selectors.accounts import roles_of

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


class TestChanges:
    @pytest.fixture
    def api(self) -> ApiClient:
        return ApiClient(staff("auth.change_group"))

    def test_a_role_is_created_and_deleted(self, api: ApiClient) -> None:
        with time_machine.travel("2026-01-01", tick=False):
            role = api.post("roles.create", name="crew", description="Stage crew").json()["role"]
        assert (role["_id"], role["description"], role["protected"]) == ("crew", "Stage crew", False)
        assert failure(api.post("roles.create", name="Crew")).endswith("[error-duplicate-role-names-not-allowed]")
        assert api.post("roles.delete", roleId="crew").json() == {"success": True}
        assert not Group.objects.filter(name="crew").exists()

    def test_clients_learn_about_deleted_roles(self, api: ApiClient) -> None:
        assert api.get("roles.sync").json()["roles"] == {"update": [], "remove": []}
        api.post("roles.create", name="crew")
        since = "2020-01-01T00:00:00Z"
        assert "crew" in {role["_id"] for role in api.get("roles.sync", updatedSince=since).json()["roles"]["update"]}
        api.post("roles.delete", roleId="crew")
        changes = api.get("roles.sync", updatedSince=since).json()["roles"]
        assert changes["remove"] == [{"_id": "crew", "name": "crew"}]
        assert api.get("roles.sync", updatedSince="2999-01-01T00:00:00Z").json()["roles"]["remove"] == []
        Group.objects.create(name="crew")
        assert api.get("roles.sync", updatedSince=since).json()["roles"]["remove"] == []

    def test_are_changed(self, api: ApiClient) -> None:
        Group.objects.create(name="crew")
        ana = UserFactory(roles=("crew",))
        role = api.post("roles.update", roleId="crew", name="stage-crew", description="Stage crew").json()["role"]
        assert (role["_id"], role["name"], role["description"]) == ("stage-crew", "stage-crew", "Stage crew")
        assert [group.name for group in ana.groups.all()] == ["stage-crew"]
        changes = api.get("roles.sync", updatedSince="2020-01-01T00:00:00Z").json()["roles"]
        assert [gone["_id"] for gone in changes["remove"]] == ["crew"]
        assert api.post("roles.update", roleId="stage-crew", name="crew").json()["role"]["description"] == "Stage crew"
        changes = api.get("roles.sync", updatedSince="2020-01-01T00:00:00Z").json()["roles"]
        assert [gone["_id"] for gone in changes["remove"]] == ["stage-crew"]

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"roleId": "admin", "name": "boss"}, "Role is protected [error-role-protected]"),
            ({"roleId": "crew", "name": "Admin"}, "[error-duplicate-role-names-not-allowed]"),
            ({"roleId": "x", "name": "y"}, "[error-invalid-roleId]"),
        ],
    )
    def test_unusable_changes_are_refused(self, api: ApiClient, changes: dict[str, str], error: str) -> None:
        Group.objects.create(name="crew")
        assert failure(api.post("roles.update", changes)).endswith(error)

    def test_built_in_roles_get_another_description(self, api: ApiClient) -> None:
        role = api.post("roles.update", roleId="admin", name="admin", description="Ask them").json()["role"]
        assert (role["name"], role["description"]) == ("admin", "Ask them")

    @pytest.mark.parametrize(
        ("name", "error"),
        [("admin", "error-role-protected"), ("owner", "error-role-protected"), ("x", "error-invalid-roleId")],
    )
    def test_built_in_and_unknown_roles_are_not_deleted(self, api: ApiClient, name: str, error: str) -> None:
        assert failure(api.post("roles.delete", roleId=name)).endswith(f"[{error}]")

    def test_a_role_in_use_is_not_deleted(self, api: ApiClient) -> None:
        Group.objects.create(name="crew")
        UserFactory(roles=("crew",))
        assert failure(api.post("roles.delete", roleId="crew")).endswith("[error-role-in-use]")

    def test_accounts_get_and_lose_roles(self, api: ApiClient) -> None:
        Group.objects.create(name="crew")
        ana = UserFactory(username="ana")
        assert api.post("roles.addUserToRole", username="Ana", roleId="crew").json()["role"]["_id"] == "crew"
        answer = api.post("roles.addUserToRole", userId=ana.public_id, roleId="crew")
        assert failure(answer) == "User already in role [error-user-already-in-role]"
        assert roles_of(ana) == ["crew", "user"]
        assert api.post("roles.removeUserFromRole", username="ana", roleId="crew").status_code == 200
        answer = api.post("roles.removeUserFromRole", username="ana", roleId="crew")
        assert failure(answer) == "User is not in this role [error-user-not-in-role]"

    def test_administrators_are_made_and_one_remains(self, api: ApiClient) -> None:
        ana = UserFactory(username="ana")
        api.post("roles.addUserToRole", username="ana", roleId="admin")
        assert User.objects.get(pk=ana.pk).is_staff
        User.objects.filter(is_superuser=True).delete()
        answer = api.post("roles.removeUserFromRole", username="ana", roleId="admin")
        assert failure(answer) == "You need to have at least one admin [error-admin-required]"

    @pytest.mark.parametrize("name", ["roles.addUserToRole", "roles.removeUserFromRole"])
    def test_invalid_changes_are_reported(self, api: ApiClient, name: str) -> None:
        UserFactory(username="ana")
        assert failure(api.post(name, username="ana", roleId="x")).endswith("[error-invalid-roleId]")
        assert failure(api.post(name, username="ana", roleId="owner")).endswith("[error-invalid-roleId]")
        assert failure(api.post(name, username="nobody", roleId="user")).endswith("[error-invalid-user]")
        assert failure(api.post(name, roleId="user")).endswith("[error-user-param-not-provided]")
        superuser = UserFactory(is_superuser=True)
        answer = api.post(name, userId=superuser.public_id, roleId="user")
        assert failure(answer, 403).endswith("[error-unauthorized]")


class TestUsersInRole:
    @pytest.fixture
    def api(self) -> ApiClient:
        return ApiClient(staff("auth.change_group", "workspace.view_subscription"))

    def test_members_are_listed_in_pages(self, api: ApiClient, django_assert_num_queries: Any) -> None:
        Group.objects.create(name="crew")
        for number in range(3):
            UserFactory(username=f"hand{number}", roles=("crew",))
        first = api.get("roles.getUsersInRole", role="crew", count=2).json()
        assert ([user["username"] for user in first["users"]], first["total"]) == (["hand0", "hand1"], 3)
        with django_assert_num_queries(9):
            api.get("roles.getUsersInRole", role="crew", count=3)
        with django_assert_num_queries(9):
            api.get("roles.getUsersInRole", role="crew", count=1)

    def test_members_of_a_room_are_listed(self, api: ApiClient) -> None:
        ana, bob = UserFactory(username="ana"), UserFactory(username="bob")
        room, other = RoomFactory(members=[ana, bob]), RoomFactory(members=[bob])
        room.subscriptions.filter(user=ana).update(is_owner=True)
        other.subscriptions.filter(user=bob).update(is_owner=True)
        names = {
            tuple(user["username"] for user in api.get("roles.getUsersInRole", **query).json()["users"])
            for query in ({"role": "owner", "roomId": room.public_id}, {"role": "owner"})
        }
        assert names == {("ana",), ("ana", "bob")}

    def test_invalid_requests_are_reported(self, api: ApiClient) -> None:
        assert failure(api.get("roles.getUsersInRole")).endswith('"role" is required [error-param-not-provided]')
        assert failure(api.get("roles.getUsersInRole", role="x")).endswith("[error-invalid-roleId]")
        answer = ApiClient(staff("auth.change_group")).get("roles.getUsersInRole", role="owner", roomId="GENERAL")
        assert failure(answer) == "Not allowed [error-not-allowed]"


@pytest.mark.parametrize(
    "name",
    [
        "roles.create",
        "roles.update",
        "roles.delete",
        "roles.addUserToRole",
        "roles.removeUserFromRole",
        "roles.getUsersInRole",
    ],
)
def test_the_permission_is_required(name: str) -> None:
    def call(api: ApiClient) -> Any:
        return api.get(name) if name.endswith("InRole") else api.post(name)

    assert failure(call(ApiClient(UserFactory())), 403).endswith("[error-unauthorized]")
    assert call(ApiClient()).json() == NOT_SIGNED_IN


def test_strangers_learn_no_changes() -> None:
    assert ApiClient().get("roles.sync").json() == NOT_SIGNED_IN
