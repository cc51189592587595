"""users.totp.*, and signing in to the API with a second factor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, UserFactory
from tests.second_factors import SecondFactor, app_code, second_factor_of
from workspace.models import User
from workspace.selectors.accounts import has_second_factor

pytestmark = pytest.mark.django_db

REQUIRED = {
    "status": "error",
    "error": "totp-required",
    "details": {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]},
    "message": "TOTP Required",
}
INVALID = {
    "status": "error",
    "error": "totp-invalid",
    "details": {"method": "totp"},
    "message": "TOTP Invalid",
}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def factor(ana: User) -> SecondFactor:
    return second_factor_of(ana)


def login(**fields: Any) -> Any:
    return ApiClient().post("login", **{"user": "ana", "password": PASSWORD, **fields})


def test_the_password_alone_is_answered_with_a_question_for_the_code(factor: SecondFactor) -> None:
    response = login()
    assert (response.status_code, response.json()) == (401, REQUIRED)


def test_a_wrong_code_is_refused(factor: SecondFactor) -> None:
    response = login(code="000000")
    assert (response.status_code, response.json()) == (401, INVALID)


def test_a_wrong_password_does_not_reveal_the_second_factor(factor: SecondFactor) -> None:
    response = login(password="wrong", code=factor.code(steps=1))
    assert response.json() == {"status": "error", "error": "Unauthorized", "message": "Unauthorized"}
    assert login(code=factor.code(steps=1)).status_code == 200


@pytest.mark.parametrize("form", ["code", "totp", "header"])
def test_the_code_is_accepted_in_each_form_that_clients_use(ana: User, factor: SecondFactor, form: str) -> None:
    client, code = ApiClient(), factor.code(steps=1)
    sent: dict[str, Any] = {"user": "ana", "password": PASSWORD}
    if form == "code":
        sent |= {"code": code}
    elif form == "totp":
        sent = {"totp": {"code": code, "login": {"user": {"username": "ana"}, "password": PASSWORD}}}
    else:
        client.headers = {"x-2fa-code": code, "x-2fa-method": "totp"}
    response = client.post("login", sent)
    assert response.json()["data"]["userId"] == ana.public_id


def test_a_code_is_accepted_once(factor: SecondFactor) -> None:
    code = factor.code(steps=1)
    assert login(code=code).status_code == 200
    assert login(code=code).json() == INVALID


def test_a_recovery_code_signs_in(factor: SecondFactor) -> None:
    assert login(code=factor.recovery_codes[0]).status_code == 200
    assert login(code=factor.recovery_codes[0]).json() == INVALID


def test_a_token_needs_no_code(ana: User, factor: SecondFactor) -> None:
    token = login(code=factor.code(steps=1)).json()["data"]["authToken"]
    assert ApiClient().post("login", resume=token).json()["data"]["userId"] == ana.public_id


@pytest.mark.parametrize(
    "totp", ["x", {}, {"code": "1"}, {"login": {}}, {"code": 1, "login": {}}, {"code": "1", "login": {}}]
)
def test_a_malformed_totp_parameter_is_rejected(totp: Any) -> None:
    assert failure(ApiClient().post("login", totp=totp)).endswith("[invalid-params]")


def test_wrong_codes_block_the_sign_in_like_wrong_passwords(factor: SecondFactor) -> None:
    for _time in range(9):
        # The question does not give further tries.
        assert login().json() == REQUIRED
        assert login(code="000000").json() == INVALID
    for code in ("000000", factor.code(steps=1)):
        response = login(code=code)
        assert (response.status_code, response.json()["error"]) == (401, "error-login-blocked-for-user")


def test_is_set_up_with_the_code_of_the_app(ana: User) -> None:
    client, other = ApiClient(ana), ApiClient(ana)
    prepared = client.post("users.totp.enable").json()
    assert prepared["success"]
    assert prepared["url"].startswith("otpauth://totp/ana?secret=" + prepared["secret"])
    assert "issuer=Callboard" in prepared["url"]
    assert failure(client.post("users.totp.validate", code="000000")) == "[invalid-totp]"
    body = client.post("users.totp.validate", code=app_code(prepared["secret"])).json()
    assert len(body["codes"]) == 12
    assert client.get("users.totp.codesRemaining").json() == {"remaining": 12, "success": True}
    assert other.get("me").status_code == 401
    assert failure(client.post("users.totp.enable")) == "[error-2fa-already-enabled]"


def test_is_removed_with_a_code(ana: User, factor: SecondFactor) -> None:
    client = ApiClient(ana)
    assert client.post("users.totp.disable", code="000000").json() == {"disabled": False, "success": True}
    assert client.post("users.totp.disable", code=factor.code(steps=1)).json() == {"disabled": True, "success": True}
    assert not has_second_factor(ana)
    assert login().status_code == 200


def test_recovery_codes_are_replaced_with_a_code(ana: User, factor: SecondFactor) -> None:
    client = ApiClient(ana)
    assert client.post("users.totp.regenerateCodes", code="000000").json() == {"success": True}
    codes = client.post("users.totp.regenerateCodes", code=factor.code(steps=1)).json()["codes"]
    assert len(codes) == 12
    assert not set(codes) & set(factor.recovery_codes)


def test_without_a_second_factor_there_are_no_recovery_codes(ana: User) -> None:
    client = ApiClient(ana)
    assert failure(client.get("users.totp.codesRemaining")) == "[invalid-totp]"
    assert failure(client.post("users.totp.regenerateCodes", code="000000")) == "[invalid-totp]"
    assert failure(client.post("users.totp.validate", code="000000")) == "[invalid-totp]"
    assert client.post("users.totp.disable", code="000000").json() == {"disabled": False, "success": True}


@pytest.mark.parametrize("name", ["enable", "validate", "disable", "regenerateCodes"])
def test_strangers_are_refused(name: str) -> None:
    response = ApiClient().post(f"users.totp.{name}", code="000000")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
    assert ApiClient().get("users.totp.codesRemaining").status_code == 401


@pytest.mark.parametrize("name", ["validate", "disable", "regenerateCodes"])
def test_the_code_is_required(ana: User, name: str) -> None:
    assert failure(ApiClient(ana).post(f"users.totp.{name}")) == ("must have required property 'code' [invalid-params]")
