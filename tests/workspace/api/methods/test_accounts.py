"""The methods that change accounts and end sign-ins."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from tests.api_client import ApiClient
from tests.factories import PASSWORD, UserFactory
from tests.method_calls import call, call_error
from tests.pictures import png
from tests.workspace.api.test_sign_in import QuickHasher
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import call_method
from workspace.models import User
from workspace.services.people.pictures import avatar_set
from workspace.services.sign_in import token_find

pytestmark = pytest.mark.django_db

PROOF = {"twoFactorCode": sha256(PASSWORD.encode()).hexdigest(), "twoFactorMethod": "password"}


@pytest.fixture(autouse=True)
def _digests(settings: Any) -> None:
    """Use a hasher that also knows digests."""
    settings.PASSWORD_HASHERS = [f"{QuickHasher.__module__}.{QuickHasher.__qualname__}", *settings.PASSWORD_HASHERS]


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="ana")
    user.set_password(PASSWORD)
    user.save()
    return user


def test_the_profile_is_changed(ana: User) -> None:
    client = ApiClient(ana)
    assert call(client, "saveUserProfile", {"realname": "Ana Silva", "nickname": "An"}, {}) is True
    assert call(client, "setUsername", "ana.silva") == "ana.silva"
    me = client.get("me").json()
    assert (me["name"], me["username"]) == ("Ana Silva", "ana.silva")
    assert call(client, "setRealName", "Ana") == "Ana"
    assert client.get("me").json()["name"] == "Ana"


def test_a_new_address_needs_the_password(ana: User) -> None:
    client = ApiClient(ana)
    error = call_error(client, "setEmail", "new@example.org")
    assert (error["error"], error["details"]["method"]) == ("totp-required", "password")
    assert call(client, "setEmail", "new@example.org", PROOF) == "new@example.org"
    typed = {"email": "other@example.org", "typedPassword": PROOF["twoFactorCode"]}
    assert call(client, "saveUserProfile", typed) is True
    assert client.get("me").json()["emails"][0]["address"] == "other@example.org"


@pytest.mark.parametrize("name", ["removeOtherTokens", "logoutOtherClients"])
def test_other_clients_are_signed_out(ana: User, name: str) -> None:
    client, other = ApiClient(ana), ApiClient(ana)
    result = call(client, name)
    assert (client.get("me").status_code, other.get("me").status_code) == (200, 401)
    if name == "logoutOtherClients":
        assert (result["token"], set(result["tokenExpires"])) == (client.token, {"$date"})


def test_a_socket_gets_a_token_that_remains_valid(ana: User, rf: Any) -> None:
    auth_token = token_find(ApiClient(ana).token)
    result = call_method("logoutOtherClients", [], MethodCall(request=rf.get("/"), user=ana, auth_token=auth_token))
    assert ApiClient(ana, token=result["token"]).get("me").status_code == 200


def test_personal_access_tokens_are_created_replaced_and_removed() -> None:
    admin = UserFactory(roles=("admin", "user"))
    admin.set_password(PASSWORD)
    admin.save()
    client = ApiClient(admin)
    name = {"tokenName": "bot"}
    assert call_error(client, "personalAccessTokens:generateToken", name)["error"] == "totp-required"
    token = call(client, "personalAccessTokens:generateToken", {**name, "bypassTwoFactor": True}, PROOF)
    assert ApiClient(admin, token=token).get("me").status_code == 200
    replaced = call(client, "personalAccessTokens:regenerateToken", name, PROOF)
    assert ApiClient(admin, token=token).get("me").status_code == 401
    assert call(client, "personalAccessTokens:removeToken", name, PROOF) is None
    assert ApiClient(admin, token=replaced).get("me").status_code == 401


def test_accounts_are_deactivated_by_those_who_may(ana: User) -> None:
    admin = UserFactory(roles=("admin", "user"))
    assert call_error(ana, "setUserActiveStatus", admin.public_id, False)["error"] == "error-unauthorized"
    assert call(admin, "setUserActiveStatus", ana.public_id, False) is True
    assert call_error(None, "login", {"user": {"username": "ana"}, "password": PASSWORD})["error"] == (
        "error-user-is-not-activated"
    )


def test_an_account_is_registered_if_the_settings_allow_it() -> None:
    account = {"username": "eve", "email": "eve@example.org", "pass": PASSWORD, "name": "Eve", "confirm-pass": PASSWORD}
    admin = UserFactory(roles=("admin", "user"))
    call(admin, "saveSetting", "Accounts_RegistrationForm", "Disabled")
    assert "error" in call_error(None, "registerUser", account)
    call(admin, "saveSetting", "Accounts_RegistrationForm", "Public")
    assert call(None, "registerUser", account) == User.objects.get(username="eve").public_id
    assert call_error(None, "registerUser", {})["error"] == "invalid-params"


def test_the_answer_about_a_forgotten_password_does_not_reveal_accounts() -> None:
    for address in ("nobody@example.org", " nobody@example.org "):
        assert call(None, "sendForgotPasswordEmail", address) is True


def test_usernames_are_checked_and_suggested(ana: User) -> None:
    UserFactory(username="bob")
    assert call(ana, "checkUsernameAvailability", "bob") is False
    assert call(ana, "checkUsernameAvailability", "free") is True
    assert isinstance(call(ana, "getUsernameSuggestion"), str)


def test_accounts_are_deleted_by_those_who_may(ana: User) -> None:
    admin = UserFactory(roles=("admin", "user"))
    assert "error" in call_error(ana, "deleteUser", admin.public_id)
    assert call(admin, "deleteUser", ana.public_id, True) == {"deletedRooms": []}
    assert not User.objects.filter(pk=ana.pk).exists()


def test_the_own_account_is_deleted_if_the_settings_allow_it(ana: User) -> None:
    digest = PROOF["twoFactorCode"]
    assert "error" in call_error(ana, "deleteUserOwnAccount", digest)
    call(UserFactory(roles=("admin", "user")), "saveSetting", "Accounts_AllowDeleteOwnAccount", True)
    assert "error" in call_error(ana, "deleteUserOwnAccount", "0" * 64)
    assert call(ana, "deleteUserOwnAccount", digest) is True
    assert not User.objects.filter(pk=ana.pk).exists()


def test_pictures_are_removed(ana: User) -> None:
    avatar_set(user=ana, content=png())
    assert call(ApiClient(ana), "resetAvatar") is None
    assert User.objects.get(pk=ana.pk).avatar_etag == ""


def test_strangers_ask_for_links_and_the_rules_for_passwords() -> None:
    assert call(ApiClient(), "sendConfirmationEmail", " ana@example.org ") is True
    assert call(ApiClient(), "getPasswordPolicy", {"token": "x"}) == {"enabled": False, "policy": []}
