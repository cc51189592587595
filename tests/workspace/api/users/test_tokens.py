"""Personal access tokens, and users.createToken"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from knox.models import AuthToken

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, UserFactory
from tests.second_factors import second_factor_of
from workspace.models import User
from workspace.services.people.access_tokens import access_token_create
from workspace.services.sign_in import token_find

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digests_accepted")]

ENDPOINTS = [
    "users.generatePersonalAccessToken",
    "users.regeneratePersonalAccessToken",
    "users.removePersonalAccessToken",
]
SECRET = "V9mK2pL8nQ5rT1wX6jY3uZ7"
WITH_PASSWORD = {"x-2fa-code": hashlib.sha256(PASSWORD.encode()).hexdigest(), "x-2fa-method": "password"}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    api = ApiClient(ana)
    api.headers |= WITH_PASSWORD
    return api


def test_a_token_is_created_listed_replaced_and_removed(api: ApiClient, ana: User) -> None:
    token = api.post(ENDPOINTS[0], tokenName="bot").json()["token"]
    listed = api.get("users.getPersonalAccessTokens").json()["tokens"]
    assert [(row["name"], row["lastTokenPart"], row["bypassTwoFactor"]) for row in listed] == [
        ("bot", token[-6:], False)
    ]
    assert listed[0]["createdAt"].endswith("Z")
    assert ApiClient(ana, token=token).get("me").json()["username"] == "ana"
    replaced = api.post(ENDPOINTS[1], tokenName="bot").json()["token"]
    assert ApiClient(ana, token=token).get("me").status_code == 401
    assert ApiClient(ana, token=replaced).get("me").status_code == 200
    assert api.post(ENDPOINTS[2], tokenName="bot").json() == {"success": True}
    assert ApiClient(ana, token=replaced).get("me").status_code == 401
    assert api.get("users.getPersonalAccessTokens").json() == {"tokens": [], "success": True}


def test_only_a_digest_of_the_token_is_stored(ana: User) -> None:
    token = access_token_create(user=ana, name="bot")
    stored = [*AuthToken.objects.values_list(), *ana.access_tokens.values_list()]
    assert not any(token in str(value) for row in stored for value in row)


def test_a_token_does_not_expire_even_if_it_is_used(ana: User) -> None:
    token = access_token_create(user=ana, name="bot")
    assert ApiClient(ana, token=token).get("me").status_code == 200
    with time_machine.travel("2100-01-01"):
        assert token_find(token) is not None


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_password_is_required(ana: User, name: str) -> None:
    access_token_create(user=ana, name="bot")
    api = ApiClient(ana)
    body = api.post(name, tokenName="bot").json()
    assert (body["errorType"], body["details"]["method"]) == ("totp-required", "password")
    api.headers |= {**WITH_PASSWORD, "x-2fa-code": "0" * 64}
    assert api.post(name, tokenName="bot").json()["errorType"] == "totp-invalid"


def test_a_token_that_ignores_second_factors_needs_no_password(ana: User) -> None:
    strict = ApiClient(ana, token=access_token_create(user=ana, name="strict"))
    free = ApiClient(ana, token=access_token_create(user=ana, name="free", bypasses_two_factor=True))
    assert strict.post(ENDPOINTS[0], tokenName="other").json()["errorType"] == "totp-required"
    assert free.post(ENDPOINTS[0], tokenName="other").status_code == 200
    replaced = free.post(ENDPOINTS[1], tokenName="free").json()["token"]
    assert ana.access_tokens.get(name="free").bypasses_two_factor
    assert token_find(replaced) is not None


def test_an_account_with_a_second_factor_needs_its_code(ana: User) -> None:
    factor, api = second_factor_of(ana), ApiClient(ana)
    api.headers |= WITH_PASSWORD
    body = api.post(ENDPOINTS[0], tokenName="bot").json()
    assert (body["errorType"], body["details"]["method"]) == ("totp-required", "totp")
    api.headers |= {"x-2fa-code": "000000", "x-2fa-method": "totp"}
    assert api.post(ENDPOINTS[0], tokenName="bot").json()["errorType"] == "totp-invalid"
    api.headers |= {"x-2fa-code": factor.code(steps=1)}
    assert api.post(ENDPOINTS[0], tokenName="bot").status_code == 200


def test_names_are_used_once_and_must_exist(api: ApiClient) -> None:
    api.post(ENDPOINTS[0], tokenName="bot", bypassTwoFactor=True)
    assert failure(api.post(ENDPOINTS[0], tokenName="bot")).endswith("[error-token-already-exists]")
    for name in ENDPOINTS[1:]:
        assert failure(api.post(name, tokenName="x")) == "Token does not exist [error-token-does-not-exists]"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_name_is_required(api: ApiClient, name: str) -> None:
    assert failure(api.post(name)) == "The 'tokenName' param is required"


def test_the_permission_is_required(api: ApiClient) -> None:
    Group.objects.get(name="user").permissions.remove(Permission.objects.get(codename="create_personal_access_tokens"))
    answers = [*(api.post(name, tokenName="bot") for name in ENDPOINTS), api.get("users.getPersonalAccessTokens")]
    assert {failure(answer) for answer in answers} == {"Not Authorized [not-authorized]"}


def test_strangers_are_asked_to_sign_in() -> None:
    api = ApiClient()
    answers = [api.post(name, tokenName="bot") for name in (*ENDPOINTS, "users.createToken")]
    for answer in [*answers, api.get("users.getPersonalAccessTokens")]:
        assert (answer.status_code, answer.json()) == (401, NOT_SIGNED_IN)


class TestCreateToken:
    @pytest.fixture(autouse=True)
    def _secret(self, settings: Any) -> None:
        settings.CREATE_TOKENS_FOR_USERS_SECRET = SECRET

    def test_signs_in_the_caller(self, ana: User) -> None:
        data = ApiClient(ana).post("users.createToken", userId=ana.public_id, secret=SECRET).json()["data"]
        assert data["userId"] == ana.public_id
        assert ApiClient(ana, token=data["authToken"]).get("me").status_code == 200

    def test_signs_in_another_user_with_the_permission(self, ana: User) -> None:
        api = ApiClient(staff("workspace.user_generate_access_token"))
        token = api.post("users.createToken", username="Ana", secret=SECRET).json()["data"]["authToken"]
        assert ApiClient(ana, token=token).get("me").json()["username"] == "ana"

    @pytest.mark.parametrize("secret", ["", "wrong"])
    def test_requires_the_secret(self, ana: User, secret: str) -> None:
        api = ApiClient(UserFactory(roles=("admin",)))
        answer = api.post("users.createToken", userId=ana.public_id, secret=secret)
        assert answer.json()["errorType"] in ("error-not-authorized", "invalid-params")

    def test_requires_the_permission_for_other_users(self, ana: User) -> None:
        answer = ApiClient(UserFactory()).post("users.createToken", userId=ana.public_id, secret=SECRET)
        assert answer.json()["errorType"] == "error-not-authorized"

    def test_nobody_signs_in_as_an_account_with_more_permissions(self) -> None:
        admin, api = UserFactory(roles=("admin",)), ApiClient(staff("workspace.user_generate_access_token"))
        answer = api.post("users.createToken", userId=admin.public_id, secret=SECRET)
        assert failure(answer) == "Not authorized [error-not-authorized]"

    def test_without_a_secret_of_the_server_nobody_may(self, ana: User, settings: Any) -> None:
        settings.CREATE_TOKENS_FOR_USERS_SECRET = ""
        answer = ApiClient(ana).post("users.createToken", userId=ana.public_id, secret="x")
        assert failure(answer) == "Not authorized [error-not-authorized]"

    def test_deactivated_accounts_are_not_signed_in(self, ana: User) -> None:
        User.objects.filter(pk=ana.pk).update(is_active=False)
        api = ApiClient(staff("workspace.user_generate_access_token"))
        answer = api.post("users.createToken", userId=ana.public_id, secret=SECRET)
        assert (answer.status_code, answer.json()["error"]) == (401, "error-user-is-not-activated")

    def test_the_user_must_be_named_and_exist(self, ana: User) -> None:
        api = ApiClient(ana)
        assert failure(api.post("users.createToken", secret=SECRET)).endswith("[error-user-param-not-provided]")
        assert failure(api.post("users.createToken", secret=SECRET, userId="x")).endswith("[error-invalid-user]")
