"""users.updateOwnBasicInfo"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, DeviceFactory, EmailAddressFactory, UserFactory
from workspace.models import SignInSettings, User
from workspace.selectors.presence import presence_of
from workspace.services.people.access_tokens import access_token_create
from workspace.services.sign_in import sign_in, token_find

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digests_accepted")]

NEW_PASSWORD = "a-quite-new-passphrase"


def digest_of(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    EmailAddressFactory(user=user, address="ana@example.org")
    return user


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def update(api: ApiClient, **data: Any) -> Any:
    return api.post("users.updateOwnBasicInfo", {"data": data, "customFields": {}})


def test_names_and_status_are_changed(api: ApiClient, ana: User) -> None:
    data = {"name": "Ana S.", "username": "anas", "nickname": " An ", "bio": "Stage manager", "statusText": "on stage"}
    user = update(api, **data, statusType="busy").json()["user"]
    assert (user["name"], user["username"], user["nickname"], user["bio"]) == ("Ana S.", "anas", "An", "Stage manager")
    assert presence_of(ana).status_text == user["statusText"] == "on stage"
    assert "preferences" in user["settings"]
    assert api.get("me").json()["bio"] == "Stage manager"


def test_a_new_password_signs_out_other_clients_but_not_personal_tokens(api: ApiClient, ana: User) -> None:
    other, personal = sign_in(user=ana), access_token_create(user=ana, name="bot")
    current = token_find(api.token)
    assert current is not None
    own_device = DeviceFactory(user=ana, session_digest=current.digest)
    DeviceFactory(user=ana, session_digest="elsewhere")
    response = update(api, newPassword=NEW_PASSWORD, currentPassword=digest_of(PASSWORD))
    assert response.json()["success"] is True
    assert token_find(other) is None
    assert token_find(personal) is not None
    assert api.get("me").status_code == 200
    assert list(type(own_device).objects.all()) == [own_device]
    assert ApiClient().post("login", user="ana", password=NEW_PASSWORD).status_code == 200


def test_a_new_address_must_be_verified(api: ApiClient, ana: User) -> None:
    update(api, email="new@example.org", currentPassword=digest_of(PASSWORD).upper())
    assert list(ana.emails.values_list("address", "verified")) == [("new@example.org", False)]


@pytest.mark.parametrize("data", [{"newPassword": NEW_PASSWORD}, {"email": "new@example.org"}])
def test_the_current_password_is_required(api: ApiClient, ana: User, data: dict[str, str]) -> None:
    body = update(api, **data).json()
    assert body["error"] == "TOTP Required [totp-required]"
    assert body["details"] == {"method": "password", "codeGenerated": False, "availableMethods": []}
    body = update(api, **data, currentPassword=digest_of("wrong")).json()
    assert (body["error"], body["details"]) == ("TOTP Invalid [totp-invalid]", {"method": "password"})
    assert User.objects.get(pk=ana.pk).check_password(PASSWORD)
    assert ana.emails.get().address == "ana@example.org"


def test_the_password_may_be_sent_in_headers(api: ApiClient) -> None:
    api.headers |= {"x-2fa-code": digest_of(PASSWORD), "x-2fa-method": "password"}
    assert update(api, newPassword=NEW_PASSWORD).status_code == 200


def test_unchanged_values_need_no_password(api: ApiClient) -> None:
    assert update(api, email="ana@example.org", name="Ana").status_code == 200


def test_guessing_the_password_is_limited(api: ApiClient, settings: Any) -> None:
    settings.API_RATE_LIMITING = False
    wrong = [update(api, newPassword=NEW_PASSWORD, currentPassword="0" * 64).status_code for _try in range(11)]
    assert wrong == [400] * 10 + [429]
    assert update(api, newPassword=NEW_PASSWORD, currentPassword=digest_of(PASSWORD)).status_code == 429


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"username": "Bob"}, "Bob is already in use [error-field-unavailable]"),
        ({"username": "a b"}, "[error-invalid-username]"),
        ({"email": "bob@example.org"}, "bob@example.org is already in use [error-field-unavailable]"),
        ({"email": "nowhere"}, "[error-invalid-email]"),
        ({"newPassword": "short"}, "[error-password-policy-not-met]"),
        ({"newPassword": PASSWORD}, "Entered password same as current password [error-password-same-as-current]"),
        ({"bio": "x" * 261}, "Bio size exceeds 260 characters [error-bio-size-exceeded]"),
        ({"statusType": "asleep"}, "must be equal to one of the allowed values [invalid-params]"),
    ],
)
def test_invalid_changes_are_refused_as_a_whole(api: ApiClient, ana: User, data: dict[str, str], error: str) -> None:
    EmailAddressFactory(user=UserFactory(username="bob"), address="bob@example.org")
    answer = update(api, **data, name="Changed", currentPassword=digest_of(PASSWORD))
    assert failure(answer).endswith(error)
    assert User.objects.get(pk=ana.pk).name == "Ana Silva"


@pytest.mark.parametrize(
    ("setting", "data", "error"),
    [
        ("profile_change", {"name": "X"}, "Not allowed [error-not-allowed]"),
        ("username_change", {"username": "x"}, "Edit username is not allowed [error-action-not-allowed]"),
        ("name_change", {"name": "X"}, "Edit user real name is not allowed [error-action-not-allowed]"),
        ("email_change", {"email": "x@example.org"}, "Edit user email is not allowed [error-action-not-allowed]"),
        ("password_change", {"newPassword": "x"}, "Edit user password is not allowed [error-action-not-allowed]"),
        ("status_change", {"statusText": "x"}, "Edit user status is not allowed [error-action-not-allowed]"),
        ("invisible_status", {"statusType": "offline"}, "Invisible status is disabled [error-status-not-allowed]"),
    ],
)
def test_the_settings_of_the_workspace_are_enforced(
    api: ApiClient, setting: str, data: dict[str, str], error: str
) -> None:
    SignInSettings(**{setting: False}).save()
    assert failure(update(api, **data)) == error


def test_parameters_are_validated(api: ApiClient) -> None:
    assert failure(api.post("users.updateOwnBasicInfo")) == "must have required property 'data' [invalid-params]"


def test_strangers_are_asked_to_sign_in() -> None:
    response = update(ApiClient(), name="X")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
