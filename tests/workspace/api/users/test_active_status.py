"""users.setActiveStatus"""

from __future__ import annotations

from typing import Any

import pytest

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, RoomFactory, UserFactory
from workspace.models import User
from workspace.services.sign_in import sign_in, token_find

pytestmark = pytest.mark.django_db


@pytest.fixture
def changer() -> ApiClient:
    """A user who may change accounts, without other permissions."""
    return ApiClient(staff("workspace.change_user"))


@pytest.fixture(autouse=True)
def _administrator() -> None:
    """An administrator must remain, or nobody could be deactivated."""
    UserFactory(username="admin", roles=("admin",))


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def set_status(api: ApiClient, user: User, *, active: bool, **fields: Any) -> Any:
    return api.post("users.setActiveStatus", {"userId": user.public_id, "activeStatus": active, **fields})


def is_active(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


def test_deactivating_ends_sign_ins_and_devices(changer: ApiClient, ana: User) -> None:
    token, device = sign_in(user=ana), DeviceFactory(user=ana)
    response = set_status(changer, ana, active=False)
    assert response.json() == {"success": True, "user": {"_id": ana.public_id, "active": False}}
    assert not is_active(ana)
    assert token_find(token) is None
    assert not type(device).objects.exists()


def test_activating_lets_sign_in_again(changer: ApiClient, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    response = set_status(changer, ana, active=True)
    assert response.json()["user"] == {"_id": ana.public_id, "active": True}
    assert is_active(ana)


def test_the_only_owner_of_a_room_with_members_is_deactivated_only_if_confirmed(changer: ApiClient, ana: User) -> None:
    bob = UserFactory()
    for name, members in (("stage", [ana, bob]), ("alone", [ana]), ("shared", [ana, bob])):
        RoomFactory(name=name, members=members).subscriptions.filter(user=ana).update(is_owner=True)
    bob.subscriptions.filter(room__name="shared").update(is_owner=True)
    body = set_status(changer, ana, active=False).json()
    assert body["errorType"] == "user-last-owner"
    assert body["details"] == {"shouldChangeOwner": ["stage"], "shouldBeRemoved": []}
    assert is_active(ana)
    assert set_status(changer, ana, active=False, confirmRelinquish=True).status_code == 200
    assert not is_active(ana)


def test_nobody_deactivates_themselves(ana: User) -> None:
    admin = User.objects.get(username="admin")
    response = set_status(ApiClient(admin), admin, active=False)
    assert "[error-action-not-allowed]" in failure(response)
    assert is_active(admin)


def test_an_account_manager_cannot_change_an_administrator(changer: ApiClient) -> None:
    admin = User.objects.get(username="admin")
    assert failure(set_status(changer, admin, active=False), 403).endswith("[error-unauthorized]")
    assert is_active(admin)


def test_the_permission_is_required(ana: User) -> None:
    assert failure(set_status(ApiClient(ana), UserFactory(), active=False), 403).endswith("[error-unauthorized]")


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"activeStatus": True}, "must have required property 'userId' [invalid-params]"),
        ({"userId": "x"}, "must have required property 'activeStatus' [invalid-params]"),
        ({"userId": "x", "activeStatus": "True"}, "must be boolean [invalid-params]"),
        ({"userId": "x", "activeStatus": True}, "Invalid user [error-invalid-user]"),
    ],
)
def test_invalid_parameters_are_reported(changer: ApiClient, body: dict[str, Any], result: str) -> None:
    assert failure(changer.post("users.setActiveStatus", body)) == result


def test_anonymous_users_are_asked_to_sign_in(ana: User) -> None:
    response = set_status(ApiClient(), ana, active=False)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
