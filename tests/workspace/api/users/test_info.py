"""users.info"""

from __future__ import annotations

from typing import Any

import pytest

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import EmailAddressFactory, RoomFactory, UserFactory, direct_room
from workspace.models import User
from workspace.services.presence import activity_report, status_set

pytestmark = pytest.mark.django_db

NOT_FOUND = {"success": False, "error": "User not found."}
FOR_ONESELF = {"emails", "lastLogin", "statusConnection", "requirePasswordChange", "canViewAllInfo"}


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="Ana", name="Ana Silva")
    EmailAddressFactory(user=user, address="ana@example.org")
    return user


def info(reader: User, **query: str) -> dict[str, Any]:
    body = ApiClient(reader).get("users.info", **query).json()
    assert body["success"] is True
    result: dict[str, Any] = body["user"]
    return result


@pytest.mark.parametrize("query", [{"username": "ana"}, {"username": "Ana"}, {"email": "ANA@example.org"}])
def test_returns_all_fields_to_the_user_themselves(ana: User, query: dict[str, str]) -> None:
    activity_report(user=ana)
    status_set(user=ana, status="offline", text="on stage")
    result = info(ana, **query)
    assert (result["_id"], result["username"], result["name"]) == (ana.public_id, "Ana", "Ana Silva")
    assert result["emails"] == [{"address": "ana@example.org", "verified": True}]
    assert (result["status"], result["statusConnection"], result["statusText"]) == ("offline", "online", "on stage")
    assert (result["type"], result["active"], result["roles"]) == ("user", True, ["user"])
    assert result["createdAt"].endswith("Z")
    assert (result["requirePasswordChange"], result["utcOffset"], result["canViewAllInfo"]) == (False, 0, True)
    assert "rooms" not in result


def test_hides_addresses_connection_and_sign_ins_from_others(ana: User) -> None:
    activity_report(user=ana)
    status_set(user=ana, status="offline")
    result = info(UserFactory(), userId=ana.public_id)
    assert (result["username"], result["status"], result["roles"]) == ("Ana", "offline", ["user"])
    assert not FOR_ONESELF & result.keys()


def test_returns_all_fields_with_the_permission(ana: User) -> None:
    result = info(staff("workspace.view_user"), email="ana@example.org")
    assert result["emails"] == [{"address": "ana@example.org", "verified": True}]
    assert result["canViewAllInfo"] is True


def test_other_users_cannot_be_found_by_address(ana: User) -> None:
    assert ApiClient(UserFactory()).get("users.info", email="ana@example.org").json() == NOT_FOUND


def test_a_deactivated_user_is_returned(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert info(UserFactory(), username="ana")["active"] is False


@pytest.mark.parametrize("name", ["userId", "username", "importId", "email", "freeSwitchExtension"])
def test_an_unknown_user_is_reported_with_the_expected_error(ana: User, name: str) -> None:
    response = ApiClient(UserFactory(roles=("admin",))).get("users.info", **{name: "nobody"})
    assert (response.status_code, response.json()) == (400, NOT_FOUND)


def test_a_name_is_required(ana: User) -> None:
    assert failure(ApiClient(ana).get("users.info")).splitlines() == [
        "must have required property 'userId'",
        "must have required property 'username'",
        "must have required property 'importId'",
        "must match a schema in anyOf [invalid-params]",
    ]


def test_several_names_are_refused(ana: User) -> None:
    response = ApiClient(ana).get("users.info", username="ana", userId=ana.public_id)
    assert failure(response) == "must match exactly one schema in oneOf [invalid-params]"


@pytest.mark.parametrize("spelt", ["True", "true"])
def test_returns_the_rooms_of_the_caller(ana: User, spelt: str) -> None:
    bob = UserFactory(username="bob")
    stage, direct = RoomFactory(name="stage", members=[ana]), direct_room(ana, bob)
    stage.subscriptions.update(is_owner=True, unread=3)
    rooms = info(ana, username="ana", includeUserRooms=spelt)["rooms"]
    owned = {"rid": stage.public_id, "name": "stage", "t": "c", "unread": 3, "roles": ["owner"]}
    assert rooms == [
        {"_id": stage.subscriptions.get().public_id, **owned},
        {
            "_id": direct.subscriptions.get(user=ana).public_id,
            "rid": direct.public_id,
            "name": "bob",
            "t": "d",
            "unread": 0,
        },
    ]


def test_the_rooms_of_others_need_the_permission(ana: User) -> None:
    RoomFactory(name="stage", members=[ana])
    assert "rooms" not in info(UserFactory(), username="ana", includeUserRooms="True")
    result = info(staff("workspace.view_subscription"), username="ana", includeUserRooms="True")
    assert [room["name"] for room in result["rooms"]] == ["stage"]
    assert "rooms" not in info(ana, username="ana", includeUserRooms="False")


def test_an_invalid_flag_is_reported(ana: User) -> None:
    response = ApiClient(ana).get("users.info", username="ana", includeUserRooms="perhaps")
    assert failure(response) == "must be boolean [invalid-params]"


def test_anonymous_users_are_asked_to_sign_in(ana: User) -> None:
    response = ApiClient().get("users.info", username="ana")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
