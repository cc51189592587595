"""users.list"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import EmailAddressFactory, UserFactory
from workspace.models import User
from workspace.services.presence import activity_report, status_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return UserFactory(username="reader", name="Zoe")


@pytest.fixture
def people(reader: User) -> dict[str, User]:
    """Three users whose orders by username, name, creation time and status all differ."""
    names = {"Ana": ("Mia", 3), "bob": ("Lea", 1), "cy": ("ada", 2)}
    return {
        username: UserFactory(username=username, name=name, created_at=datetime(2026, 1, day, tzinfo=UTC))
        for username, (name, day) in names.items()
    }


def listed(reader: User, **query: Any) -> dict[str, Any]:
    body: dict[str, Any] = ApiClient(reader).get("users.list", **query).json()
    assert body["success"] is True
    return body


def usernames(body: dict[str, Any]) -> list[str]:
    return [user["username"] for user in body["users"]]


def test_lists_active_and_deactivated_accounts_by_username(reader: User, people: dict[str, User]) -> None:
    User.objects.filter(username="cy").update(is_active=False)
    body = listed(reader)
    assert usernames(body) == ["Ana", "bob", "cy", "reader"]
    assert (body["count"], body["offset"], body["total"]) == (4, 0, 4)
    assert [user["active"] for user in body["users"]] == [True, True, False, True]
    ana = body["users"][0]
    assert (ana["_id"], ana["name"], ana["type"], ana["roles"]) == (people["Ana"].public_id, "Mia", "user", ["user"])


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ({"username": -1}, ["reader", "cy", "bob", "Ana"]),
        ({"name": 1}, ["cy", "bob", "Ana", "reader"]),
        ({"name": -1}, ["reader", "Ana", "bob", "cy"]),
        ({"createdAt": 1}, ["bob", "cy", "Ana", "reader"]),
        ({"status": 1, "username": 1}, ["cy", "bob", "Ana", "reader"]),
        ({"unknown": 1}, ["Ana", "bob", "cy", "reader"]),
    ],
)
def test_the_list_is_sorted_as_requested(
    reader: User, people: dict[str, User], sort: dict[str, int], expected: list[str]
) -> None:
    for username, status in (("bob", "busy"), ("cy", "away"), ("reader", "online")):
        user = User.objects.get(username=username)
        activity_report(user=user)
        status_set(user=user, status=status)
    assert usernames(listed(reader, sort=json.dumps(sort))) == expected


def test_pages_list_every_user_once(reader: User, people: dict[str, User]) -> None:
    User.objects.update(name="Same")
    pages = [listed(reader, offset=offset, count=2, sort='{"name": -1}') for offset in (0, 2, 4)]
    assert [page["count"] for page in pages] == [2, 2, 0]
    assert {page["total"] for page in pages} == {4}
    assert sorted(name for page in pages for name in usernames(page)) == ["Ana", "bob", "cy", "reader"]
    assert len(listed(reader, count=0)["users"]) == 4


@pytest.mark.parametrize("count", [0, 4])
def test_no_page_exceeds_the_maximum_length(
    reader: User, people: dict[str, User], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("workspace.api.paging.MAX_ITEMS", 3)
    first, rest = (listed(reader, count=count, offset=offset) for offset in (0, 3))
    assert (usernames(first), usernames(rest)) == (["Ana", "bob", "cy"], ["reader"])
    assert (first["count"], first["total"]) == (3, 4)


def test_addresses_and_sign_ins_are_only_returned_for_oneself(reader: User) -> None:
    for user in (reader, UserFactory(username="other")):
        EmailAddressFactory(user=user)
    own = {"emails", "lastLogin", "statusConnection"}
    User.objects.update(last_login=datetime(2026, 1, 1, tzinfo=UTC))
    result = {user["username"]: own & user.keys() for user in listed(reader)["users"]}
    assert result == {"reader": own, "other": set()}
    seen = listed(staff("workspace.view_user", "workspace.view_d_room"))["users"]
    assert {user["username"] for user in seen if "emails" in user} >= {"reader", "other"}


def test_users_are_found_by_address_with_the_permission(reader: User, people: dict[str, User]) -> None:
    EmailAddressFactory(user=people["bob"], address="Bob@example.org")
    EmailAddressFactory(user=reader, address="reader@example.org")
    admin = UserFactory(roles=("admin",))
    assert usernames(listed(admin, email="bob@EXAMPLE.org")) == ["bob"]
    assert usernames(listed(admin, email="bob")) == []
    assert usernames(listed(reader, email="bob@example.org")) == []
    assert usernames(listed(reader, email="reader@example.org")) == ["reader"]
    assert failure(ApiClient(admin).get("users.list", email="")).endswith("[invalid-params]")


@pytest.mark.usefixtures("settings_remembered")
def test_the_number_of_queries_does_not_depend_on_the_number_of_users(reader: User) -> None:
    api = ApiClient(reader)
    api.get("users.list")
    counted: list[int] = []
    for _round in range(2):
        EmailAddressFactory.create_batch(3)
        with CaptureQueriesContext(connection) as queries:
            api.get("users.list")
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_permission_is_required() -> None:
    response = ApiClient(UserFactory(roles=())).get("users.list")
    assert failure(response, 403).endswith("[error-unauthorized]")


def test_anonymous_users_are_asked_to_sign_in() -> None:
    response = ApiClient().get("users.list")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
