"""users.update"""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from tests.admin_rows import administrator, staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, EmailAddressFactory, RoomFactory, UserFactory
from tests.mails import mails_send_at_once
from workspace.models import SignInSettings, User
from workspace.selectors.presence import presence_of
from workspace.services.sign_in import sign_in, token_find

pytestmark = pytest.mark.django_db

SECRET = "a-quite-new-passphrase"


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run queued tasks at once."""
    mails_send_at_once(monkeypatch)


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(UserFactory(username="admin", roles=("admin",)))


@pytest.fixture
def changer() -> ApiClient:
    """A user who may change accounts, without other permissions."""
    return ApiClient(staff("workspace.change_user"))


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


def update(api: ApiClient, user: User, /, **data: Any) -> Any:
    return api.post("users.update", {"userId": user.public_id, "data": data})


def updated(api: ApiClient, user: User, /, **data: Any) -> dict[str, Any]:
    response = update(api, user, **data)
    assert response.status_code == 200, response.json()
    user.refresh_from_db()
    result: dict[str, Any] = response.json()["user"]
    return result


def not_allowed(response: Any, action: str) -> None:
    """Assert that the action is rejected with the expected error."""
    failure(response)
    assert response.json()["errorType"] == "error-action-not-allowed"
    assert response.json()["details"] == {"method": "insertOrUpdateUser", "action": action}


def test_only_given_fields_change(admin: ApiClient, ana: User) -> None:
    EmailAddressFactory(user=ana, address="ana@example.org")
    result = updated(admin, ana, name="Ana Costa", statusText="on tour")
    assert (result["_id"], result["name"], result["username"]) == (ana.public_id, "Ana Costa", "ana")
    assert (result["statusText"], result["active"], result["roles"]) == ("on tour", True, ["user"])
    assert result["emails"] == [{"address": "ana@example.org", "verified": True}]
    assert (ana.name, presence_of(ana).status_text) == ("Ana Costa", "on tour")
    assert ana.check_password(PASSWORD)
    assert updated(admin, ana)["name"] == "Ana Costa"


def test_a_username_is_changed(changer: ApiClient, ana: User) -> None:
    assert updated(changer, ana, username="ANA")["username"] == "ANA"
    UserFactory(username="bob")
    assert "error-field-unavailable" in failure(update(changer, ana, username="BOB"))
    assert "error-invalid-username" in failure(update(changer, ana, username="a b"))


def test_addresses_are_only_returned_to_users_who_may_see_them(changer: ApiClient, ana: User) -> None:
    EmailAddressFactory(user=ana)
    assert "emails" not in updated(changer, ana, name="Ana")


@pytest.mark.django_db(transaction=True)
def test_a_new_address_replaces_the_first_and_receives_a_link(admin: ApiClient, ana: User) -> None:
    for address in ("old@example.org", "other@example.org"):
        EmailAddressFactory(user=ana, address=address)
    result = updated(admin, ana, email="new@example.org")
    assert result["emails"] == [
        {"address": "new@example.org", "verified": False},
        {"address": "other@example.org", "verified": True},
    ]
    assert [message.to for message in mail.outbox] == [["new@example.org"]]


def test_the_verification_of_an_address_can_be_changed(admin: ApiClient, ana: User) -> None:
    named = EmailAddressFactory(address="ana@example.org", verified=False).user
    assert updated(admin, ana, email="ana@example.org", verified=True)["emails"][0]["verified"] is True
    assert not named.emails.exists()
    assert updated(admin, ana, email="ANA@example.org")["emails"][0]["verified"] is True
    assert updated(admin, ana, verified=False)["emails"] == [{"address": "ana@example.org", "verified": False}]
    assert updated(admin, named, verified=True)["emails"] == []


def test_vouching_for_an_address_does_not_take_it_from_an_administrator(changer: ApiClient, ana: User) -> None:
    mighty, member = UserFactory(roles=("admin",)), UserFactory()
    for user in (mighty, member):
        EmailAddressFactory(user=user, address="stage@example.org", verified=False)
    updated(changer, ana, email="stage@example.org", verified=True)
    assert (mighty.emails.count(), member.emails.count()) == (1, 0)


def test_an_invalid_address_is_reported(admin: ApiClient, ana: User) -> None:
    EmailAddressFactory(address="taken@example.org")
    assert "error-field-unavailable" in failure(update(admin, ana, email="TAKEN@example.org"))
    assert "error-invalid-email" in failure(update(admin, ana, email="ana"))
    assert not ana.emails.exists()


@pytest.mark.parametrize("data", [{"password": SECRET}, {"setRandomPassword": True}])
def test_a_new_password_signs_the_account_out_everywhere(changer: ApiClient, ana: User, data: dict[str, Any]) -> None:
    token = sign_in(user=ana)
    updated(changer, ana, **data)
    assert token_find(token) is None
    assert not ana.check_password(PASSWORD)
    assert ana.check_password(SECRET) is ("password" in data)


def test_a_weak_password_is_refused_and_nothing_changes(changer: ApiClient, ana: User) -> None:
    response = update(changer, ana, username="ana2", password="ana.silva")
    assert "error-password-policy-not-met" in failure(response)
    assert "ana.silva" not in response.text
    ana.refresh_from_db()
    assert (ana.username, ana.check_password(PASSWORD)) == ("ana", True)


def test_roles_are_given_and_taken_by_an_administrator(admin: ApiClient, ana: User) -> None:
    assert updated(admin, ana, roles=["user", "admin"])["roles"] == ["admin", "user"]
    assert ana.is_staff
    assert updated(admin, ana, roles=["user"])["roles"] == ["user"]
    assert not ana.is_staff
    assert "error-invalid-role" in failure(update(admin, ana, roles=["nobody"]))


def test_the_role_of_the_last_administrator_cannot_be_removed(admin: ApiClient) -> None:
    own = User.objects.get(username="admin")
    assert "error-action-not-allowed" in failure(update(admin, own, roles=["user"]))
    assert list(own.groups.values_list("name", flat=True)) == ["admin"]
    UserFactory(roles=("admin",))
    assert updated(admin, own, roles=["user"])["roles"] == ["user"]


def test_account_managers_cannot_change_roles(changer: ApiClient, ana: User) -> None:
    for roles in (["user", "admin"], [], ["admin"]):
        not_allowed(update(changer, ana, roles=roles), "Assign_role")
    own = User.objects.get(is_staff=True)
    not_allowed(update(changer, own, roles=["admin"]), "Assign_role")
    assert updated(changer, ana, name="Ana", roles=["user"])["roles"] == ["user"]


@pytest.mark.parametrize(
    "data",
    [
        {"password": SECRET},
        {"setRandomPassword": True},
        {"email": "mine@example.org"},
        {"verified": True},
        {"username": "mine"},
        {"roles": ["user"]},
        {"active": False},
        {},
    ],
)
def test_an_account_manager_cannot_change_an_administrator(changer: ApiClient, data: dict[str, Any]) -> None:
    mighty = UserFactory(roles=("admin",))
    EmailAddressFactory(user=mighty, address="admin@example.org", verified=False)
    not_allowed(update(changer, mighty, **data), "Editing_user")
    mighty.refresh_from_db()
    assert (mighty.is_active, mighty.check_password(PASSWORD)) == (True, True)
    assert list(mighty.emails.values_list("address", "verified")) == [("admin@example.org", False)]


def test_an_administrator_cannot_change_a_superuser(admin: ApiClient) -> None:
    not_allowed(update(admin, administrator(), password=SECRET), "Editing_user")


def test_an_account_is_deactivated_and_activated(admin: ApiClient, ana: User) -> None:
    token = sign_in(user=ana)
    assert updated(admin, ana, active=False)["active"] is False
    assert token_find(token) is None
    assert updated(admin, ana, active=True)["active"] is True


def test_the_last_owner_of_a_room_is_deactivated_only_if_that_is_confirmed(admin: ApiClient, ana: User) -> None:
    RoomFactory(name="stage", members=[ana, UserFactory()]).subscriptions.filter(user=ana).update(is_owner=True)
    body = {"userId": ana.public_id, "data": {"active": False}}
    assert admin.post("users.update", body).json()["errorType"] == "user-last-owner"
    assert admin.post("users.update", {**body, "confirmRelinquish": True}).json()["user"]["active"] is False


def test_own_account_needs_the_permission_as_well(ana: User) -> None:
    not_allowed(update(ApiClient(ana), ana, password=SECRET), "Editing_user")


def test_a_password_that_has_to_be_changed_is_refused(changer: ApiClient, ana: User) -> None:
    response = update(changer, ana, password=SECRET, requirePasswordChange=True)
    assert failure(response).endswith("[invalid-params]")


def test_names_what_is_missing(admin: ApiClient, ana: User) -> None:
    assert "'userId'" in failure(admin.post("users.update", data={}))
    assert "'data'" in failure(admin.post("users.update", userId=ana.public_id))
    assert "error-invalid-user" in failure(admin.post("users.update", userId="nobody", data={}))


def test_anonymous_users_are_asked_to_sign_in(ana: User) -> None:
    response = update(ApiClient(), ana, name="After")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


class TestTexts:
    def test_are_changed(self, changer: ApiClient, ana: User) -> None:
        user = updated(changer, ana, nickname=" An ", bio="Stage manager")
        assert (user["nickname"], user["bio"]) == (ana.nickname, ana.bio) == ("An", "Stage manager")
        assert user["name"] == "Ana Silva"

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            ({"nickname": "n" * 121}, "Nickname size exceeds 120 characters [error-nickname-size-exceeded]"),
            ({"bio": "b" * 261}, "Bio size exceeds 260 characters [error-bio-size-exceeded]"),
        ],
    )
    def test_are_limited(self, changer: ApiClient, ana: User, data: dict[str, str], error: str) -> None:
        assert update(changer, ana, **data).json()["error"] == error
        own = ApiClient(ana).post("users.updateOwnBasicInfo", {"data": data})
        assert own.json()["error"] == error


class TestOwnAccount:
    @pytest.mark.parametrize(
        ("setting", "data"),
        [
            ("username_change", {"username": "boss"}),
            ("name_change", {"name": "Boss"}),
            ("email_change", {"email": "boss@example.org"}),
            ("password_change", {"password": SECRET}),
            ("password_change", {"setRandomPassword": True}),
            ("status_change", {"statusText": "away"}),
        ],
    )
    def test_the_settings_apply(self, setting: str, data: dict[str, Any], ana: User) -> None:
        SignInSettings.objects.update_or_create(defaults={setting: False})
        manager = staff("workspace.change_user")
        response = update(ApiClient(manager), manager, **data)
        not_allowed(response, "Update_user")
        assert updated(ApiClient(manager), ana, **data)["username"]

    def test_unchanged_values_are_accepted(self) -> None:
        SignInSettings.objects.update_or_create(defaults={"username_change": False, "name_change": False})
        manager = staff("workspace.change_user")
        assert updated(ApiClient(manager), manager, username=manager.username, name=manager.name, bio="Manages")
