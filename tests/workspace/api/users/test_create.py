"""users.create"""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import EmailAddressFactory, RoomFactory, UserFactory
from tests.mails import mails_send_at_once
from workspace.models import User
from workspace.selectors.presence import presence_of

pytestmark = pytest.mark.django_db

SECRET = "a-quite-new-passphrase"
GRACE = {"username": "grace", "name": "Grace Hopper", "email": "grace@example.org", "password": SECRET}


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run queued tasks at once."""
    mails_send_at_once(monkeypatch)


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(UserFactory(username="admin", roles=("admin",)))


@pytest.fixture
def maker() -> ApiClient:
    """A user who may create accounts, without other permissions."""
    return ApiClient(staff("workspace.add_user"))


def created(api: ApiClient, **fields: Any) -> dict[str, Any]:
    body = api.post("users.create", {**GRACE, **fields}).json()
    assert body["success"] is True, body
    result: dict[str, Any] = body["user"]
    return result


def refused(api: ApiClient, **fields: Any) -> dict[str, Any]:
    """Return the response to an account that is not created."""
    before = User.objects.count()
    response = api.post("users.create", {**GRACE, **fields})
    failure(response)
    assert User.objects.count() == before
    assert SECRET not in response.text
    body: dict[str, Any] = response.json()
    return body


def test_creates_a_member_who_can_sign_in(maker: ApiClient) -> None:
    general = RoomFactory(public_id="GENERAL", name="general")
    result = created(maker)
    grace = User.objects.get(username="grace")
    assert result["_id"] == grace.public_id
    assert (result["username"], result["name"], result["type"]) == ("grace", "Grace Hopper", "user")
    assert result["emails"] == [{"address": "grace@example.org", "verified": False}]
    assert (result["roles"], result["active"], result["status"]) == (["user"], True, "offline")
    assert result["createdAt"].endswith("Z")
    assert result["_updatedAt"].endswith("Z")
    assert "preferences" in result["settings"]
    assert general.subscriptions.get().user == grace
    assert ApiClient().post("login", user="grace@example.org", password=SECRET).status_code == 200


def test_the_password_is_never_shown(maker: ApiClient, caplog: pytest.LogCaptureFixture) -> None:
    response = maker.post("users.create", GRACE)
    assert response.status_code == 200
    assert SECRET not in response.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_not_verified_receives_its_link(maker: ApiClient, verified: bool) -> None:
    result = created(maker, verified=verified)
    assert result["emails"][0]["verified"] is verified
    assert [message.to for message in mail.outbox] == ([] if verified else [["grace@example.org"]])


def test_additional_fields_are_applied(admin: ApiClient) -> None:
    general = RoomFactory(public_id="GENERAL", name="general")
    result = created(
        admin,
        roles=["admin", "user"],
        joinDefaultChannels=False,
        active=False,
        statusText="new here",
        nickname="G",
        bio="Navy",
    )
    grace = User.objects.get(username="grace")
    assert (result["roles"], result["active"], result["statusText"]) == (["admin", "user"], False, "new here")
    assert (grace.is_staff, grace.is_active) == (True, False)
    assert (grace.nickname, grace.bio) == ("G", "Navy")
    assert not general.subscriptions.exists()
    assert presence_of(grace).status_text == "new here"


@pytest.mark.parametrize("given", [{"password": ""}, {"password": None}, {"requirePasswordChange": True}])
def test_a_random_password_can_be_set(maker: ApiClient, given: dict[str, Any]) -> None:
    body = {name: value for name, value in {**GRACE, **given}.items() if value is not None}
    assert maker.post("users.create", {**body, "setRandomPassword": True}).status_code == 200
    grace = User.objects.get(username="grace")
    assert grace.has_usable_password()
    assert not grace.check_password(SECRET)
    assert not grace.check_password("")


def test_a_required_password_change_is_rejected_without_a_random_password(maker: ApiClient) -> None:
    assert refused(maker, requirePasswordChange=True)["errorType"] == "invalid-params"
    assert created(maker, requirePasswordChange=False)["requirePasswordChange"] is False


@pytest.mark.parametrize("password", ["", "short", "password", "gracehopper", "grace.hopper"])
def test_a_weak_password_is_refused(maker: ApiClient, password: str) -> None:
    assert refused(maker, password=password)["errorType"] == "error-password-policy-not-met"


@pytest.mark.parametrize("name", ["name", "email", "username", "password"])
def test_names_what_is_missing(maker: ApiClient, name: str) -> None:
    response = maker.post("users.create", {key: value for key, value in GRACE.items() if key != name})
    assert failure(response) == f"must have required property '{name}' [invalid-params]"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"username": "GRACE.h"}, "error-field-unavailable"),
        ({"username": "gr ace"}, "error-invalid-username"),
        ({"username": "all"}, "error-invalid-username"),
        ({"email": "Taken@example.org"}, "error-field-unavailable"),
        ({"email": "grace"}, "error-invalid-email"),
        ({"roles": ["user", "nobody"]}, "error-invalid-role"),
        ({"name": ""}, "invalid-params"),
        ({"active": "yes"}, "invalid-params"),
    ],
)
def test_an_invalid_account_is_reported(admin: ApiClient, given: dict[str, Any], code: str) -> None:
    UserFactory(username="grace.H")
    EmailAddressFactory(address="taken@example.org")
    body = refused(admin, **given)
    assert body["errorType"] == code
    if code == "error-field-unavailable":
        assert body["error"].startswith(f"{next(iter(given.values()))} is already in use ")


def test_an_unverified_address_of_another_account_can_be_added(maker: ApiClient) -> None:
    EmailAddressFactory(address="grace@example.org", verified=False)
    assert created(maker)["emails"][0]["address"] == "grace@example.org"


@pytest.mark.parametrize("roles", [["admin"], ["user", "admin"], []])
def test_account_creators_cannot_assign_other_roles(maker: ApiClient, roles: list[str]) -> None:
    body = refused(maker, roles=roles)
    assert body["errorType"] == "error-action-not-allowed"
    assert body["details"] == {"method": "insertOrUpdateUser", "action": "Assign_role"}
    assert created(maker, roles=["user"])["roles"] == ["user"]


def test_a_deactivated_account_needs_the_permission_to_deactivate(maker: ApiClient) -> None:
    assert refused(maker, active=False)["errorType"] == "error-action-not-allowed"


def test_the_permission_is_required() -> None:
    body = refused(ApiClient(UserFactory()))
    assert body["errorType"] == "error-action-not-allowed"
    assert body["details"] == {"method": "insertOrUpdateUser", "action": "Adding_user"}


def test_anonymous_users_are_asked_to_sign_in() -> None:
    response = ApiClient().post("users.create", GRACE)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
    assert not User.objects.exists()
